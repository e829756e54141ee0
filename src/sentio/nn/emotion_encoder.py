"""A BERT encoder with an attention and a sigmoid for each label: what `mini` trains."""

import torch
from torch import Tensor, nn
from transformers import BertModel


class EmotionEncoder(nn.Module):
    """Token ids in, one logit a label out.

    Each label looks at the tokens with a query of its own (label-wise attention, Mullenbach et al.,
    NAACL 2018, eq. 4-6): "thank" decides gratitude whatever else is said. With the label's weight
    applied before the weighted mean, it costs two products of hidden size x labels a token. `prior`
    holds each label's share of the training data; the bias starts at its logit, so that the rare
    classes need not be pushed down from one half for the first hundreds of steps.
    """

    def __init__(self, encoder: BertModel, prior: Tensor, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.query = nn.Linear(encoder.config.hidden_size, len(prior), bias=False)
        self.head = nn.Linear(encoder.config.hidden_size, len(prior))
        nn.init.normal_(self.query.weight, std=0.02)
        nn.init.normal_(self.head.weight, std=0.02)
        self.head.bias.data.copy_(torch.logit(prior))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits of shape (batch, labels) for ids and mask (1 = token) of shape (batch, tokens)."""
        hidden = self.dropout(self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state)
        return by_label(hidden, attention_mask == 0, self.query, self.head)


def by_label(hidden: Tensor, padding: Tensor, query: nn.Linear, head: nn.Linear) -> Tensor:
    """Logits of shape (batch, labels) from states of shape (batch, tokens, hidden size); `padding` is true where there
    is no token, shape (batch, tokens)."""
    attention = query(hidden).float().masked_fill(padding[..., None], -1e4).softmax(dim=1)
    evidence = nn.functional.linear(hidden, head.weight).float()
    logits: Tensor = (attention * evidence).sum(dim=1) + head.bias
    return logits
