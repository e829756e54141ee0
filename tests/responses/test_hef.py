"""HEF as a responder: replies and the evidence for them, ablations, what goes wrong, and the evaluation."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from tests.responses import invented_feelings

from sentio import Conversation, Utterance
from sentio.errors import LanguageModelError, SentioError
from sentio.evaluation import evaluate
from sentio.llms.base import Answer, Question
from sentio.responses import NextTurn, load, respond
from sentio.responses.hef import Options
from sentio.responses.hef.projected import Projected
from sentio.responses.hef.responder import Hef
from sentio.responses.wording import FALLBACK


def chat(*texts: str, name: str = "c") -> Conversation:
    turns = tuple(Utterance(id=str(n), speaker=("Ada", "Bo")[n % 2], text=text) for n, text in enumerate(texts))
    return Conversation(id=name, utterances=turns)


LONELY = chat("My grandmother died and I cry all day.", "Oh no.", "Her kitchen is so sad and empty.")
SERVER = "the server is gone"


@dataclass
class Says:
    """A model at the edge of the world: answers a label question with `label`, any other with `words` in turn."""

    label: str | Callable[[Question], str] = "sad"
    words: tuple[str, ...] = ("I am so sorry about your grandmother.",)
    name: str = "says"
    asked: list[Question] = field(default_factory=list)
    said: "count[int]" = field(default_factory=count)

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        for question in reversed(list(questions)):  # answers come in any order
            self.asked.append(question)
            yield self._labelled(question) if question.choices else self._worded(question)

    def close(self) -> None:
        """Nothing to close."""

    def _labelled(self, question: Question) -> Answer:
        label = self.label if isinstance(self.label, str) else self.label(question)
        if label == SERVER:
            return Answer(question, error=SERVER)
        fits = label in question.choices
        return Answer(question, label, label if fits else None, valid=fits, error=None if fits else "no label")

    def _worded(self, question: Question) -> Answer:
        words = self.words[next(self.said) % len(self.words)]
        return Answer(question, error=SERVER) if words == SERVER else Answer(question, words)


def hef(model: Says, **options: object) -> Hef:
    return Hef(Options.model_validate(options), None if options.get("sem") == "none" else Projected(), model)


def test_a_reply_with_its_evidence() -> None:
    model = Says()
    (reply,) = hef(model).respond([NextTurn(LONELY, "Bo")])
    assert (reply.speaker, reply.text) == ("Bo", "I am so sorry about your grandmother.")
    assert (reply.feels, reply.fallbacks, reply.calls, reply.error) == ("sad", (), 2, None)
    assert reply.cause_words
    told = model.asked[-1].messages[0].content
    assert "Ada feels sad" in told
    assert ", ".join(reply.cause_words) in told


def test_three_calls_where_the_small_model_was_wrong() -> None:
    model = Says(label=lambda question: "none" if "none" in question.choices else "impressed")
    (reply,) = hef(model).respond([NextTurn(LONELY, "Bo")])
    assert (reply.feels, reply.fallbacks, reply.calls) == ("impressed", (), 3)


def test_noise_is_counted_and_a_rule_decides() -> None:
    system = hef(Says(label="banana"))
    (reply,) = system.respond([NextTurn(LONELY, "Bo")])
    assert (reply.feels, reply.fallbacks, reply.calls) == ("sad", ("feels",), 3)
    assert list(system.remarks()) == [
        "2 of 3 answers of says were no label at first (66.7 %)",
        "1 of 1 emotions were decided by rule (100.0 %)",
    ]


@pytest.mark.parametrize(
    ("options", "labels", "calls"),
    [({"sem": "none"}, 32, 2), ({"stages": 1}, 32, 2), ({"cause_words": 0}, 4, 2), ({"primary": 7}, 8, 2)],
)
def test_ablations(options: dict[str, object], labels: int, calls: int) -> None:
    model = Says()
    (reply,) = hef(model, **options).respond([NextTurn(LONELY, "Bo")])
    assert (len(model.asked[0].choices), reply.calls) == (labels, calls)
    assert bool(reply.cause_words) == ("sem" not in options and "cause_words" not in options)


def test_a_reply_that_repeats_its_prompt_is_corrected_once_then_a_rule_speaks() -> None:
    echo = "Take the feeling seriously without lecturing, do not repeat yourself, and stay in the language"
    (reply,) = hef(Says(words=(echo, "That must hurt."))).respond([NextTurn(LONELY, "Bo")])
    assert (reply.text, reply.fallbacks, reply.calls) == ("That must hurt.", (), 3)
    (reply,) = hef(Says(words=(echo, "  "))).respond([NextTurn(LONELY, "Bo")])
    assert (reply.text, reply.fallbacks, reply.calls) == (FALLBACK, ("text",), 3)


def test_a_server_that_is_gone_is_an_error_of_this_reply_alone() -> None:
    model = Says(label=lambda question: SERVER if "boat" in question.messages[-1].content else "sad")
    first, second = hef(model).respond([NextTurn(chat("My boat sank."), "Bo"), NextTurn(LONELY, "Bo")])
    assert (first.text, first.feels, first.error) == ("", None, SERVER)
    assert (second.error, bool(second.text)) == (None, True)
    (reply,) = hef(Says(words=(SERVER,))).respond([NextTurn(LONELY, "Bo")])
    assert (reply.text, reply.feels, reply.error) == ("", "sad", SERVER)


def test_no_emotion_is_made_up_in_an_evaluation() -> None:
    with pytest.raises(LanguageModelError, match=r"conversation 'c': the server is gone"):
        list(hef(Says(label=SERVER)).hear([NextTurn(LONELY, "Bo")]))


def test_what_is_wanted_is_not_asked() -> None:
    (reply,) = hef(Says()).respond([NextTurn(LONELY, "Bo", wanted={"feels": "lonely"})])
    assert (reply.feels, reply.calls) == ("lonely", 1)


def test_without_a_language_model_the_small_one_hears_and_nobody_replies() -> None:
    system = load("hef")
    assert isinstance(system, Hef)
    (decision,) = system.hear([NextTurn(LONELY, "Bo")])
    assert decision.label == "sad"
    assert decision.probabilities is not None
    assert sum(decision.probabilities) == pytest.approx(1)
    with pytest.raises(SentioError, match="hef asks a language model: name one with --llm"):
        list(system.respond([NextTurn(LONELY, "Bo")]))
    with pytest.raises(SentioError, match="name one with --llm"):
        load("hef", {"sem": "none"})


ODD = [
    chat("我的猫不见了，我很难过。", "哦。", name="chinese"),
    chat("🎉🎉🎉", name="emoji"),
    chat("", name="empty"),
    chat("\ud800 half a character", "x" * 10_000, name="odd"),
    chat(*["Well then, again and again."] * 2_000, name="long"),
    Conversation(id="alone", utterances=(Utterance(id="0", speaker="", text="I won!"),)),
]


@pytest.mark.parametrize("options", [{}, {"sem": "none"}])
def test_odd_conversations_get_replies(options: dict[str, object]) -> None:
    replies = respond(ODD, system="hef", options={"llm": "scripted/lexicon", **options})
    assert [reply.error for reply in replies] == [None] * len(ODD)
    assert all(reply.text for reply in replies)


def test_neighbours_do_not_change_a_reply() -> None:
    system = load("hef", {"llm": "scripted/lexicon"})
    together = list(system.respond(NextTurn(one, "Bo") for one in (LONELY, *ODD[:3])))
    assert together == [next(iter(system.respond([NextTurn(one, "Bo")]))) for one in (LONELY, *ODD[:3])]


def test_the_tiny_model_replies(tiny_qwen3: Path) -> None:
    (reply,) = respond(LONELY, system="hef", options={"llm": f"hf/{tiny_qwen3}"})
    assert (reply.error, reply.speaker) == (None, "Bo")
    assert reply.feels
    assert reply.text


@pytest.mark.parametrize(
    ("options", "invalid"), [({}, 0), ({"llm": "scripted/lexicon"}, 0), ({"llm": "scripted/always=banana"}, 2)]
)
def test_the_evaluation_hears_conversations(options: dict[str, object], invalid: int, tmp_path: Path) -> None:
    data, told = invented_feelings.corpus(tmp_path / "data"), list[str]()
    found = evaluate(
        "hef", "empathetic_dialogues", data=data, out=tmp_path / "run", options=options, remarked=told.append
    )
    rows = {row.name: row for row in found.rows}
    assert {"hef", "majority", "stratified_random", "tfidf"} <= set(rows)
    assert len(told) == invalid


def test_another_corpus_has_other_labels(invented: Path, tmp_path: Path) -> None:
    with pytest.raises(SentioError, match="answers 'emotion' in other labels: afraid"):
        evaluate("hef", "meld", data=invented, out=tmp_path / "run")
