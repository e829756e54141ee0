"""A BERT encoder with one sigmoid a label on the mean of its token vectors: what `mini` trains."""

import torch
from torch import Tensor, nn
from transformers import BertModel


class EmotionEncoder(nn.Module):
    """Token ids in, one logit a label out.

    The mean over valid tokens (not the first token) is pooled because all-MiniLM-L6-v2 was trained
    that way. `prior` holds each label's share of the training data; the bias starts at its logit,
    so that the rare classes are not pushed down from one half for the first hundreds of steps.
    """

    def __init__(self, encoder: BertModel, prior: Tensor, dropout: float):
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(encoder.config.hidden_size, len(prior))
        nn.init.normal_(self.head.weight, std=0.02)
        self.head.bias.data.copy_(torch.logit(prior))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits of shape (batch, labels) for ids and mask (1 = token) of shape (batch, tokens)."""
        hidden = self.dropout(self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state)
        mask = attention_mask[..., None].to(hidden.dtype)
        return self.head((hidden * mask).sum(1) / mask.sum(1)).float()
