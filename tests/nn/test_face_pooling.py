"""Face pooling: weights by area, the greatest over the frames, no face told apart from a zero vector."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from sentio.nn.face_pooling import face_weights, max_over_frames, pool_faces


def test_areas_3_and_1_weigh_three_quarters_and_one() -> None:
    assert face_weights(torch.tensor([3.0, 1.0]), torch.tensor([0, 0])).tolist() == [0.75, 0.25]
    assert face_weights(torch.tensor([7.0]), torch.tensor([0])).tolist() == [1.0]


def test_a_clip_without_a_face_has_zeros_and_a_flag() -> None:
    vectors = torch.tensor([[1.0, -4.0], [5.0, -8.0]])
    pooled, there = pool_faces(vectors, torch.tensor([3.0, 1.0]), torch.tensor([1, 1]), torch.tensor([0, 1, 1]), 3)
    assert there.tolist() == [False, True, False]
    # Frame 2 of clip 1 shows no face: were its zeros read, the second part would be 0.
    assert pooled.tolist() == [[0, 0], [2, -5], [0, 0]]


def test_no_face_at_all() -> None:
    nothing = torch.empty(0, dtype=torch.long)
    pooled, there = pool_faces(torch.empty(0, 3), torch.empty(0), nothing, torch.tensor([0, 0, 1]), 2)
    assert pooled.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert there.tolist() == [False, False]


faces = st.lists(st.tuples(st.integers(0, 5), st.floats(0.5, 50)), max_size=12)


@given(faces)
def test_it_is_what_the_paper_writes_and_has_no_order(some: list[tuple[int, float]]) -> None:
    clips = torch.tensor([0, 0, 0, 1, 1, 2])
    vectors = torch.randn(len(some), 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    areas = torch.tensor([area for _, area in some], dtype=torch.float64)
    frames = torch.tensor([frame for frame, _ in some], dtype=torch.long)
    pooled, there = pool_faces(vectors, areas, frames, clips, 3)
    for clip in range(3):
        means = []
        for frame in range(6):
            rows = [row for row in range(len(some)) if some[row][0] == frame and clips[frame] == clip]
            if rows:
                whole = sum(some[row][1] for row in rows)
                means.append(sum(some[row][1] / whole * vectors[row] for row in rows))
        assert bool(there[clip]) == bool(means)
        expected = torch.stack([torch.as_tensor(mean) for mean in means]).amax(0) if means else torch.zeros(4).double()
        torch.testing.assert_close(pooled[clip], expected)
    order = torch.randperm(len(some), generator=torch.Generator().manual_seed(1))
    again, _ = pool_faces(vectors[order], areas[order], frames[order], clips, 3)
    torch.testing.assert_close(again, pooled)


def test_gradients() -> None:
    vectors = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    areas = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0], dtype=torch.float64)
    frames, clips = torch.tensor([0, 0, 1, 2, 2]), torch.tensor([0, 0, 1])
    assert torch.autograd.gradcheck(lambda given: pool_faces(given, areas, frames, clips, 2)[0], vectors)
    assert torch.autograd.gradcheck(lambda given: max_over_frames(given, frames, 3)[0], vectors)
