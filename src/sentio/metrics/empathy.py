"""The scores of two empathy challenges: WASSA's tracks and OMG-Empathy's.

>>> gold = {"empathy": [1, 2, 3], "distress": [3, 1, 2]}
>>> round(score_track(gold, {"empathy": [1, 2, 4], "distress": [3, 1, 2]}).mean, 3)
0.991
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sentio.errors import ScoreError
from sentio.metrics.correlation import ccc, pearson
from sentio.metrics.inputs import numbers

Recording = tuple[int, int]
"""The listener (subject) and the story they heard."""


@dataclass(frozen=True)
class TrackScore:
    """Pearson's r of each target of a WASSA track, and their mean. NaN where a prediction is constant."""

    parts: dict[str, float]
    mean: float


def score_track(
    gold: Mapping[str, ArrayLike],
    predicted: Mapping[str, ArrayLike],
    *,
    compat: Literal["official"] | None = None,
    decimals: int = 4,
) -> TrackScore:
    """The score of a WASSA track, -1..1: the mean Pearson r of its targets, paired by name, shape (essays,) each.

    Tracks: empathy and distress (EMP); empathy, polarity and intensity (CONV). `compat="official"` is
    the organisers' scorer: each r is rounded, to 4 digits in 2022 and 2024 and to 3 in 2023 (`decimals`),
    and the mean is taken of the rounded ones; a constant prediction has r = 0 in place of undefined, and
    a refusal (None, NaN) is silently a prediction of 0. Raises `ScoreError` where the targets of
    the two sides differ, and as `pearson`.

    >>> score_track({"empathy": [1, 2, 3]}, {"empathy": [2, 2, 2]}, compat="official")
    TrackScore(parts={'empathy': 0.0}, mean=0.0)
    """
    _same_names(gold, predicted, "targets")
    if compat is None:
        parts = {name: pearson(gold[name], predicted[name]) for name in gold}
        return TrackScore(parts, float(np.mean(list(parts.values()))))
    answers = {name: numbers(answer, "predictions") for name, answer in predicted.items()}
    exact = {name: pearson(gold[name], np.where(np.isnan(answers[name]), 0, answers[name])) for name in gold}
    rounded = {name: 0.0 if np.isnan(r) else round(r, decimals) for name, r in exact.items()}
    return TrackScore(rounded, sum(rounded.values()) / len(rounded))


@dataclass(frozen=True)
class ValenceTracks:
    """Mean CCC of OMG-Empathy's two tracks, and what they are made of.

    `personalized` is the mean over the listeners of their mean over stories, `generalized` the mean over
    the stories of their mean over listeners. Where every listener heard every story the two are equal.
    """

    personalized: float
    generalized: float
    by_listener: dict[int, float]
    by_story: dict[int, float]
    by_recording: dict[Recording, float]

    def interval(self, *, resamples: int = 1000, confidence: float = 0.95, seed: int = 0) -> tuple[float, float]:
        """Percentile bootstrap (Efron, 1979) over the recordings of their mean CCC: the limits, -1..1.

        Raises `ScoreError` for no resamples, and a confidence that is not between 0 and 1.
        """
        if resamples < 1 or not 0 < confidence < 1:
            raise ScoreError(f"a confidence in 0..1 and one resample or more, not {confidence} and {resamples}")
        values = np.array(list(self.by_recording.values()))
        drawn = np.random.default_rng(seed).multinomial(len(values), np.full(len(values), 1 / len(values)), resamples)
        tail = (1 - confidence) / 2
        low, high = np.quantile(drawn @ values / len(values), [tail, 1 - tail])
        return float(low), float(high)


