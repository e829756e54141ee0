"""A language model that compares the replies of two runs pair by pair, each pair in both orders.

A judge that names the same reply in both orders has a verdict; one that changes its mind with the order has none, and
how often it keeps it is reported as its agreement with itself (Zheng et al., NeurIPS 2023, section 3.4: position bias).
The win rate is told also as it would be if the replies were equally long (Dubois et al., "Length-Controlled
AlpacaEval", COLM 2024, equation 2 without its term of the instruction).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sentio.conversation import Conversation
from sentio.errors import LanguageModelError, MissingExtra, ScoreError
from sentio.llms import Answer, LanguageModel, Question, flows
from sentio.metrics.text import separated
from sentio.prompts.judging import CHOICES, Choice, judging
from sentio.prompts.lines import lines, names, said

WINDOW = 12
"""Utterances of the conversation that the judge reads. Our choice."""

DRAWS = 2_000
"""Draws of conversations for the interval."""

SWAPPED: Mapping[Choice, Choice] = {"first": "second", "second": "first", "equal": "equal"}


@dataclass(frozen=True)
class Pair:
    """Two replies to one turn; `conversation` ends before it."""

    conversation: Conversation
    speaker: str
    first: str
    second: str


@dataclass(frozen=True)
class Verdicts:
    """What a judge said of a pair: as it is, and with the two swapped but told of the same replies; None for no
    usable answer."""

    straight: Choice | None
    swapped: Choice | None

    @property
    def agreed(self) -> Choice | None:
        """The verdict of both orders, "equal" where they differ; None where one is missing."""
        if self.straight is None or self.swapped is None:
            return None
        return self.straight if self.straight == self.swapped else "equal"


class Judgement(BaseModel):
    """What a judge found. Shares are 0..1 of the `judged` pairs.

    `agreement` is the share judged alike in both orders, `first_shown` of all verdicts for one of the two the share
    for the one that stood first (0.5 without position bias), None where there is none. `win_rate` counts what is equal
    as half; `interval` are its 95 % bootstrap bounds over conversations, None of a single one. `controlled` is the win
    rate at equal length. `words` is the mean length of each side's replies, in words, `failed` counts pairs without a
    usable answer to both questions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    judge: str
    judged: int
    failed: int
    wins: int
    losses: int
    equal: int
    agreement: float
    first_shown: float | None
    win_rate: float
    interval: tuple[float, float] | None
    controlled: float
    words: tuple[float, float]


def judged(model: LanguageModel, pairs: Sequence[Pair]) -> Judgement:
    """Let a model compare all pairs.

    Raises `LanguageModelError` where the model cannot be asked or answers nothing usable, `ScoreError` where there is
    no pair, `MissingExtra` without scikit-learn.
    """
    if not pairs:
        raise ScoreError("no two replies to compare")
    found = list(flows.run(model, map(_compared, pairs)))
    kept = [(pair, verdicts) for pair, verdicts in zip(pairs, found, strict=True) if verdicts.agreed]
    if not kept:
        raise LanguageModelError(f"{model.name} said of no pair which reply is better")
    return _Tally(tuple(kept)).judgement(model.name, len(pairs) - len(kept))


def _compared(pair: Pair) -> flows.Flow[Verdicts]:
    shown = names(pair.conversation)
    before = lines(pair.conversation.utterances[-WINDOW:], shown)
    speaker = shown.get(pair.speaker, pair.speaker)
    one, other = said(pair.first), said(pair.second)
    straight = yield Question("straight", judging(before, speaker, one, other), choices=CHOICES)
    swapped = yield Question("swapped", judging(before, speaker, other, one), choices=CHOICES)
    told = _choice(swapped)
    return Verdicts(_choice(straight), told and SWAPPED[told])


def _choice(answer: Answer) -> Choice | None:
    return next((choice for choice in CHOICES if choice == answer.choice), None)


@dataclass(frozen=True)
class _Tally:
    """Pairs that have a verdict."""

    kept: tuple[tuple[Pair, Verdicts], ...]

    def judgement(self, judge: str, failed: int) -> Judgement:
        won = self.points
        words = self.words.mean(axis=0)
        return Judgement(
            judge=judge,
            judged=len(won),
            failed=failed,
            wins=int((won == 1).sum()),
            losses=int((won == 0).sum()),
            equal=int((won == 0.5).sum()),
            agreement=float(np.mean([one.straight == one.swapped for _, one in self.kept])),
            first_shown=self._first_shown(),
            win_rate=float(won.mean()),
            interval=self._interval(),
            controlled=controlled(won, self.words[:, 0] - self.words[:, 1]),
            words=(float(words[0]), float(words[1])),
        )

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """1 for a win of the first, 0 for a loss, a half for neither; shape (pairs,)."""
        points = {"first": 1.0, "second": 0.0, "equal": 0.5}
        return np.array([points[verdicts.agreed or "equal"] for _, verdicts in self.kept])

    @cached_property
    def words(self) -> NDArray[np.float64]:
        """Lengths of both replies, shape (pairs, 2)."""
        texts = [(pair.first, pair.second) for pair, _ in self.kept]
        return np.array([[len(separated(text).split()) for text in both] for both in texts], dtype=np.float64)

    def _first_shown(self) -> float | None:
        """Of the swapped question the second run's reply stood first."""
        shown = [one.straight == "first" for _, one in self.kept if one.straight != "equal"]
        shown += [one.swapped == "second" for _, one in self.kept if one.swapped != "equal"]
        return float(np.mean(shown)) if shown else None

    def _interval(self) -> tuple[float, float] | None:
        groups: dict[str, list[float]] = {}
        for (pair, _), won in zip(self.kept, self.points.tolist(), strict=True):
            groups.setdefault(pair.conversation.id, []).append(won)
        if len(groups) < 2:
            return None
        sums = np.array([[sum(group), len(group)] for group in groups.values()])
        drawn = np.random.default_rng(0).integers(len(sums), size=(DRAWS, len(sums)))
        totals = sums[drawn].sum(axis=1)
        low, high = np.quantile(totals[:, 0] / totals[:, 1], (0.025, 0.975))
        return float(low), float(high)


def controlled(won: NDArray[np.float64], longer: NDArray[np.float64]) -> float:
    """The win rate, 0..1, at equal length: a logistic regression of who won on how much longer the first reply is.

    `won` is 1, 0 or a half and `longer` the difference in words, both of shape (pairs,). The difference goes in as
    tanh(longer / its standard deviation). Raises `MissingExtra` without scikit-learn.

    >>> controlled(np.array([1.0, 1.0, 0.0, 0.0]), np.array([9.0, 8.0, -8.0, -9.0])).__round__(2)
    0.5
    """
    spread = longer.std()
    if spread == 0 or len(set(won.tolist())) == 1:
        return float(won.mean())
    try:
        from sklearn.linear_model import LogisticRegression
    except ModuleNotFoundError:
        raise MissingExtra("eval") from None
    lengths = np.tanh(longer / spread)[:, None]
    # What is equal is half a win and half a loss.
    # Nearly without regularisation: it would leave part of the length in the intercept.
    model = LogisticRegression(C=100).fit(
        np.concatenate([lengths, lengths]),
        np.repeat([1, 0], len(won)),
        sample_weight=np.concatenate([won, 1 - won]),
    )
    return float(1 / (1 + np.exp(-model.intercept_[0])))
