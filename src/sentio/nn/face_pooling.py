"""From vectors of faces and frames to one vector a clip (M2FNet, arXiv 2206.02187, section 3.1.2).

All faces of many clips lie in one block; whole numbers say which frame a face is in and which clip a frame is of.
"""

import torch
from torch import Tensor


def face_weights(areas: Tensor, frames: Tensor) -> Tensor:
    """The share of each face in the area of all faces of its frame: shape (faces,), sums to 1 in a frame.

    `areas` are in any unit, above 0, `frames` numbers of frames from 0, both of shape (faces,). The paper normalises
    areas to 0..1 and does not say how: here they are divided by their sum.

    >>> face_weights(torch.tensor([3.0, 1.0, 5.0]), torch.tensor([0, 0, 1])).tolist()
    [0.75, 0.25, 1.0]
    """
    count = int(frames.max()) + 1 if len(frames) else 0
    return areas / areas.new_zeros(count).index_add(0, frames, areas)[frames]


def pool_faces(vectors: Tensor, areas: Tensor, frames: Tensor, clips: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Of each of `count` clips its vector (count, width) and whether it has a face (count,).

    In a frame faces are averaged by `face_weights`, then the greatest value over the frames is taken, part by part.
    Frames without a face have no say; a clip without any face has zeros and false. `vectors` has the shape
    (faces, width), `areas` and `frames` (faces,), and `clips`, the clip of each frame, (frames,).
    """
    weighted = vectors * face_weights(areas, frames)[:, None]
    means = vectors.new_zeros(len(clips), vectors.shape[1]).index_add(0, frames, weighted)
    seen = torch.zeros(len(clips), dtype=torch.bool, device=vectors.device)
    seen[frames] = True
    return max_over_frames(means[seen], clips[seen], count)


def max_over_frames(vectors: Tensor, clips: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The greatest value over each clip's frames, part by part, (count, width), and whether it has any frame, (count,).

    `vectors` has the shape (frames, width), `clips` (frames,).

    >>> pooled, there = max_over_frames(torch.tensor([[1.0, -2.0], [0.0, -1.0]]), torch.tensor([1, 1]), 2)
    >>> pooled.tolist(), there.tolist()
    ([[0.0, 0.0], [1.0, -1.0]], [False, True])
    """
    rows = clips[:, None].expand(-1, vectors.shape[1])
    pooled = vectors.new_zeros(count, vectors.shape[1]).scatter_reduce(0, rows, vectors, "amax", include_self=False)
    there = torch.zeros(count, dtype=torch.bool, device=vectors.device)
    there[clips] = True
    return pooled, there
