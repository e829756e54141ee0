"""How hard a conversation is to learn from: emotional shifts, weighted by how near the two emotions lie.

A shift between unlike emotions is easy to see and one between alike emotions is not, so alike ones weigh more.
Li et al., "Do LLMs Feel?", AAAI 2026, Eq. 2-5; the unweighted count is that of Yang et al., "Hybrid Curriculum
Learning for Emotion Recognition in Conversation", AAAI 2022.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sentio.curriculum.similarity import similarity
from sentio.errors import UnknownName

K, B = 1.0, 0.4
"""Weight of a shift: K * similarity + B (Eq. 2). Source of the values: released code, the paper gives none."""

SchemeName = Literal["es", "wes", "two-way", "algorithm-1"]


@dataclass(frozen=True)
class Scheme:
    """Which shifts count. `weighted`: by similarity, else each counts 1. `across`: also those between neighbouring
    utterances of two speakers, if `diff_requires_change` only where the emotion changes."""

    weighted: bool
    across: bool
    diff_requires_change: bool = True


SCHEMES: dict[SchemeName, Scheme] = {
    "es": Scheme(weighted=False, across=False),  # Table 5, "ES"
    "wes": Scheme(weighted=True, across=False),  # Table 5, "WES"
    "two-way": Scheme(weighted=True, across=True),  # the paper's own: its text, Eq. 3-5, and the released code
    # Lines 25-30 of the paper's Algorithm 1 contradict its Eq. 5: speakers who agree count as a shift of s = 1.
    "algorithm-1": Scheme(weighted=True, across=True, diff_requires_change=False),
}

Turn = tuple[str, str]
"""Who speaks, and the label."""


def difficulty(
    labels: Sequence[str | None], speakers: Sequence[str] | None, n_labels: int, scheme: SchemeName = "two-way"
) -> float:
    """Difficulty of a conversation (Eq. 3): (shifts + speakers) / (utterances + speakers), from 0 up.

    `labels` and `speakers` have an entry an utterance, `n_labels` is the number of labels of the corpus. An
    utterance without a label is left out, as the IEMOCAP release leaves out those without a majority; where none
    has one there is nothing to learn, and the difficulty is 0. Without speakers, all is said by one. Only whether
    two speakers are the same matters, not their names.
    Raises `UnknownName` for an unknown scheme and, but for "es", for a label that is not on the emotion wheel.

    >>> labels = ["neutral", "surprise", "joy", "neutral", "anger", "anger", "sadness"]
    >>> round(difficulty(labels, list("ABAABCB"), n_labels=7), 6)
    0.735921
    >>> difficulty(["joy"], ["Ann"], n_labels=7)
    0.5
    """
    if scheme not in SCHEMES:
        raise UnknownName("curriculum scheme", scheme, SCHEMES)
    names = [""] * len(labels) if speakers is None else speakers
    turns = [(name, label) for name, label in zip(names, labels, strict=True) if label is not None]
    if not turns:
        return 0.0
    chosen, n_speakers = SCHEMES[scheme], len({name for name, _ in turns})
    if chosen.weighted:
        shifts = sum(K * similarity(one, other, n_labels) + B for one, other in _shifts(turns, chosen))
    else:
        shifts = float(sum(1 for _ in _shifts(turns, chosen)))
    return (shifts + n_speakers) / (len(turns) + n_speakers)


def _shifts(turns: Sequence[Turn], scheme: Scheme) -> Iterator[tuple[str, str]]:
    """The pairs of labels that count as shifts."""
    yield from same_speaker_shifts(turns)
    if scheme.across:
        yield from cross_speaker_shifts(turns, scheme.diff_requires_change)


def same_speaker_shifts(turns: Iterable[Turn]) -> Iterator[tuple[str, str]]:
    """The labels before and after each change within one speaker's own utterances (Eq. 4).

    >>> list(same_speaker_shifts([("Ann", "joy"), ("Bo", "fear"), ("Ann", "anger")]))
    [('joy', 'anger')]
    """
    last: dict[str, str] = {}
    for speaker, label in turns:
        if last.get(speaker, label) != label:
            yield last[speaker], label
        last[speaker] = label


def cross_speaker_shifts(turns: Iterable[Turn], requires_change: bool = True) -> Iterator[tuple[str, str]]:
    """The labels of neighbouring utterances of two speakers, where they differ (Eq. 5) or all.

    >>> list(cross_speaker_shifts([("Ann", "joy"), ("Bo", "fear"), ("Ann", "anger")]))
    [('joy', 'fear'), ('fear', 'anger')]
    """
    for (speaker, label), (next_speaker, next_label) in pairwise(turns):
        if speaker != next_speaker and (label != next_label or not requires_change):
            yield label, next_label
