"""Co-occurrence of CREMA-D's classes to the last digit, and the penalty as the class weight it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.cooccurrence import conditional, cooccurrence_distance, penalty, penalty_weights, together
from sentio.metrics.votes import above_uniform, shares

Marks = NDArray[np.bool_]

marks = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12))
everywhere = marks.map(lambda chosen: np.vstack([chosen, np.eye(chosen.shape[1], dtype=bool)]))


@pytest.mark.parametrize(
    ("counting", "diagonal", "weights"),
    [
        ("any vote", [2441, 3285, 2773, 1535, 5093, 2551], [3.1903, 2.3125, 2.7647, 3.8995, 0.7872, 3.1505]),
        ("above 1/C", [1518, 1772, 1485, 733, 4443, 1357], [4.1431, 3.7628, 3.9964, 4.6585, 1.7888, 4.2444]),
    ],
)
def test_cremad_voice(
    cremad: dict[str, NDArray[np.int64]], counting: str, diagonal: list[int], weights: list[float]
) -> None:
    votes = cremad["voice"]
    counts = together(votes > 0 if counting == "any vote" else above_uniform(shares(votes)))
    assert np.diagonal(counts).tolist() == diagonal
    assert penalty_weights(counts).round(4).tolist() == weights


def test_cremad_voice_rows_and_columns_of_the_penalty(cremad: dict[str, NDArray[np.int64]]) -> None:
    matrix = penalty(together(cremad["voice"] > 0))
    assert matrix[0].round(4).tolist() == [0, 0.4600, 0.6625, 0.6502, 0.6556, 0.7621]
    assert matrix[4].round(4).tolist() == [0.2814, 0.1799, 0.1381, 0.1160, 0, 0.0717]
    assert matrix.sum(axis=0).round(4).tolist() == [2.7026, 2.6338, 2.5737, 2.6104, 2.9260, 2.6582]


@given(marks)
def test_counting_is_counting(chosen: Marks) -> None:
    counts = together(chosen)
    for i in range(chosen.shape[1]):
        for j in range(chosen.shape[1]):
            assert counts[i, j] == sum(bool(row[i] and row[j]) for row in chosen)


def test_counts_are_exact_beyond_what_one_block_holds() -> None:
    assert together(np.ones(((1 << 20) + 5, 2), dtype=bool)).tolist() == [[(1 << 20) + 5] * 2] * 2


@given(everywhere, st.integers(0, 99))
def test_the_penalty_is_a_class_weight(chosen: Marks, seed: int) -> None:
    """sum_i sum_j sum_z P[j, z] L[i, j], as the paper writes it, against sum_i sum_j w[j] L[i, j]."""
    matrix, weights = penalty(together(chosen)), penalty_weights(together(chosen))
    losses = np.random.default_rng(seed).exponential(size=chosen.shape)
    written = sum(
        matrix[j, z] * losses[i, j]
        for i in range(losses.shape[0])
        for j in range(losses.shape[1])
        for z in range(losses.shape[1])
    )
    assert (losses * weights).sum() == pytest.approx(written, abs=1e-6)


@given(everywhere)
def test_the_penalty_is_zero_on_the_diagonal_and_within_0_and_1(chosen: Marks) -> None:
    matrix = penalty(together(chosen))
    assert (np.diagonal(matrix) == 0).all()
    assert ((matrix >= 0) & (matrix <= 1)).all()
    assert 1 - matrix == pytest.approx(conditional(together(chosen)))


@given(everywhere, st.integers(0, 99))
def test_distance_is_the_norm_over_all_cells(gold: Marks, seed: int) -> None:
    predicted = gold ^ (np.random.default_rng(seed).random(gold.shape) < 0.3)
    cells = []
    for i in range(gold.shape[1]):
        for j in range(gold.shape[1]):
            wanted, found = (
                (rows[:, i] & rows[:, j]).sum() / rows[:, j].sum() if rows[:, j].any() else 0.0
                for rows in (gold, predicted)
            )
            cells.append((wanted - found) ** 2)
    assert cooccurrence_distance(gold, predicted) == pytest.approx(np.sqrt(sum(cells)))
    assert cooccurrence_distance(gold, gold) == 0


def test_bad_input_is_refused() -> None:
    with pytest.raises(ScoreError, match="true or false"):
        together([[1, 0]])
    with pytest.raises(ScoreError, match="shape"):
        together(np.zeros((0, 3), dtype=bool))
    with pytest.raises(ScoreError, match="class 1 is never chosen"):
        penalty([[2, 0], [0, 0]])
    with pytest.raises(ScoreError, match="shape"):
        penalty([[1, 2, 3]])
    with pytest.raises(ScoreError, match="NaN"):
        penalty([[1.0, float("nan")], [1.0, 1.0]])
    with pytest.raises(ScoreError, match="never chosen"):
        cooccurrence_distance(np.array([[True, False]]), np.array([[True, True]]))
    with pytest.raises(ScoreError, match="shape"):
        cooccurrence_distance(np.array([[True]]), np.array([[True], [True]]))
