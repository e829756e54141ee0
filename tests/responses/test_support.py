"""Support: who chooses the strategy, what is asked, what happens to answers that nobody can read."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from sentio import Conversation, Utterance, llms, respond
from sentio.errors import LanguageModelError, SentioError
from sentio.llms.base import Answer, Question
from sentio.prompts import support as prompts
from sentio.responses import Deciding, NextTurn, load
from sentio.responses.support.background import Background, read
from sentio.responses.support.responder import Support
from sentio.responses.support.selectors import STRATEGIES
from sentio.responses.support.stage import DEFAULT
from sentio.responses.wording import FALLBACK

ASKS = {"zero-shot": 2, "few-shot": 2, "direct-refine": 3, "self-refine": 4, "emotional-cot": 3}
"""Questions a reply takes: the choice, and one for the words."""


def chat(*said: tuple[str, str], name: str = "c") -> Conversation:
    turns = [Utterance(id=str(place), speaker=who, text=text) for place, (who, text) in enumerate(said)]
    return Conversation(id=name, utterances=turns)


CHAT = chat(("Ada", "Hello, how are you?"), ("Bo", "I cry all day. They gave my job to somebody else."))


@dataclass
class Listed:
    """A language model that gives these answers in turn, and remembers what it was asked.

    As adapters do, it asks once more itself where a label or JSON is wanted and the words are none.
    """

    answers: Sequence[str]
    asked: list[Question] = field(default_factory=list)
    name: str = "listed"

    def __post_init__(self) -> None:
        self._rest = iter(self.answers)

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        for question in questions:
            self.asked.append(question)
            first = self._answer(question)
            yield replace(self._answer(question), valid=False) if not first.valid else first

    def _answer(self, question: Question) -> Answer:
        text = next(self._rest)
        if text == "<no server>":
            return Answer(question, error="the server is gone")
        if question.choices and text not in question.choices:
            return Answer(question, text=text, valid=False, error="no label")
        if question.schema:
            try:
                return Answer(question, text=text, value=json.loads(text))
            except ValueError:
                return Answer(question, text=text, valid=False, error="no JSON object")
        return Answer(question, text=text, choice=text if question.choices else None)

    def close(self) -> None:
        """Nothing to let go of."""


def support(model: Listed | None = None, known: Background | None = None, **options: object) -> Support:
    from sentio.responses.support import Options

    return Support(Options.model_validate(options), model, None, known or Background())


def words(text: str, feels: str = "sadness") -> str:
    return json.dumps({"feels": feels, "reply": text})


@pytest.mark.parametrize("selector", ASKS)
def test_every_way_of_asking_ends_with_a_reply(selector: str) -> None:
    (reply,) = respond(CHAT, options={"llm": "scripted/lexicon", "selector": selector})
    assert reply.speaker == "Ada"
    assert reply.strategy in STRATEGIES
    assert (reply.stage, reply.feels, reply.error, reply.fallbacks) == ("exploration", "sadness", None, ())
    assert reply.text
    assert reply.calls == ASKS[selector]


@pytest.mark.parametrize("selector", ASKS)
def test_a_tiny_model_end_to_end(selector: str, tiny_qwen3: Path) -> None:
    chats = [
        CHAT,
        chat(("Ada", ""), name="empty text"),
        chat(("甲", "我今天很难过 🎉"), ("乙", "怎么了？"), name="中文"),
    ]
    for reply in respond(chats, options={"llm": f"hf/{tiny_qwen3}", "selector": selector}):
        assert reply.error is None
        assert reply.strategy in STRATEGIES
        assert reply.text
        assert (reply.feels is None) == ("feels" in reply.fallbacks)


def test_direct_refine_takes_the_second_choice() -> None:
    model = Listed(["question", "reflection of feelings", words("That hurts.")])
    (reply,) = support(model, selector="direct-refine").respond([NextTurn(CHAT, "Ada")])
    assert (reply.strategy, reply.text, reply.calls) == ("reflection of feelings", "That hurts.", 3)
    assert [one.role for one in model.asked[1].messages] == ["system", "user", "assistant", "user"]
    assert model.asked[1].messages[2].content == "question"


def test_self_refine_shows_its_own_critique() -> None:
    model = Listed(["question", "Too many questions\nalready.", "self-disclosure", words("I know that.")])
    (reply,) = support(model, selector="self-refine").respond([NextTurn(CHAT, "Ada")])
    assert reply.strategy == "self-disclosure"
    assert "Too many questions already." in [one.content for one in model.asked[2].messages]


def test_feelings_come_first_in_emotional_cot() -> None:
    told = json.dumps({"feels": "anger", "because": "The job went to somebody else."})
    model = Listed([told, "affirmation and reassurance", words("You did well.", "joy")])
    (reply,) = support(model, selector="emotional-cot").respond([NextTurn(CHAT, "Ada")])
    assert (reply.feels, reply.fallbacks) == ("anger", ())
    assert "Bo feels anger: The job went to somebody else." in model.asked[1].messages[-1].content
    assert "Bo feels anger." in model.asked[2].messages[-1].content


def test_feelings_that_cannot_be_read_are_left_out() -> None:
    model = Listed(["sad!", '{"feels": "hungry", "because": ""}', "question", words("What happened?", "shame")])
    (reply,) = support(model, selector="emotional-cot").respond([NextTurn(CHAT, "Ada")])
    assert (reply.strategy, reply.feels, reply.calls) == ("question", "shame", 3)


def test_one_repair_then_the_rule_of_the_stage() -> None:
    model = Listed(["hugging", "hugs", words("Come here.")])
    responder = support(model)
    (reply,) = responder.respond([NextTurn(CHAT, "Ada")])
    assert (reply.strategy, reply.fallbacks, reply.calls) == (DEFAULT["exploration"], ("strategy",), 2)
    assert list(responder.remarks()) == ["1 of 2 answers were no label or no JSON at first (50.0 %)"]


def test_a_strategy_in_the_models_own_words_is_read() -> None:
    model = Listed(["hm", 'I would choose "Self-disclosure".', words("Me too.")])
    (reply,) = support(model).respond([NextTurn(CHAT, "Ada")])
    assert (reply.strategy, reply.fallbacks) == ("self-disclosure", ())


def test_words_that_repeat_the_instructions_are_asked_for_again() -> None:
    echo = "Keep it to one to three sentences, in the language of the conversation"
    model = Listed(["question", words(echo), words("What happened?")])
    (reply,) = support(model).respond([NextTurn(CHAT, "Ada")])
    assert (reply.text, reply.fallbacks, reply.calls) == ("What happened?", (), 3)


def test_words_that_cannot_be_read_twice_are_replaced() -> None:
    model = Listed(["question", '{"reply": ', "{broken"])
    (reply,) = support(model).respond([NextTurn(CHAT, "Ada")])
    assert (reply.text, reply.feels, reply.fallbacks) == (FALLBACK, None, ("feels", "text"))


def test_plain_words_without_json_are_a_reply() -> None:
    model = Listed(["question", "What happened?", "Ada: What happened?"])
    (reply,) = support(model).respond([NextTurn(CHAT, "Ada")])
    assert (reply.text, reply.feels, reply.fallbacks) == ("What happened?", None, ("feels",))


def test_what_is_told_of_the_last_words_is_not_asked() -> None:
    model = Listed(["question", words("What happened?", "joy")])
    (reply,) = support(model).respond([NextTurn(CHAT, "Ada", felt={"1": "fear"})])
    assert reply.feels == "fear"


@pytest.mark.parametrize(("answers", "calls"), [(["<no server>"], 1), (["question", "<no server>"], 2)])
def test_a_question_that_failed_is_an_error_of_one_reply(answers: list[str], calls: int) -> None:
    (reply,) = support(Listed(answers)).respond([NextTurn(CHAT, "Ada")])
    assert (reply.error, reply.text, reply.calls) == ("the server is gone", "", calls)


def test_a_failed_critique_and_failed_feelings_are_errors_too() -> None:
    for selector, answers in (("self-refine", ["question", "<no server>"]), ("emotional-cot", ["<no server>"])):
        (reply,) = support(Listed(answers), selector=selector).respond([NextTurn(CHAT, "Ada")])
        assert reply.error == "the server is gone"


def test_decisions_without_words() -> None:
    responder = support(Listed(["information", "hugs", "more hugs"]))
    assert isinstance(responder, Deciding)
    one, other = responder.decide([NextTurn(CHAT, "Ada"), NextTurn(CHAT, "Ada")])
    assert {one.label, other.label} == {"information", ""}
    assert "1 strategies were none of the eight" in list(responder.remarks())[1]
    with pytest.raises(LanguageModelError, match="the server is gone"):
        list(support(Listed(["<no server>"])).decide([NextTurn(CHAT, "Ada")]))
    with pytest.raises(SentioError, match="no strategy is given"):
        list(support(selector="gold").decide([NextTurn(CHAT, "Ada")]))


def test_without_a_model_the_strategy_alone() -> None:
    (reply,) = support(selector="random").respond([NextTurn(CHAT, "Ada")])
    assert reply.strategy in STRATEGIES
    assert (reply.text, reply.calls) == ("", 0)
    assert reply.error is not None
    assert "--llm" in reply.error


def test_chance_depends_on_the_seed_and_the_place_alone() -> None:
    turns = [NextTurn(chat(("Bo", "Hi"), name=str(number)), "Ada") for number in range(400)]
    together = [one.label for one in support(selector="random").decide(turns)]
    assert together == [next(support(selector="random").decide([turn])).label for turn in turns]
    assert together != [one.label for one in support(selector="random", seed=1).decide(turns)]
    assert {together.count(strategy) > 25 for strategy in STRATEGIES} == {True}


def test_whoever_asks_can_tell_the_strategy() -> None:
    model = Listed([words("You are strong.")])
    turn = NextTurn(CHAT, "Ada", wanted={"strategy": "affirmation and reassurance"})
    (reply,) = support(model).respond([turn])
    assert (reply.strategy, reply.calls) == ("affirmation and reassurance", 1)
    assert '"affirmation and reassurance": point to strengths' in model.asked[0].messages[0].content
    (reply,) = support(Listed([])).respond([NextTurn(CHAT, "Ada", wanted={"strategy": "hugging"})])
    assert reply.error is not None
    assert reply.error.startswith("'hugging' is no strategy of support: question")


def test_few_shot_shows_other_examples_every_turn() -> None:
    turns = [NextTurn(chat(("Bo", "Hi"), name=str(number)), "Ada") for number in range(40)]
    model = Listed(["question"] * 40)
    list(support(model, selector="few-shot", examples=3).decide(turns))
    shown = [question.messages[0].content.count("→") for question in model.asked]
    assert shown == [3] * 40
    assert len({question.messages[0].content for question in model.asked}) > 30


def test_an_example_for_every_strategy() -> None:
    assert [one.strategy for one in prompts.EXAMPLES] == list(STRATEGIES)


def test_facts_and_commonsense_are_told(tmp_path: Path) -> None:
    path = tmp_path / "known.jsonl"
    path.write_text(
        '{"conversation": "c", "situation": "换了工作", "problem_type": "job crisis"}\n\n'
        '{"conversation": "c", "utterance": "1", "xReact": ["sad", "tired"], "xWant": ["to talk"]}\n'
        '{"conversation": "c", "xReact": ["calm"]}\n',
        "utf8",
    )
    model = Listed(["question"])
    list(
        support(model, read(path)).decide(
            [NextTurn(CHAT, "Ada", facts={"situation": "other", "emotion_type": "anger"})]
        )
    )
    asked = model.asked[0].messages[1].content
    assert "situation: 换了工作\nemotion type: anger\nproblem type: job crisis" in asked
    assert "Bo feels: sad; tired\nBo wants now: to talk" in asked
    assert "calm" not in asked


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({}, "support asks a language model"),
        ({"selector": "planner"}, "name a trained one with --planner"),
        ({"selector": "random", "planner": "runs/x"}, "name one of them"),
        ({"selector": "best"}, "option selector of support"),
        ({"examples": 9, "llm": "scripted/lexicon"}, "option examples of support"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, object], wrong: str) -> None:
    with pytest.raises(SentioError, match=wrong):
        load("support", options)


def test_a_long_conversation_fits_and_keeps_its_end() -> None:
    long = chat(*[("AB"[n % 2], f"turn {n} " + "很" * 20) for n in range(2_000)])
    scene = prompts.scene(long, "A")
    assert scene.turns[-1].startswith("SPEAKER_1: turn 1999")
    assert sum(len(turn.encode()) // 3 + 2 for turn in scene.turns) <= prompts.ROOM
    (reply,) = respond(long, options={"llm": "scripted/lexicon"})
    assert reply.stage == "action"


@pytest.mark.parametrize("said", [(("Bo", ""),), (("Bo", "Hi"), ("Bo", "Hello?")), (("", "?"),)])
def test_one_speaker_and_no_words(said: tuple[tuple[str, str], ...]) -> None:
    (reply,) = respond(chat(*said), options={"llm": "scripted/lexicon"})
    assert (reply.speaker, reply.error) == ("sentio", None)


def test_an_endless_stream_gives_replies() -> None:
    def endless() -> Iterator[NextTurn]:
        while True:
            yield NextTurn(CHAT, "Ada")

    responder = load("support", {"llm": "scripted/lexicon"})
    assert next(responder.respond(endless())).strategy in STRATEGIES
    assert isinstance(llms.open("scripted/lexicon").name, str)
