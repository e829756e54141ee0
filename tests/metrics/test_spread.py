"""The spread of seeds against NumPy; what has none is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import ScoreError
from sentio.metrics.spread import spread


@given(st.lists(st.floats(0, 1), min_size=2))
def test_mean_and_sample_deviation_are_numpys(scores: list[float]) -> None:
    found = spread(scores)
    assert found.mean == pytest.approx(np.mean(scores))
    assert found.sd == pytest.approx(np.std(scores, ddof=1))
    assert (found.min, found.max, found.n) == (min(scores), max(scores), len(scores))


def test_one_seed_has_no_deviation() -> None:
    assert spread([0.5]).sd is None


@pytest.mark.parametrize("scores", [[], [0.5, float("nan")], [float("inf")]])
def test_what_has_no_mean_is_refused(scores: list[float]) -> None:
    with pytest.raises(ScoreError):
        spread(scores)


def test_scores_may_come_as_an_array_and_only_numbers_are_scores() -> None:
    assert spread(np.array([0.5, 0.75])) == spread([0.5, 0.75])
    for wrong in ([], np.zeros(0), [[0.5]], ["high"], 0.5, [None]):
        with pytest.raises(ScoreError):
            spread(wrong)  # type: ignore[arg-type]
