"""What is measured of a training: each seed, their spread, and the average of their opinions.

>>> gold = Gold(("joy", "anger"), groups={"all": (True, True)})
>>> round(scored(gold, np.log([[0.9, 0.1], [0.8, 0.2]]), ("joy", "anger"))["weighted_f1"], 4)
0.3333
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentio.metrics.classification import accuracy, macro_f1, per_class, weighted_f1
from sentio.metrics.confusion import confusion
from sentio.metrics.spread import spread

Floats = NDArray[np.floating]
MEASURES = {"weighted_f1": weighted_f1, "macro_f1": macro_f1, "accuracy": accuracy}


@dataclass(frozen=True)
class Gold:
    """The right labels, None where nobody gave one, and which utterances are reported apart, by name."""

    labels: tuple[str | None, ...]
    groups: Mapping[str, Sequence[bool]]


def scored(gold: Gold, log_probabilities: Floats, labels: Sequence[str], group: str = "all") -> dict[str, float]:
    """Weighted and macro F1 and accuracy of a group; `log_probabilities` has the shape (utterances, labels)."""
    table = confusion(*_answers(gold, log_probabilities, labels, group), labels)
    return {name: float(table.score(measure)) for name, measure in MEASURES.items()}


def summary(gold: Gold, found: Mapping[int, Floats], labels: Sequence[str]) -> dict[str, Any]:
    """The metrics of a run of several seeds, group by group, and the labels' report of the average."""
    average = np.log(np.mean([np.exp(each) for each in found.values()], axis=0))
    reports: dict[str, Any] = {"targets": sum(label is not None for label in gold.labels)}
    for group in gold.groups:
        seeds = {seed: scored(gold, each, labels, group) for seed, each in found.items()}
        reports[group] = {
            "seeds": {str(seed): one for seed, one in seeds.items()},
            **{name: asdict(spread([one[name] for one in seeds.values()])) for name in MEASURES},
            "average_of_seeds": scored(gold, average, labels, group),
        }
    table = confusion(*_answers(gold, average, labels, "all"), labels)
    reports["per_label_of_average"] = {
        one.label: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "support": one.support}
        for one in per_class(table)
    }
    return reports


def _answers(
    gold: Gold, log_probabilities: Floats, labels: Sequence[str], group: str
) -> tuple[list[str], list[str | None]]:
    chosen = log_probabilities.argmax(axis=1)
    kept = [
        (label, labels[place])
        for label, place, there in zip(gold.labels, chosen, gold.groups[group], strict=True)
        if there and label is not None
    ]
    return [label for label, _ in kept], [answer for _, answer in kept]
