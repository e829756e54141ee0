"""Faces: a drawn one is found where it is, two from left to right, none where there is none."""

import numpy as np
import pytest

pytest.importorskip("cv2")

from tests.recordings import drawn_face, moving_square

from sentio.media.faces import CascadeDetector


def overlap(one: list[int], other: list[int]) -> float:
    """Intersection over union of two boxes."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = (min(one[i] + one[i + 2], other[i] + other[i + 2]) for i in (0, 1))
    inside = max(0, right - left) * max(0, bottom - top)
    return inside / (one[2] * one[3] + other[2] * other[3] - inside)


@pytest.mark.parametrize("side", [60, 90, 120, 160])
def test_a_face_is_found_where_it_is(side: int) -> None:
    (box,) = CascadeDetector().find(drawn_face(240, 320, 100, 40, side)).tolist()
    assert overlap(box, [100, 40, side, side]) > 0.6


def test_two_faces_stand_from_left_to_right() -> None:
    picture = np.concatenate([drawn_face(240, 240, 50, 40, 140), drawn_face(240, 240, 80, 60, 100)], axis=1)
    boxes = CascadeDetector().find(picture)
    assert boxes.shape == (2, 4)
    assert overlap(boxes[0].tolist(), [50, 40, 140, 140]) > 0.6
    assert overlap(boxes[1].tolist(), [320, 60, 100, 100]) > 0.6


def test_a_small_face_is_not_looked_for() -> None:
    picture = drawn_face(240, 320, 100, 40, 100)
    assert len(CascadeDetector(smallest=0.1).find(picture)) == 1
    assert len(CascadeDetector(smallest=0.8).find(picture)) == 0


@pytest.mark.parametrize("shape", [(48, 64), (240, 320), (5, 5), (1, 200)])
def test_a_square_is_no_face(shape: tuple[int, int]) -> None:
    boxes = CascadeDetector().find(np.resize(moving_square((250, 20, 30), 1)[0], (*shape, 3)))
    assert boxes.shape == (0, 4)
    assert boxes.dtype == np.int64
