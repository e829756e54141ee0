"""Every metric of two sides says in one line that it cannot score them: never a traceback of NumPy's or Python's."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest

from sentio.errors import ScoreError
from sentio.metrics import (
    agreement,
    attribution_agreement,
    calibration,
    confusion,
    cooccurrence,
    correlation,
    emotion_wheel,
    empathy,
    extractive,
    faithfulness,
    hit_rate,
    intensity,
    mer_unibench,
    multilabel,
    open_set,
    significance,
    soft_labels,
    spread,
    synonym_groups,
    text,
    votes,
    wheels,
)

Metric = Callable[..., object]

SIDES: tuple[object, ...] = (
    [], [None], [float("nan")], ["a"], [["a"]], [[1, 2], [1]], [1, "a"], [[]], [["a", "b"]], [1.5], [0], [0, 1],
    [[0, 1]], [{"a"}], [True, False], [[True]], [float("inf")], [""], [b"a"], [object()], np.zeros(0),
    np.array([[0.5, 0.5]]),
)  # fmt: skip
"""Lists of things that are no gold and no predictions of most metrics."""

TABLES = wheels.Wheels.from_tables("mine", [("sad", "sad")], [("Sad", "sad")], [[("Sad", "Lonely", "Isolated")]] * 5)
FIT = multilabel.ThresholdFit(0.5, 1)

OF_TWO_SIDES: dict[str, Metric] = {
    "data_loss": votes.data_loss,
    "krippendorff_alpha": lambda a, b: agreement.krippendorff_alpha(a, "interval", b),
    "cohen_kappa": agreement.cohen_kappa,
    "expected_calibration_error": calibration.expected_calibration_error,
    "brier": calibration.brier,
    "confusion": partial(confusion.confusion, classes=["a", "b"]),
    "sign_confusion": confusion.sign_confusion,
    "outcomes": partial(significance.outcomes, classes=["a", "b"]),
    "cooccurrence_distance": cooccurrence.cooccurrence_distance,
    "score_regression": correlation.score_regression,
    "pearson": correlation.pearson,
    "spearman": correlation.spearman,
    "score_track": lambda a, b: empathy.score_track({"empathy": a}, {"empathy": b}),
    "official score_track": lambda a, b: empathy.score_track({"empathy": a}, {"empathy": b}, compat="official"),
    "score_valence": lambda a, b: empathy.score_valence({"Subject_1_Story_1": a}, {"Subject_1_Story_1": b}),
    "exact_match": extractive.exact_match,
    "token_f1": extractive.token_f1,
    "causal_span_scores": extractive.causal_span_scores,
    "causal_entailment_scores": extractive.causal_entailment_scores,
    "hit_rate": lambda a, b: hit_rate.hit_rate(a, b, TABLES),
    "wheel_scores": lambda a, b: emotion_wheel.wheel_scores(a, b, TABLES),
    "score_categories": lambda a, b: intensity.score_categories(a, b, ["joy"]),
    "lenient_accuracy": lambda a, b: intensity.lenient_accuracy(a, ["a", "b"], b),
    "at_thresholds": multilabel.at_thresholds,
    "multilabel.macro_f1": multilabel.macro_f1,
    "multilabel.micro_f1": multilabel.micro_f1,
    "sample_f1": multilabel.sample_f1,
    "jaccard": multilabel.jaccard,
    "thresholds": FIT.thresholds,
    "cross_fitted": FIT.cross_fitted,
    "detection": open_set.detection,
    "oscr": lambda a, b: open_set.oscr([True, False], a, b),
    "open_set": lambda a, b: open_set.open_set(a, b, 2),
    "kl_divergence": soft_labels.kl_divergence,
    "cross_entropy": soft_labels.cross_entropy,
    "soft_labels.macro_f1": soft_labels.macro_f1,
    "synonym_group_score": lambda a, b: synonym_groups.synonym_group_score(a, b, [[]]),
    "bleu": partial(text.bleu, average="corpus"),
    "sentence_bleu": text.sentence_bleu,
    "rouge": text.rouge,
    "answer_f1": text.answer_f1,
    "agreement of explanations": attribution_agreement.agreement,
    "erase": lambda a, b: faithfulness.erase(a, b, lambda _: 0.5),
}
OF_ONE: dict[str, Callable[[Any], object]] = {
    "tally": lambda a: votes.tally(a, ["a", "b"]),
    "shares": votes.shares,
    "evaluation_sets": votes.evaluation_sets,
    "above_uniform": votes.above_uniform,
    "krippendorff_alpha_of_scores": agreement.krippendorff_alpha_of_scores,
    "fleiss_kappa": agreement.fleiss_kappa,
    "pairwise_agreement": agreement.pairwise_agreement,
    "cronbach_alpha": agreement.cronbach_alpha,
    "together": cooccurrence.together,
    "penalty_weights": cooccurrence.penalty_weights,
    "smooth": soft_labels.smooth,
    "unsmooth": soft_labels.unsmooth,
    "ando": soft_labels.ando,
    "presence_patterns": intensity.presence_patterns,
    "to_ten": lambda a: intensity.to_ten(a, "head"),
    "encode_gold_sets": lambda a: multilabel.encode_gold_sets(a, ["a", "b"]),
    "clusters": lambda a: significance.outcomes(["a", "b"], ["a", "b"], classes=["a", "b"], clusters=a),
    "distinct": lambda a: text.distinct(a, 1),
    "spread": spread.spread,
    "mer_unibench_mean": lambda a: mer_unibench.mer_unibench_mean(dict.fromkeys(mer_unibench.PRIMARY, a)),
}


def refused(metric: Metric, *sides: Any) -> bool:  # noqa: ANN401
    try:
        metric(*sides)
    except ScoreError as error:
        return "\n" not in str(error)
    return False


@pytest.mark.parametrize("name", OF_TWO_SIDES)
def test_two_sides_are_scored_or_refused_in_one_line(name: str) -> None:
    assert sum(refused(OF_TWO_SIDES[name], *sides) for sides in product(SIDES, repeat=2)) > len(SIDES) ** 2 * 0.9


@pytest.mark.parametrize("name", OF_ONE)
def test_one_side_is_scored_or_refused_in_one_line(name: str) -> None:
    assert any(refused(OF_ONE[name], side) for side in SIDES)


@pytest.mark.parametrize("answer", [None, "likely", [0.5], 2.0, -0.1])
def test_a_model_answers_with_a_probability(answer: Any) -> None:  # noqa: ANN401
    def probability(_: Sequence[str]) -> Any:  # noqa: ANN401
        return answer

    if answer is None:
        assert np.isnan(faithfulness.erase(["a", "b"], [0, 1], probability).whole)
    else:
        assert refused(lambda: faithfulness.erase(["a", "b"], [0, 1], probability))
