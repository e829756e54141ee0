"""What the releases of ESConv share: roles, the eight support strategies under all their names, the records.

Liu et al., "Towards Emotional Support Dialog Systems", ACL 2021. Two layouts circulate: the authors' JSON
(`read_document`) and JSON lines of derived splits (`read_lines`). Strategies are lower-cased; the roles are
seeker and supporter in both.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.documents import at_item, listed
from sentio.corpora.transcripts import known
from sentio.gold import AnnotatedConversation, Layer, Value

ROLES = {
    "seeker": "seeker",
    "speaker": "seeker",
    "usr": "seeker",
    "supporter": "supporter",
    "listener": "supporter",
    "sys": "supporter",
}

ALIASES = {
    "questions": "question",
    "restatement": "restatement or paraphrasing",
    "feelings": "reflection of feelings",
    "approval and reassurance": "affirmation and reassurance",
    "direct guidance": "providing suggestions",
    "other": "others",
    "greetings": "greeting",
}
"""Names of a strategy beside the usual one, lower-cased."""

DIMENSIONS = ("valence", "arousal", "dominance")


def strategy(name: str, order: Sequence[str]) -> str:
    """A strategy by its usual name, lower-cased; raises `ValueError` where `order` has it not.

    >>> strategy("Direct Guidance", ("question", "providing suggestions"))
    'providing suggestions'
    """
    return known(ALIASES.get(name.lower(), name.lower()), order)


def read_document(files: CorpusFolder, name: str, order: Sequence[str]) -> Iterator[AnnotatedConversation]:
    """The conversations of the authors' JSON. It has no ids: they are numbered from 1, utterances from 0."""
    for own, record in listed(files, name):
        with at_item(files, name, own):
            item = _released(own, record, order)
        yield item


def read_lines(files: CorpusFolder, name: str, order: Sequence[str]) -> Iterator[AnnotatedConversation]:
    """The conversations of derived JSON lines, named by their lines from 1; utterances are numbered from 0."""
    for line, record in files.json_lines(name):
        with files.at(name, line):
            item = _derived(str(line), record, order)
        yield item


def _released(own: str, record: dict[str, Any], order: Sequence[str]) -> AnnotatedConversation:
    marks: list[dict[str, Value]] = []
    for turn in record["dialog"]:
        notes = turn["annotation"]
        mark: dict[str, Value] = {}
        if "strategy" in notes:
            mark["strategy"] = strategy(notes["strategy"], order)
        if "feedback" in notes:
            mark["feedback"] = _within(1, 5, notes["feedback"])
        marks.append(mark)
    facts: dict[str, str | float] = {
        key: record[key] for key in ("experience_type", "emotion_type", "problem_type", "situation")
    }
    for role, scores in record["survey_score"].items():
        for what, score in scores.items():
            facts[what if what.endswith("intensity") else f"{role}_{what}"] = _within(1, 5, score)
    texts = [(turn["speaker"], turn["content"]) for turn in record["dialog"]]
    return AnnotatedConversation(conversation=_conversation(own, texts), gold=_layers(marks), facts=facts)


def _derived(own: str, record: dict[str, Any], order: Sequence[str]) -> AnnotatedConversation:
    marks: list[dict[str, Value]] = []
    programmed: list[dict[str, Value]] = []
    for turn in record["dialog"]:
        mark: dict[str, Value] = {}
        if "strategy" in turn:
            mark["strategy"] = strategy(turn["strategy"], order)
        if "all_strategy" in turn:
            mark["all strategies"] = tuple(strategy(one, order) for one in turn["all_strategy"])
        if turn.get("feedback") is not None:
            mark["feedback"] = _within(1, 5, turn["feedback"])
        marks.append(mark)
        found: dict[str, Value] = {}
        if "vad" in turn:
            found |= {what: _within(0, 1, value) for what, value in zip(DIMENSIONS, turn["vad"], strict=True)}
        if turn.get("cause") is not None:
            found["cause"] = str(turn["cause"])
        programmed.append(found)
    facts: dict[str, str | float] = {key: record[key] for key in ("emotion_type", "problem_type", "situation")}
    for short, full in (("init", "initial"), ("final", "final")):
        if f"{short}_intensity" in record:
            facts[f"{full}_emotion_intensity"] = _within(1, 5, record[f"{short}_intensity"])
    texts = [(turn["speaker"], turn["text"]) for turn in record["dialog"]]
    return AnnotatedConversation(
        conversation=_conversation(own, texts), gold=_layers(marks), machine=_layers(programmed), facts=facts
    )


def _within(low: int, high: int, score: str | float) -> float:
    value = float(score)
    if not low <= value <= high:
        raise ValueError(f"{score} is not from {low} to {high}")
    return value


def _conversation(own: str, texts: Sequence[tuple[str, str]]) -> Conversation:
    return Conversation(
        id=own,
        utterances=tuple(
            # The authors' texts often end in a line end.
            Utterance(id=str(number), speaker=ROLES[role], text=text.strip())
            for number, (role, text) in enumerate(texts)
        ),
    )


def _layers(marks: Sequence[dict[str, Value]]) -> dict[str, Layer]:
    """Layer -> utterance -> value of marks that are given utterance by utterance."""
    layers: dict[str, Layer] = {}
    for number, mark in enumerate(marks):
        for layer, value in mark.items():
            layers.setdefault(layer, {})[str(number)] = value
    return layers
