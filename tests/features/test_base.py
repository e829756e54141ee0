"""Vectors and whether they are there: absent is zero and said to be, broken is told by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import Conversation, Utterance
from sentio.errors import InputError
from sentio.features import Features


def chat(turns: int) -> Conversation:
    return Conversation(id="c", utterances=tuple(Utterance(id=f"u{n}", speaker="A", text="Hi") for n in range(turns)))


@given(st.lists(st.booleans(), max_size=8), st.integers(1, 4))
def test_absent_vectors_are_zero_whatever_stood_there(there: list[bool], width: int) -> None:
    present = np.array(there, dtype=bool)
    given_ = np.where(present[:, None], 1.5, np.nan) * np.ones((len(there), width))
    told = Features.of(chat(len(there)), given_, present)
    assert told.vectors.dtype == np.float32
    np.testing.assert_array_equal(told.vectors, np.repeat(1.5 * present[:, None], width, axis=1))
    np.testing.assert_array_equal(told.present, present)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_no_number_of_32_bits_is_told_by_name(broken: float) -> None:
    vectors = np.zeros((3, 2))
    vectors[1, 1] = broken
    with pytest.raises(InputError, match=r"^conversation 'c', utterance 'u1': its features hold NaN or an infinity$"):
        Features.of(chat(3), vectors, np.ones(3, dtype=bool))


@pytest.mark.parametrize("shape", [(2, 4), (3,), (3, 1, 1)])
def test_other_shapes_are_no_features(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="3 utterances"):
        Features.of(chat(3), np.zeros(shape), np.ones(3, dtype=bool))
