"""How far annotators agree, and what becomes of the utterances by it: the report on a poll."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from math import isnan

import numpy as np
from pydantic import BaseModel, ConfigDict

from sentio.annotation.poll import Poll
from sentio.annotation.utterances import Source
from sentio.annotation.verdicts import VERDICTS, Decision, Verdict, decide
from sentio.annotation.votes import AUTHOR, Kind
from sentio.errors import ScoreError
from sentio.metrics.agreement import krippendorff_alpha

NAMED = 5
"""So many utterances are named that a corpus counts wrongly."""


class Figures(BaseModel):
    """What all parts of a report are: frozen values."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Alpha(Figures):
    """Krippendorff's alpha, nominal, 1 at most: of all votes, and of the annotators' without the author's. None where
    no utterance has two votes, or all votes are one and the same label."""

    all: float | None
    annotators: float | None


class OfAnnotator(Figures):
    """An annotator: how many votes, and which part of them is what the author said, 0..1 (None without an author)."""

    name: str
    kind: Kind
    model: str | None
    votes: int
    with_author: float | None


class OfLabel(Figures):
    """A label: how many utterances its author gave it and how many of these are verified, how many were adjudicated
    to it, and the agreement on it, one label against the rest."""

    author: int
    verified: int
    adjudicated: int
    alpha: Alpha


class OfPair(Figures):
    """Two annotators: on how many utterances both have voted, and on which part of them alike, 0..1."""

    first: str
    second: str
    utterances: int
    agreement: float


class Verification(Figures):
    """The report. `left_out` utterances have neither one label nor votes; `anonymous` is the number of votes by
    annotators that a corpus only numbers; `confusion` counts author's label -> annotators' label -> votes. `faults` say
    what does not hold of what a corpus claims to be verified."""

    sources: tuple[str, ...]
    conversations: int
    utterances: int
    left_out: int
    verdicts: dict[Verdict, int]
    alpha: Alpha
    labels: dict[str, OfLabel]
    annotators: tuple[OfAnnotator, ...]
    anonymous: int
    pairs: tuple[OfPair, ...]
    confusion: dict[str, dict[str, int]]
    faults: tuple[str, ...]


def verification(poll: Poll) -> Verification:
    """The report on a poll."""
    decisions = [decide(votes.get(AUTHOR), poll.independent(place)) for place, votes in enumerate(poll.votes)]
    verdicts = Counter(decision.verdict for decision in decisions)
    labels = tuple(dict.fromkeys(label for one in poll.utterances for label in one.labels))
    return Verification(
        sources=tuple(source.name for source in poll.sources),
        conversations=len({(one.source, one.conversation.id) for one in poll.utterances}),
        utterances=len(poll.utterances),
        left_out=sum(source.left_out for source in poll.sources),
        verdicts={verdict: verdicts[verdict] for verdict in VERDICTS},
        alpha=_alphas(poll, labels.index, len(labels)),
        labels={label: _of_label(label, poll, decisions) for label in labels},
        annotators=tuple(_annotators(poll)),
        anonymous=sum(who in poll.anonymous for votes in poll.votes for who in votes),
        pairs=tuple(_pairs(poll)),
        confusion=_confusion(poll, labels),
        faults=tuple(fault for source in poll.sources for fault in faults(source)),
    )


def faults(source: Source) -> Iterator[str]:
    """What does not hold of a corpus that says which of its labels are verified: by its own votes, they must be exactly
    those, and its files the ones that were measured."""
    if not source.claims:
        return
    for name in source.changed:
        yield f"{source.name}: {name} is not the file whose labels were verified"
    wrong = []
    for one in source.utterances:
        verdict, label = decide(one.author, list(one.votes.values()))
        due = label if verdict == "verified" else None
        if one.verified != due:
            counted = f"counted as verified {one.verified!r}" if one.verified else "not counted as verified"
            wrong.append(f"conversation {one.key[0]!r}, utterance {one.key[1]!r} is {counted}, by its votes {verdict}")
    yield from (f"{source.name}: {told}" for told in wrong[:NAMED])
    if len(wrong) > NAMED:
        yield f"{source.name}: and {len(wrong) - NAMED} more utterances"


def _alphas(poll: Poll, code: Callable[[str], int], classes: int) -> Alpha:
    """Alpha of the votes, each told as one of `classes` numbers."""
    return Alpha(
        all=_alpha([list(votes.values()) for votes in poll.votes], code, classes),
        annotators=_alpha([poll.independent(place) for place in range(len(poll.votes))], code, classes),
    )


def _alpha(votes: Sequence[Sequence[str]], code: Callable[[str], int], classes: int) -> float | None:
    counts = np.zeros((len(votes), classes), dtype=np.int64)
    for row, of_utterance in enumerate(votes):
        for label in of_utterance:
            counts[row, code(label)] += 1
    try:
        value = krippendorff_alpha(counts, "nominal")
    except ScoreError:  # nothing has two votes
        return None
    return None if isnan(value) else value


def _of_label(label: str, poll: Poll, decisions: Sequence[Decision]) -> OfLabel:
    reached = Counter(decision.verdict for decision in decisions if decision.label == label)
    return OfLabel(
        author=sum(votes.get(AUTHOR) == label for votes in poll.votes),
        verified=reached["verified"],
        adjudicated=reached["adjudicated"],
        alpha=_alphas(poll, lambda given: int(given == label), 2),
    )


def _annotators(poll: Poll) -> Iterator[OfAnnotator]:
    """Those with a name, the author first."""
    votes: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    for given in poll.votes:
        author = given.get(AUTHOR)
        for who, label in given.items():
            votes[who] += 1
            beside[who] += author is not None
            alike[who] += label == author
    for who, kind in sorted(poll.kinds.items(), key=lambda item: (item[1] != AUTHOR, item[1], _by_number(item[0]))):
        if who not in poll.anonymous:
            share = alike[who] / beside[who] if who != AUTHOR and beside[who] else None
            yield OfAnnotator(name=who, kind=kind, model=poll.models.get(who), votes=votes[who], with_author=share)


def _pairs(poll: Poll) -> Iterator[OfPair]:
    """Annotators with a name who have both voted on something, without the author."""
    both: Counter[tuple[str, str]] = Counter()
    alike: Counter[tuple[str, str]] = Counter()
    for given in poll.votes:
        named = sorted(given.keys() - poll.anonymous - {AUTHOR}, key=_by_number)
        for pair in combinations(named, 2):
            both[pair] += 1
            alike[pair] += given[pair[0]] == given[pair[1]]
    for pair, times in sorted(both.items(), key=lambda item: [_by_number(who) for who in item[0]]):
        yield OfPair(first=pair[0], second=pair[1], utterances=times, agreement=alike[pair] / times)


def _by_number(name: str) -> list[tuple[int, str]]:
    """A key that sorts r2 before r10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def _confusion(poll: Poll, labels: Sequence[str]) -> dict[str, dict[str, int]]:
    counts: Mapping[str, Counter[str]] = defaultdict(Counter)
    for place, given in enumerate(poll.votes):
        if (author := given.get(AUTHOR)) is not None and (votes := poll.independent(place)):
            counts[author].update(votes)
    return {author: {label: counts[author][label] for label in labels} for author in labels if author in counts}
