"""The loss that M2FNet's feature extractors learn by: triplets with an adaptive margin, variance, covariance.

Chudasama et al., CVPR Workshops 2022. Triplets are an anchor, a positive of the same emotion and a
negative of another, each of shape (n, width). Where the paper has a fault, the function that departs from it says so.
"""

import torch
from torch import Tensor
from torch.linalg import vector_norm
from torch.nn.functional import normalize

TRIPLET, COVARIANCE, VARIANCE = 20.0, 5.0, 1.0
"""Weights of the three parts (paper)."""
EPSILON = 1e-4
"""Keeps the square root of a variance from 0; the paper gives no value, this is VICReg's (Bardes et al., ICLR 2022)."""


def extractor_loss(anchor: Tensor, positive: Tensor, negative: Tensor, hinge: bool = True) -> Tensor:
    """What an extractor learns by: 20 · triplets + 5 · covariance + 1 · variance (paper).

    The triplets are compared at unit length (re-implementation by iosonopersia), because the margin is exponential in
    the distance; variance and covariance are those of the vectors as they are, which at unit length could not vary by
    1. `hinge=False` is the letter of the paper, where the variance's part may fall below 0. No triplets, no number.
    """
    parts = (anchor, positive, negative)
    one, alike, other = (normalize(part, dim=-1) for part in parts)
    covariance = torch.stack([covariance_loss(part) for part in parts]).sum()
    variance = torch.stack([variance_loss(part, hinge) for part in parts]).sum()
    return TRIPLET * triplet_loss(one, alike, other) + COVARIANCE * covariance + VARIANCE * variance


def triplet_loss(anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """Mean over the triplets of D_ap − (D_an + D_pn)/2 + margin, D Euclidean (paper).

    The margin is part of the value, as printed, but not of the gradient (ours). Differentiated it would drive away a
    positive nearer than 0.52 and draw in a negative farther than 0.31, where the printed loss is least: positives
    farther than negatives. A hinge, which the re-implementation adds, would never cut: as D_pn ≤ D_ap + D_an, the
    loss is nowhere below 2.24.
    """
    ap, an, pn = _distance(anchor, positive), _distance(anchor, negative), _distance(positive, negative)
    return (ap - (an + pn) / 2 + adaptive_margin(ap, an).detach()).mean()


def adaptive_margin(ap: Tensor, an: Tensor) -> Tensor:
    """[1 + 2 / exp(4·D_ap)] + [1 + 2 / exp(−4·D_an + 4)] for distances of any shape (paper).

    It grows with the distance of the negative: at unit length it stays below 114, beyond it explodes.

    >>> round(float(adaptive_margin(torch.tensor(0.5), torch.tensor(1.0))), 4)
    4.2707
    """
    return 1 + 2 * torch.exp(-4 * ap) + 1 + 2 * torch.exp(4 * an - 4)


def variance_loss(vectors: Tensor, hinge: bool = True) -> Tensor:
    """Mean over the features of 1 − √(variance + ε), for vectors (n, width): keeps a feature from becoming constant.

    Without `hinge`, as printed, the loss falls for ever as the vectors grow; with it a deviation of 1 is enough.

    >>> round(float(variance_loss(torch.eye(2))), 4)
    0.2928
    """
    if len(vectors) < 2:
        return vectors.sum() * 0  # one vector does not vary; no number would spoil the weights
    short = 1 - (vectors.var(dim=0) + EPSILON).sqrt()
    return (short.relu() if hinge else short).mean()


def covariance_loss(vectors: Tensor) -> Tensor:
    """Sum of the squared covariances of different features of vectors (n, width), divided by the width.

    Squared as in VICReg: the exponent in the paper is ambiguous.

    >>> float(covariance_loss(torch.eye(2)))
    0.25
    """
    if len(vectors) < 2:
        return vectors.sum() * 0
    squares = torch.cov(vectors.T) ** 2
    return (squares.sum() - squares.diagonal().sum()) / vectors.shape[1]


def _distance(one: Tensor, other: Tensor) -> Tensor:
    distance: Tensor = vector_norm(one - other, dim=-1)
    return distance
