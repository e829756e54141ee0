"""Which strategy a supporter uses next: chosen before a word of the turn is seen.

Kang et al., "Can Large Language Models be Good Emotional Supporter?", ACL 2024: proficiency Q, which is the macro-F1,
and the bias B, how unevenly a system prefers strategies to those that are right. B alone is no quality: to repeat the
strategy of the turn before has a lower one than any prompted model of the paper.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

from sentio.errors import ScoreError
from sentio.evaluation.base import Predictions, Scores
from sentio.evaluation.tasks.classification import Classification
from sentio.metrics.confusion import confusion
from sentio.metrics.preference import preference, proficiency

THIRDS = ("first", "middle", "last")


@dataclass(frozen=True)
class Strategy(Classification):
    """Classification of turns that are to come: baselines that read their words are not offered (`BaselineCard`)."""

    headline: str = "macro_f1"
    name: str = "strategy"

    def score(self, predictions: Predictions) -> Scores:
        """What classification has, of which the macro-F1 is Q, and the bias; both also for each third of the turns of
        a dialogue. Each label's preference is 1 where it is chosen in place of others as often as they of it.

        A bias that has no finite strengths is NaN: where, say, always the same strategy is chosen.
        """
        base = super().score(predictions)
        per_label = {label: dict(told) for label, told in base.per_label.items()}
        gold, predicted = ([str(value) for value in side] for side in (predictions.gold, predictions.predicted))
        bias, strengths = self._preferred(gold, predicted)
        values = {self.headline: base.values[self.headline], "bias": bias, **base.values}
        for label, strength in strengths.items():
            per_label[label]["preference"] = strength
        of_row = list(thirds(predictions.conversations))
        for number, third in enumerate(THIRDS):
            rows = [row for row, of in enumerate(of_row) if of == number]
            if rows:
                right, said = ([side[row] for row in rows] for side in (gold, predicted))
                values[f"macro_f1_{third}"] = proficiency(confusion(right, said, self.labels))
                values[f"bias_{third}"], strengths = self._preferred(right, said)
                for label, strength in strengths.items():
                    per_label[label][f"preference_{third}"] = strength
        return replace(base, values=values, per_label=per_label)

    def _preferred(self, gold: Sequence[str], predicted: Sequence[str]) -> tuple[float, Mapping[str, float]]:
        """The bias and the preference of every strategy that was ever mistaken."""
        try:
            found = preference(confusion(gold, predicted, self.labels))
        except ScoreError:
            return nan, {}
        strengths = zip(self.labels, found.strengths.tolist(), strict=True)
        return found.bias, {label: strength for label, strength in strengths if label not in found.excluded}


def thirds(conversations: Sequence[str]) -> Iterator[int]:
    """In which third of its conversation's rows each row is, 0 to 2; rows come in the order of the turns.

    >>> list(thirds(["a", "a", "b", "a", "c", "c", "c", "c"]))
    [0, 1, 0, 2, 0, 0, 1, 2]
    """
    rows, before = Counter(conversations), Counter[str]()
    for conversation in conversations:
        yield 3 * before[conversation] // rows[conversation]
        before[conversation] += 1
