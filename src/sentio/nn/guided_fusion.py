"""Fusion of modalities, each weighed by how sure its own prediction is.

After the abstract of Shou, Meng, Zhang, Yin and Li, arXiv 2404.17858: probabilities predicted from each modality guide
the fusion. The formulas are our design; no code or equation was at hand. The probability of the true label is never
used, as no system has it.
"""

import math

import torch
from torch import Tensor


def certainty(logits: Tensor) -> Tensor:
    """1 − H(p) / log K of each prediction, from 0 (all labels alike) to 1 (one label alone).

    `logits`: finite, shape (…, K); the result has the shape (…). Where there is but one label it is certain.

    >>> [round(value, 6) for value in certainty(torch.tensor([[0.9, 0.1], [0.5, 0.5]]).log()).tolist()]
    [0.531004, 0.0]
    """
    logs = logits.log_softmax(-1)
    return 1 + (logs.exp() * logs).sum(-1) / math.log(max(2, logits.shape[-1]))


def guidance(scores: Tensor, present: Tensor, temperature: float, floor: float) -> Tensor:
    """Weights of the modalities, shape (…, M), which sum to 1: softmax of scores / temperature, kept off the ground.

    `scores`: shape (…, M). `present`: the same shape; a modality that is absent weighs 0 and the others share what
    there is as if they were all. Of the m present each gets at least `floor` / m, so that none is lost from training.
    Where none is present all weigh 0.

    >>> scores, all_of_them = torch.tensor([0.531004, 0.0]), torch.tensor([True, True])
    >>> [round(value, 6) for value in guidance(scores, all_of_them, temperature=1.0, floor=0.0).tolist()]
    [0.629717, 0.370283]
    >>> guidance(scores, torch.tensor([False, True]), temperature=1.0, floor=0.1).tolist()
    [0.0, 1.0]
    """
    # Finite, for a softmax over nothing but infinities is no number.
    lowest = torch.finfo(scores.dtype).min
    weights = (scores / temperature).masked_fill(~present, lowest).softmax(-1) * present
    share = present.to(scores.dtype) / present.sum(-1, keepdim=True).clamp(min=1)
    return (1 - floor) * weights + floor * share
