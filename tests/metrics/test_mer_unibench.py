"""MER-UniBench's mean on the rows that its paper prints."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import ScoreError
from sentio.metrics.mer_unibench import PRIMARY, mer_unibench_mean

# Lian et al., "AffectGPT", ICML 2025: nine primary scores in the order of PRIMARY, and the printed mean.
PUBLISHED = {
    "AffectGPT A+T": ((72.94, 73.41, 56.63, 55.68, 83.46, 80.74, 82.99, 83.75, 59.98), 72.18),
    "AffectGPT V+T": ((74.58, 75.29, 57.63, 62.19, 82.39, 81.57, 87.20, 86.29, 61.65), 74.31),
    "AffectGPT A+V+T": ((78.54, 78.80, 55.65, 60.54, 81.30, 80.90, 88.49, 86.18, 62.52), 74.77),
    "Emotion-LLaMA": ((59.38, 73.62, 46.76, 55.47, 66.13, 67.66, 78.32, 77.23, 52.97), 64.17),
    "mPLUG-Owl V+T": ((56.86, 59.89, 49.11, 55.54, 72.40, 72.91, 72.13, 75.00, 48.18), 62.45),
    "SALMONN A+T": ((55.53, 45.38, 45.62, 46.84, 81.00, 67.03, 68.69, 65.93, 45.00), 57.89),
}


@pytest.mark.parametrize("model", PUBLISHED)
def test_the_printed_means_come_out(model: str) -> None:
    scores, mean = PUBLISHED[model]
    assert mer_unibench_mean(dict(zip(PRIMARY, scores, strict=True))) == pytest.approx(mean, abs=0.01)


def test_nine_finite_scores_are_needed() -> None:
    whole = dict.fromkeys(PRIMARY, 0.5)
    with pytest.raises(ScoreError, match="missing or unknown: MELD"):
        mer_unibench_mean({name: score for name, score in whole.items() if name != "MELD"})
    with pytest.raises(ScoreError, match="missing or unknown: EmoryNLP"):
        mer_unibench_mean(whole | {"EmoryNLP": 0.5})
    with pytest.raises(ScoreError, match="MELD is nan"):
        mer_unibench_mean(whole | {"MELD": float("nan")})


@given(
    st.lists(st.floats(0, 100), min_size=9, max_size=9).map(lambda x: dict(zip(PRIMARY, x, strict=True))), st.randoms()
)
def test_the_mean_is_of_all_nine_in_whatever_order_and_unit(scores: dict[str, float], random: Random) -> None:
    found = mer_unibench_mean(scores)
    shuffled = dict(random.sample(sorted(scores.items()), 9))
    assert found == mer_unibench_mean(shuffled)
    assert min(scores.values()) - 1e-9 <= found <= max(scores.values()) + 1e-9
    assert mer_unibench_mean({name: score / 100 for name, score in scores.items()}) == pytest.approx(found / 100)
    raised = mer_unibench_mean(scores | {"MELD": scores["MELD"] + 9})
    assert raised == pytest.approx(found + 1)
