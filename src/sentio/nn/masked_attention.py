"""Multi-head attention that reads only what is there, and is finite where nothing is."""

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention


def masked_attention(
    query: Tensor, key: Tensor, value: Tensor, keys: Tensor, heads: int, dropout: float = 0.0
) -> Tensor:
    """What each turn's heads find among the turns of its dialogue, side by side: shape (b, t, width).

    `query`, `key` and `value`: shape (b, t, width), already projected; head n has the n-th of `heads` equal parts of
    the width. `keys`: shape (b, t), true for turns that may be read. In a dialogue without any, each turn keeps its
    own value, as it would if it were the only one. With equal keys a turn finds the mean of the values:

    >>> values = torch.tensor([[[0.0, 4.0], [2.0, 0.0], [9.0, 9.0]]])
    >>> keys = torch.tensor([[True, True, False]])
    >>> masked_attention(values, torch.zeros(1, 3, 2), values, keys, heads=1)[0, 0].tolist()
    [1.0, 2.0]
    """
    some = keys.any(dim=1)
    readable = (keys | ~some[:, None])[:, None, None]  # a softmax over nothing would be no number
    asked, offered, given = (_by_head(part, heads) for part in (query, key, value))
    found = scaled_dot_product_attention(asked, offered, given, attn_mask=readable, dropout_p=dropout)
    return torch.where(some[:, None, None], found.transpose(1, 2).flatten(2), value)


def _by_head(part: Tensor, heads: int) -> Tensor:
    """Shape (b, heads, t, width / heads)."""
    return part.view(*part.shape[:2], heads, -1).transpose(1, 2)
