"""Causes by a language model: what is checked of its answers, what is asked again, what a rule decides instead."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

import sentio
from sentio import causes, files
from sentio.causes import cause_llm
from sentio.causes.base import Felt
from sentio.causes.cause_llm import ANSWER, CauseLlm
from sentio.conversation import Conversation, Utterance
from sentio.errors import SentioError
from sentio.evaluation import evaluate
from sentio.knowledge.items import tokens
from sentio.llms import Answer, Question
from sentio.llms.answers import fault

KITCHEN = Path(__file__).parents[2] / "examples" / "kitchen.txt"
Says = Callable[[Question], "dict[str, Any] | str"]


class Scribe:
    """A model that says what `says` makes of a question: JSON, or a text that is none; "!" is no answer at all.

    Answers come in the order in which questions are asked, or the other way round.
    """

    name = "scribe"

    def __init__(self, says: Says, *, backwards: bool = False) -> None:
        self.asked: list[Question] = []
        self._says, self._backwards = says, backwards

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        questions = list(questions)
        self.asked += questions
        for question in reversed(questions) if self._backwards else questions:
            first = self._answer(question)
            # As adapters do: what is no JSON of the schema is asked for once more.
            yield first if first.valid else replace(self._answer(question), valid=False)

    def _answer(self, question: Question) -> Answer:
        said = self._says(question)
        if isinstance(said, str):
            return Answer(question, said, valid=said == "!", error="no JSON" if said != "!" else "the server is gone")
        assert question.schema is not None
        wrong = fault(said, question.schema)
        return Answer(question, json.dumps(said), value=None if wrong else said, valid=not wrong, error=wrong)

    def close(self) -> None:
        pass


def scripted(*answers: "dict[str, Any] | str") -> Scribe:
    """Says one answer after the other."""
    rest = iter(answers)
    return Scribe(lambda question: next(rest))


def named(*causes: tuple[int, str]) -> dict[str, Any]:
    return {"causes": [{"utterance": number, "words": words} for number, words in causes]}


def chat(*texts: str, name: str = "garden") -> Conversation:
    turns = (Utterance(id=f"u{k}", speaker="AB"[k % 2], text=text) for k, text in enumerate(texts))
    return Conversation(id=name, utterances=tuple(turns))


GARDEN = chat("The gate was open .", "So the goat got in ?", "It ate every tulip !")


def asked(model: Scribe, felt: Felt, context: int = 4096) -> tuple[list[list[tuple[str, float, str]]], list[str]]:
    """What is found for each emotional utterance, and the remarks."""
    finder = CauseLlm(model, context, alone=False)
    (judgement,) = finder.find([felt])
    assert list(judgement) == list(felt.emotions)
    found = [[(one.utterance, one.probability, one.span) for one in candidates] for candidates in judgement.values()]
    return found, list(finder.remarks())


def test_what_is_named_is_a_cause() -> None:
    model = scripted(named((1, "gate was open"), (3, "Ate  every TULIP!")))
    found, remarks = asked(model, Felt(GARDEN, {"u2": "anger"}))
    assert found == [[("u0", 1.0, "gate was open"), ("u1", 0.0, ""), ("u2", 1.0, "ate every tulip !")]]
    assert remarks == []
    (question,) = model.asked
    assert "expresses anger" in question.messages[1].content
    assert question.sampling.temperature == 0


def test_nobody_says_the_cause() -> None:
    (done,) = causes.find_stream(CauseLlm(scripted(named()), 4096, alone=False), [Felt(GARDEN, {"u1": "fear"})])
    assert done.effects[0].causes == ()
    assert [row["type"] for row in done.rows()] == ["latent"]


@pytest.mark.parametrize(
    "useless",
    [
        named((3, "ate every tulip")),  # said after the utterance
        named((1, "The gate"), (9, "what")),
    ],
)
def test_a_useless_answer_is_asked_for_once_more(useless: "dict[str, Any] | str") -> None:
    model = scripted(useless, named((1, "gate")))
    found, remarks = asked(model, Felt(GARDEN, {"u1": "fear"}))
    assert found == [[("u0", 1.0, "gate"), ("u1", 0.0, "")]]
    assert remarks == []
    first, second = model.asked
    assert second.messages[1].content.startswith(first.messages[1].content)
    assert "numbers, 1 to 2" in second.messages[1].content


@pytest.mark.parametrize(
    "useless",
    [
        named((0, "The gate")),
        named((-1, "The gate")),
        {"causes": "none"},
        {"reasons": []},
        {"causes": [{"utterance": "1", "words": "gate"}]},
        {"causes": [{"utterance": 1}]},
        "Because of the gate.",
    ],
)
def test_what_the_adapter_has_repaired_is_taken_and_what_it_could_not_is_not_asked_again(
    useless: "dict[str, Any] | str",
) -> None:
    model = scripted(useless, named((1, "gate")))
    found, _ = asked(model, Felt(GARDEN, {"u1": "fear"}))
    assert (found, len(model.asked)) == ([[("u0", 1.0, "gate"), ("u1", 0.0, "")]], 1)
    hopeless = scripted(useless, useless)
    _, remarks = asked(hopeless, Felt(GARDEN, {"u1": "fear"}))
    assert "1 of 1 emotional utterances have the causes of the position rule" in remarks[0]
    assert len(hopeless.asked) == 1


def test_after_two_useless_answers_a_rule_decides() -> None:
    model = scripted(named((9, "")), named((8, "")), named((1, "gate")))
    found, remarks = asked(model, Felt(GARDEN, {"u2": "anger"}))
    assert found == [
        [
            ("u0", 0.0, GARDEN.utterances[0].text),
            ("u1", 1.0, GARDEN.utterances[1].text),
            ("u2", 1.0, GARDEN.utterances[2].text),
        ]
    ]
    assert remarks == [
        "1 of 1 emotional utterances have the causes of the position rule: scribe gave no answer that could be read, "
        "twice"
    ]
    assert len(model.asked) == 2


def test_a_question_that_failed_costs_no_other() -> None:
    model = scripted("!", named((1, "gate")))
    found, remarks = asked(model, Felt(GARDEN, {"u1": "fear", "u2": "anger"}))
    assert [one for one in found[0] if one[1]] == [
        ("u0", 1.0, GARDEN.utterances[0].text),
        ("u1", 1.0, GARDEN.utterances[1].text),
    ]
    assert [one for one in found[1] if one[1]] == [("u0", 1.0, "gate")]
    assert "1 of 2" in remarks[0]
    assert remarks[0].endswith("1 questions had no answer, the last one: the server is gone")
    assert len(model.asked) == 2, "the adapter has tried a failed question again already"


def test_words_that_nobody_said_are_the_whole_utterance_and_counted() -> None:
    model = scripted(named((1, "somebody forgot to lock up"), (2, "the goat got in"), (2, "goat")))
    found, remarks = asked(model, Felt(GARDEN, {"u2": "anger"}))
    assert [span for _, _, span in found[0]] == [GARDEN.utterances[0].text, "the goat got in", ""]
    assert remarks == ["1 of 2 causes were named with words that the utterance does not hold"]


def test_chinese_and_emoji_survive() -> None:
    said = chat("我的蛋糕呢?🎂", "对不起,我吃了。", "", "\ud800 half a character 😢")
    model = scripted(named((1, "蛋糕"), (2, "我吃了"), (3, ""), (4, "😢")))
    found, remarks = asked(model, Felt(said, {"u3": "sadness"}))
    assert [span for _, _, span in found[0]] == ["蛋糕", "我吃了", "", "😢"]
    assert "1. " in model.asked[0].messages[1].content
    assert "我的蛋糕呢?🎂" in model.asked[0].messages[1].content
    model.asked[0].messages[1].content.encode("utf8")
    assert remarks == ["1 of 4 causes were named with words that the utterance does not hold"], "an empty text has none"


def test_two_thousand_utterances_fit_into_the_context() -> None:
    long = chat(*(f"Word number {k} of a long evening with many words." for k in range(2_000)))
    felt = Felt(long, {f"u{k}": "fear" for k in range(0, 2_000, 20)})
    latest = Scribe(
        lambda question: named((int(question.messages[1].content.rsplit(" to ", 1)[-1].split()[0]), "word"))
    )
    found, remarks = asked(latest, Felt(long, {f"u{k}": "fear" for k in range(20, 2_000, 20)}))
    assert remarks == []
    for candidates in found:
        assert [one[0] for one in candidates if one[1]] == [candidates[-1][0]]
        assert candidates[-1][2] == "word"
    for question in latest.asked:
        assert sum(tokens(message.content) for message in question.messages) + ANSWER <= 4096
    # What was not shown cannot be named.
    _, remarks = asked(Scribe(lambda question: named((1, "word"))), felt)
    assert "of 100 emotional utterances" in remarks[0]


def test_conversations_are_answered_in_order_whatever_the_order_of_answers() -> None:
    chats = [chat(*["Oh .", "Hm ."] * (1 + k % 3), name=str(k)) for k in range(100)]
    felt = [Felt(one, {u.id: "anger" for u in one.utterances[k % 2 :]}) for k, one in enumerate(chats)]
    own = Scribe(lambda question: named((len(question.messages[1].content.splitlines()) - 2, "oh")), backwards=True)
    together = list(CauseLlm(own, 4096, alone=False).find(felt))
    alone = list(CauseLlm(own, 4096, alone=True).find(felt))
    assert together == alone
    for one, judgement in zip(felt, together, strict=True):
        assert list(judgement) == list(one.emotions)
        for target, candidates in judgement.items():
            assert [c.utterance for c in candidates if c.is_cause] == [target]


def test_a_stream_without_an_end_and_without_emotions_is_answered() -> None:
    finder = CauseLlm(scripted(), 4096, alone=False)
    answers = finder.find(repeat(Felt(GARDEN, {})))
    assert [next(answers) for _ in range(100)] == [{}] * 100
    assert list(finder.find([])) == []


def test_a_model_has_to_be_named() -> None:
    with pytest.raises(SentioError, match="cause_llm asks a language model: name one with --llm"):
        causes.load("cause_llm")


def test_the_scripted_model_goes_the_whole_way() -> None:
    finder = causes.load("cause_llm", {"llm": "scripted/lexicon"})
    found = sentio.find_causes(KITCHEN, system=finder)
    (conversation,) = found.conversations
    texts = {utterance.id: utterance.text for utterance in conversation.conversation.utterances}
    assert len(found) > 3
    for effect in found:
        for cause in effect.causes:
            assert cause.span in texts[cause.utterance]
    assert found.to_polars().height >= len(found)


def test_a_real_model_goes_the_whole_way(tiny_qwen3: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows nothing, so all is left to the rule, and that is told."""
    monkeypatch.setattr(cause_llm, "ANSWER", 24)
    options = {"llm": f"hf/{tiny_qwen3}", "context": "1536"}
    (conversation,) = files.read(KITCHEN)
    felt = Felt(conversation, {conversation.utterances[3].id: "fear", conversation.utterances[6].id: "anger"})
    finder = causes.load("cause_llm", options)
    rule = causes.load("position")
    assert list(finder.find([felt])) == list(rule.find([felt]))
    assert isinstance(finder, CauseLlm)
    assert "2 of 2 emotional utterances have the causes of the position rule" in "".join(finder.remarks())


def test_it_is_evaluated_and_tells_its_remarks(miniatures: Path, tmp_path: Path) -> None:
    remarks: list[str] = []
    for target in ("causes", "spans"):
        outcome = evaluate(
            "cause_llm",
            "reccon",
            target=target,
            data=miniatures,
            out=tmp_path / target,
            options={"llm": "scripted/lexicon"},
            remarked=remarks.append,
        )
        assert [row.kind for row in outcome.rows] == ["system"] + ["baseline"] * (len(outcome.rows) - 1)
    assert any("words that the utterance does not hold" in remark for remark in remarks)