def score_valence(
    gold: Mapping[str, ArrayLike],
    predicted: Mapping[str, ArrayLike],
    *,
    compat: Literal["official"] | None = None,
) -> ValenceTracks:
    """Both tracks of OMG-Empathy (arXiv 1908.11706) from frame-by-frame valence, -1..1, by file name.

    Valence has the shape (frames,). Names are the corpus's, `Subject_10_Story_2` with or without an ending.
    `compat="official"` is the released scorer: files are paired by their place in the order of listener and story, not
    by name, so that with one prediction missing and another too many all between are scored against a wrong file, and
    predictions left over at the end are ignored. Raises `ScoreError` where the files of the two sides differ (in the
    released scorer: where predictions are fewer, or listeners have unequal numbers of stories, on which it fails), for
    unequal numbers of frames (it waits for a key), and as `ccc`.

    >>> gold = {"Subject_1_Story_1.csv": [0, 0, 1, 1], "Subject_2_Story_1.csv": [0, 1, 0, 1]}
    >>> score_valence(gold, {"Subject_2_Story_1": [0, 1, 0, 1], "Subject_1_Story_1": [0, 0, 0, 0]}).personalized
    0.5
    """
    wanted, found = _by_recording(gold), _by_recording(predicted)
    if compat is None:
        _same_names(wanted, found, "recordings")
        scores = {recording: ccc(wanted[recording], found[recording]) for recording in sorted(wanted)}
    else:
        if len(found) < len(wanted):
            raise ScoreError(f"{len(wanted)} recordings, but predictions for {len(found)}")
        pairs = zip(sorted(wanted), sorted(found), strict=False)
        scores = {recording: ccc(wanted[recording], found[other]) for recording, other in pairs}
    listeners = _grouped((listener, score) for (listener, _), score in scores.items())
    stories = _grouped(_places(scores) if compat else ((story, score) for (_, story), score in scores.items()))
    if compat and len({len(each) for each in listeners.values()}) > 1:
        raise ScoreError("listeners have unequal numbers of stories; the released scorer fails on that")
    by_listener = {listener: float(np.mean(each)) for listener, each in sorted(listeners.items())}
    by_story = {story: float(np.mean(each)) for story, each in sorted(stories.items())}
    personalized, generalized = (float(np.mean(list(each.values()))) for each in (by_listener, by_story))
    return ValenceTracks(personalized, generalized, by_listener, by_story, scores)


def _places(scores: Mapping[Recording, float]) -> Iterable[tuple[int, float]]:
    """Scores by story as the released scorer takes them: a listener's n-th is of the n-th story seen at all."""
    stories = list(dict.fromkeys(story for _, story in scores))
    for listener in dict.fromkeys(listener for listener, _ in scores):
        own = [score for (other, _), score in scores.items() if other == listener]
        yield from zip(stories, own, strict=False)


def _by_recording(files: Mapping[str, ArrayLike]) -> dict[Recording, ArrayLike]:
    recordings: dict[Recording, ArrayLike] = {}
    for name, valence in files.items():
        match = re.fullmatch(r"Subject_(\d+)_Story_(\d+)(\.\w+)?", name)
        if match is None:
            raise ScoreError(f"{name!r} is no name of a recording, such as Subject_10_Story_2")
        recording = int(match[1]), int(match[2])
        if recording in recordings:
            raise ScoreError(f"two files for listener {recording[0]} and story {recording[1]}")
        recordings[recording] = valence
    return recordings


def _grouped(scores: Iterable[tuple[int, float]]) -> dict[int, list[float]]:
    groups: dict[int, list[float]] = {}
    for key, score in scores:
        groups.setdefault(key, []).append(score)
    return groups


def _same_names(gold: Collection[object], predicted: Collection[object], what: str) -> None:
    if not gold:
        raise ScoreError(f"no {what}")
    missing, extra = (sorted(map(str, each)) for each in (set(gold) - set(predicted), set(predicted) - set(gold)))
    if missing or extra:
        raise ScoreError(
            f"{what} differ: missing {', '.join(missing) or 'none'}, too many {', '.join(extra) or 'none'}"
        )
