"""What is no number and no text is named in one line."""

from typing import Any

import numpy as np
import pytest

from sentio.errors import ScoreError
from sentio.metrics.inputs import check_texts, numbers


def test_numbers_keep_their_shape_and_none_is_missing() -> None:
    assert numbers([[1, 2], [3, 4]], "scores").shape == (2, 2)
    assert np.isnan(numbers([None, 1.5], "scores")).tolist() == [True, False]
    given = np.array([0.1, 0.2])
    assert numbers(given, "scores") is given


@pytest.mark.parametrize("given", [["one"], [[1], [1, 2]], {"a": 1}, [1j], object()])
def test_what_is_no_number_is_refused(given: Any) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match="gold: not a list of numbers"):
        numbers(given, "gold")


@pytest.mark.parametrize("given", [None, 3, "one text", [None], ["a", 1], [["a"]], [float("nan")]])
def test_what_is_no_list_of_texts_is_refused(given: Any) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match=r"gold: a .*text"):
        check_texts(given, "gold")


def test_texts_may_be_empty_and_come_in_any_sequence() -> None:
    for texts in ([], ["", "a"], ("a",), np.array(["a", "b"])):
        check_texts(texts, "gold")  # type: ignore[arg-type]
