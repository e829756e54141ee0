"""Evaluation that can be trusted: run folders, trivial baselines, comparisons, the catalogue of results.

>>> import sentio
>>> outcome = sentio.evaluate("mini", "meld")  # doctest: +SKIP
>>> outcome.rows[0].metrics["weighted_f1"].mean  # doctest: +SKIP
0.398
"""

from sentio.evaluation.outcome import Outcome
from sentio.evaluation.run import evaluate

__all__ = ["Outcome", "evaluate"]
