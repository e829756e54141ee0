"""Causes as the transcript shows them: in words below an emotion, marked where they were said, and as arrows."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sentio.conversation import Conversation
from sentio.report.text import clean
from sentio.results import CauseType, Effect
from sentio.results.causes import types_of

LANES = 5
"""Vertical lines beside each other; what finds no room among them is told in words only."""


@dataclass(frozen=True)
class Because:
    """A cause: the number of the utterance, and the words in it, "" where it is all of it.

    `itself` is true where it is the emotional utterance.
    """

    number: int
    words: str
    probability: float
    itself: bool


@dataclass(frozen=True)
class Why:
    """The causes of an utterance's emotion, in spoken order; `number` is that of the utterance."""

    number: int
    emotion: str
    types: tuple[CauseType, ...]
    causes: tuple[Because, ...]


@dataclass(frozen=True)
class Arrow:
    """From the row of an emotion up to the row of a cause, rows from 1; `lane` 0 is nearest to the words."""

    cause: int
    effect: int
    lane: int


def whys(conversation: Conversation, effects: Iterable[Effect], first: int) -> Iterator[Why]:
    """The effects of a conversation, or of a part, whose first utterance has the number `first`."""
    speakers = {utterance.id: utterance.speaker for utterance in conversation.utterances}
    said = {utterance.id: (first + place, utterance) for place, utterance in enumerate(conversation.utterances)}
    for effect in effects:
        causes = []
        for cause in effect.causes:
            number, utterance = said[cause.utterance]
            words = clean(cause.span).strip()
            whole = words == clean(utterance.text).strip()
            itself = cause.utterance == effect.utterance
            causes.append(Because(number, "" if whole else words, cause.probability, itself))
        types = types_of(effect, speakers)
        yield Why(said[effect.utterance][0], clean(effect.emotion), types, tuple(causes))


def causing(whys: Iterable[Why]) -> dict[int, tuple[str, ...]]:
    """The causing words by the number of the utterance that they are in; an utterance that is a cause as a whole has
    none: all of it would be marked."""
    found: dict[int, dict[str, None]] = {}
    for why in whys:
        for cause in why.causes:
            if cause.words:
                found.setdefault(cause.number, {})[cause.words] = None
    return {number: tuple(words) for number, words in found.items()}


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """A text in pieces, true for those that are among the words; where these overlap they are one piece.

    >>> marked("You ate my cake again!", ["my cake", "ate my"])
    [('You ', False), ('ate my cake', True), (' again!', False)]
    """
    inside = [False] * len(text)
    for each in words:
        if (start := text.find(each)) >= 0:
            inside[start : start + len(each)] = [True] * len(each)
    pieces: list[tuple[str, bool]] = []
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or inside[place] != inside[begin]:
            pieces.append((text[begin:place], inside[begin]))
            begin = place
    return pieces


def arrows(whys: Iterable[Why], rows: Mapping[int, int]) -> list[Arrow]:
    """The arrows of all emotions with causes before them, by the rows of the numbers; those of an emotion share a lane.

    Short ones lie inside. Two of a lane may meet in a row, where the upper one ends above the beginning of the other.
    """
    spans = []
    for why in whys:
        before = [rows[cause.number] for cause in why.causes if not cause.itself]
        if before:
            spans.append((min(before), rows[why.number], before))
    lanes: list[list[tuple[int, int]]] = []
    found = []
    for start, end, before in sorted(spans, key=lambda span: (span[1] - span[0], span[0])):
        lane = next((number for number, taken in enumerate(lanes) if _fits(taken, start, end)), len(lanes))
        if lane == LANES:
            continue
        if lane == len(lanes):
            lanes.append([])
        taken = lanes[lane]
        taken.insert(bisect_left(taken, (start, end)), (start, end))
        found += [Arrow(cause, end, lane) for cause in before]
    return sorted(found, key=lambda arrow: (arrow.effect, arrow.cause))


def _fits(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether from `start` to `end` nothing is taken but, perhaps, these two rows themselves."""
    place = bisect_left(taken, (start, end))
    after_those_before = place == 0 or taken[place - 1][1] <= start
    before_those_after = place == len(taken) or end <= taken[place][0]
    return after_those_before and before_those_after
