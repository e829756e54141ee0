"""Two finished runs side by side: is the difference more than an accident, and where do they disagree?

>>> from sentio.evaluation.comparison import compare
>>> found = compare(Path("runs/mini-meld"), Path("runs/mini-meld/baselines/tfidf.parquet"))  # doctest: +SKIP
>>> found.metrics[0].difference, found.metrics[0].interval  # doctest: +SKIP
(0.0312, (0.0051, 0.0574))
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sentio.errors import ScoreError
from sentio.evaluation import folders
from sentio.evaluation.aligned import Aligned
from sentio.evaluation.folders import Contender
from sentio.evaluation.intervals import FEW, FEWER_DRAWS, draws_of
from sentio.evaluation.judging import Judgement
from sentio.evaluation.outcome import Chosen, Outcome, Row
from sentio.evaluation.paired import Differences, differences
from sentio.evaluation.tallies import DRAWN, parts
from sentio.gold import Value
from sentio.metrics.spread import Spread

ERRORS = ("invalid_rate", "ece", "brier", "mae", "rmse")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Side(_Value):
    """One of the two. `run` is the path it was named by, `seeds` how often it was run."""

    name: str
    run: str
    kind: Literal["system", "baseline", "oracle"]
    learned: str
    chosen_on: Chosen
    seeds: int


class Difference(_Value):
    """First minus second, of means over the compared seeds. `interval` is the 95 % paired bootstrap interval,
    `p` that of approximate randomisation, both over conversations; None is what is not defined.

    Metrics that cannot be drawn (Dist-n, those of open vocabulary) are means over each run's own seeds and have
    neither.
    """

    first: float | None
    second: float | None
    difference: float | None
    interval: tuple[float, float] | None
    p: float | None


class MetricDifference(Difference):
    """One metric; the spreads are over all seeds of each run, as its folder has them."""

    name: str
    first_spread: Spread | None
    second_spread: Spread | None

    @property
    def less_is_better(self) -> bool:
        """Whether it measures what is wrong."""
        return self.name in ERRORS


class LabelDifference(Difference):
    """F1 of one label, which occurs `support` times."""

    label: str
    support: int


class Agreement(_Value):
    """How many targets were answered right by whom, in the first compared seed."""

    both: int
    only_first: int
    only_second: int
    neither: int


class Disagreement(_Value):
    """A target that the two answered differently, in the first compared seed; `right` is who was, None where
    an answer is neither right nor wrong (scores and texts)."""

    conversation: str
    utterance: str
    evidence: str
    speaker: str
    text: str
    gold: Value
    first: Value
    second: Value
    right: Literal["first", "second", "neither"] | None


class Comparison(_Value):
    """What `sentio compare` tells.

    Both are scored on `seeds`, those that both were run with, pair by pair. `disagreeing` counts the targets
    that were answered differently, of which `disagreements` holds the first ones (scores: the furthest apart).
    `draws` is 0 where nothing can be drawn: there is but one conversation, or the task is open vocabulary.
    `other_texts` counts the targets of the same gold that are other words in the second run. `judgement` is what a
    language model found of two runs that reply (`evaluation.judging`), where one was asked.
    """

    first: Side
    second: Side
    corpus: str
    split: str
    target: str
    task: str
    headline: str
    conversations: int
    targets: int
    seeds: tuple[int, ...]
    draws: int
    metrics: tuple[MetricDifference, ...]
    labels: tuple[LabelDifference, ...]
    agreement: Agreement | None
    disagreeing: int
    disagreements: tuple[Disagreement, ...]
    other_texts: int = 0
    judgement: Judgement | None = None

    @property
    def names(self) -> tuple[str, str]:
        """How the two are called: by their system, or by the path of the run where that is the same."""
        if self.first.name != self.second.name:
            return self.first.name, self.second.name
        return self.first.run, self.second.run

    @property
    def cautions(self) -> tuple[str, ...]:
        """What a reader must know before believing a figure, a sentence each."""
        told = []
        if self.conversations == 1:
            told.append("a single conversation: nothing to draw again, so there are no intervals")
        elif not self.draws:
            told.append("words are scored by the wheels of the corpus, not by the run: there are no intervals")
        elif self.conversations < FEW:
            told.append(f"only {self.conversations} conversations are drawn: too few to say much about others")
        if self.other_texts:
            told.append(f"{self.other_texts} of {self.targets} targets have another text in the other run")
        for name, side in zip(self.names, (self.first, self.second), strict=True):
            if side.kind == "oracle":
                told.append(f"{name} reads gold labels that a system has to find")
            if side.chosen_on == "this split":
                told.append(f"{name} was fitted or chosen on this split: its figures are no result")
            if side.chosen_on == "unknown":
                told.append(f"what {name} was trained and chosen on is unknown")
        return tuple(told)


def compare(first: str | Path, second: str | Path, *, limit: int = 100) -> Comparison:
    """Compare two run folders, or baselines in one (`runs/x/baselines/majority.parquet`).

    `limit` is how many disagreements are listed. Raises `InputError` for a path that is no finished
    evaluation, `ScoreError` where the two were not asked the same (corpus, split, target, targets, gold).
    """
    left, right = (folders.contender(Path(path)) for path in (first, second))
    _require_same_question(left.outcome, right.outcome)
    aligned = Aligned.of(left.answers(), right.answers())
    draws = _draws(left.outcome, aligned)
    metrics, labels = _differences(left, right, aligned, draws)
    agreement = aligned.agreement(left.outcome.task)
    differing, shown = aligned.differing(left.outcome.task, limit)
    return Comparison(
        first=_side(left, first),
        second=_side(right, second),
        corpus=left.outcome.corpus,
        split=left.outcome.split,
        target=left.outcome.target,
        task=left.outcome.task,
        headline=left.outcome.headline,
        conversations=aligned.conversations,
        targets=aligned.targets,
        seeds=aligned.seeds,
        draws=draws,
        metrics=metrics,
        labels=labels,
        agreement=None if agreement is None else Agreement(**agreement),
        disagreeing=differing,
        disagreements=tuple(Disagreement.model_validate(row) for row in shown),
        other_texts=aligned.other_texts(),
    )


def _require_same_question(left: Outcome, right: Outcome) -> None:
    for what in ("corpus", "split", "target", "task", "headline", "labels"):
        one, other = getattr(left, what), getattr(right, what)
        if one != other:
            raise ScoreError(f"runs on another {what} cannot be compared: {one} and {other}")


def _draws(asked: Outcome, aligned: Aligned) -> int:
    if aligned.conversations < 2 or asked.task not in DRAWN:
        return 0
    # Ranks do not add up: each draw is ranked again.
    return FEWER_DRAWS if asked.task == "regression" else draws_of(aligned.targets)


def _differences(
    left: Contender, right: Contender, aligned: Aligned, draws: int
) -> tuple[tuple[MetricDifference, ...], tuple[LabelDifference, ...]]:
    asked = left.outcome
    support = aligned.support() if asked.labels else {}
    drawn: dict[str, Difference] = {}
    labels: list[LabelDifference] = []
    for seeds in zip(
        *(parts(asked.task, asked.headline, asked.labels, rows) for rows in aligned.rows(len(asked.labels))),
        strict=True,
    ):
        part, found = seeds[0], _told(differences([one.paired for one in seeds], draws))
        drawn |= zip(part.metrics, found, strict=False)
        for label, told in zip(part.labels, found[len(part.metrics) :], strict=True):
            labels.append(LabelDifference(label=label, support=support.get(label, 0), **dict(told)))
    return tuple(_metrics(left.row, right.row, drawn, asked.headline)), tuple(labels)


def _metrics(left: Row, right: Row, drawn: Mapping[str, Difference], headline: str) -> Iterator[MetricDifference]:
    """Those that both runs have, the headline first; what cannot be drawn is told as the runs have it."""
    for name in sorted(left.metrics.keys() & right.metrics.keys(), key=[headline, *left.metrics].index):
        one, other = left.metrics[name], right.metrics[name]
        told = drawn.get(name) or _of_means(one, other)
        yield MetricDifference(name=name, first_spread=one, second_spread=other, **dict(told))


def _of_means(one: Spread | None, other: Spread | None) -> Difference:
    first, second = (None if spread is None else spread.mean for spread in (one, other))
    difference = None if first is None or second is None else first - second
    return Difference(first=first, second=second, difference=difference, interval=None, p=None)


def _told(found: Differences) -> list[Difference]:
    """The columns of a test as values, None for what is not defined."""
    rows = zip(found.first, found.second, found.first - found.second, found.low, found.high, found.p, strict=True)
    told = []
    for numbers in rows:
        first, second, difference, low, high, p = (float(n) if isfinite(n) else None for n in numbers)
        interval = None if low is None or high is None or p is None else (low, high)
        told.append(Difference(first=first, second=second, difference=difference, interval=interval, p=p))
    return told


def _side(one: Contender, path: str | Path) -> Side:
    seeds = max((spread.n for spread in one.row.metrics.values() if spread), default=1)
    return Side(
        name=one.row.name,
        run=str(path),
        kind=one.row.kind,
        learned=one.row.learned,
        chosen_on=one.chosen_on,
        seeds=seeds,
    )
