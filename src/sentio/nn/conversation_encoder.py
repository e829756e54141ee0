"""A small encoder of whole conversations: what `prc_encoder` trains.

Each utterance is computed once. Its words pass through the lower layers of a BERT encoder, which stay as they are
(so their states can be kept from epoch to epoch), and through the upper ones, which are trained; what is found there
is read in the order of the conversation and, for each speaker, in the order of that speaker's own turns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

TOGETHER = 64
"""Utterances of like length that pass the lower layers together."""

LOW = -1e4
"""Added to the attention of what is padding; finite, because a half-precision softmax of infinities is no number."""


class EncoderShape(BaseModel):
    """Sizes and inputs of an encoder.

    `upper` of the `layers` are trained; with 0 of them only the reading of the conversation is. `hidden` is the width
    of a conversation's states, `labels` what is told apart. `scores` is the number of emotion scores that the
    utterance's own layers give as an interpretation of it (0: none is used), `names` that of the speakers known by
    name, and `evidence` says whether retrieved labels are read. `sentence` is the width of the vectors that retrieval
    has of the utterances, 0 where they are not read. `standardised` inputs have mean 0 and deviation 1 in training,
    else each vector is normalised by itself. With `means` an utterance is read beside the mean of its speaker's
    utterances and that of the conversation, against which it stands out.
    `causal` reads nothing that was said later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: int = Field(ge=2)
    layers: int = 6
    upper: int = Field(default=3, ge=0, le=6)
    width: int = 384
    heads: int = 12
    inner: int = 1536
    epsilon: float = 1e-12
    hidden: int = Field(default=192, ge=2, multiple_of=2)
    scores: int = 28
    names: int = 0
    evidence: bool = True
    sentence: int = 0
    standardised: bool = False
    means: bool = False
    causal: bool = False


@dataclass(frozen=True)
class Turns:
    """Some conversations of u utterances in all, as the encoder reads them.

    `states`: what the lower layers made of each utterance's tokens, shape (tokens, width). `conversations` and
    `speakers`: rows of utterance numbers in the order they were spoken, padded with -1: one row a conversation, one
    a speaker of a conversation. `names`: shape (u,), 0 for a speaker not known by name. `evidence`: shape
    (u, labels + 1), the shares of the labels among retrieved utterances and the greatest similarity. `sentences`:
    shape (u, sentence), the vectors that retrieval has of the utterances.
    """

    states: Sequence[Tensor]
    conversations: Tensor
    speakers: Tensor
    names: Tensor
    evidence: Tensor
    sentences: Tensor


class Lower(nn.Module):
    """Embeddings and the layers that stay as they are."""

    def __init__(self, shape: EncoderShape, words: int, places: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, shape.width)
        self.places = nn.Embedding(places, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=shape.epsilon)
        self.layers = encoder_layers(shape, shape.layers - shape.upper, dropout=0.0)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """States of shape (rows, tokens, width) for ids and mask (true = token) of shape (rows, tokens)."""
        states: Tensor = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        return through(self.layers, states, mask)

    def read(self, ids: Sequence[Sequence[int]], *, exact: bool) -> list[Tensor]:
        """States of each text's tokens, shape (tokens, width); `exact` keeps them in 32 bits, else they have 16."""
        found: list[Tensor] = [torch.empty(0)] * len(ids)
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=not exact):
            for start in range(0, len(order), TOGETHER):
                rows = order[start : start + TOGETHER]
                block, mask = padded([torch.tensor(ids[row]) for row in rows])
                states = self(block, mask)
                for row, state in zip(rows, states if exact else states.to(torch.bfloat16), strict=True):
                    found[row] = state[: len(ids[row])].clone()
        return found


class ConversationEncoder(nn.Module):
    """States of tokens in, logits of each utterance out.

    `own` are logits of an utterance by itself: a second, easier task in training that teaches the upper layers from
    the first step on (label-wise attention, as in `nn.emotion_encoder`).
    """

    def __init__(self, shape: EncoderShape, dropout: float, context_dropout: float) -> None:
        super().__init__()
        self.shape = shape
        self.layers = encoder_layers(shape, shape.upper, dropout)
        self.dropout, self.context_dropout = nn.Dropout(dropout), nn.Dropout(context_dropout)
        self.scores = _LabelAttention(shape.width, shape.scores) if shape.scores else None
        self.own = _LabelAttention(shape.width, shape.labels)
        self.norm: nn.Module = _Standard(shape.width) if shape.standardised else nn.LayerNorm(shape.width)
        read = shape.width + shape.scores + (shape.labels + 1) * shape.evidence + shape.sentence
        read *= 3 if shape.means else 1
        self.inputs = nn.Linear(read, shape.hidden)
        self.names = nn.Embedding(shape.names + 1, shape.hidden)
        nn.init.zeros_(self.names.weight)
        self.conversation, self.speaker = _reader(shape), _reader(shape)
        self.outputs = nn.Linear(3 * shape.hidden, shape.labels)

    def forward(self, turns: Turns) -> tuple[Tensor, Tensor]:
        """Logits in context and of the utterances by themselves, both of shape (utterances, labels)."""
        vectors, scores, own = self._utterances(turns.states)
        read = [self.norm(vectors)]
        if scores is not None:
            read.append(scores / 2)  # log-odds spread twice as far as the other inputs
        if self.shape.evidence:
            read.append(turns.evidence)
        if self.shape.sentence:
            read.append(turns.sentences * self.shape.sentence**0.5)  # a unit vector's parts are that much smaller
        # The context is small and its sums are long: in 32 bits, whatever the layers run in.
        with torch.autocast("cpu", enabled=False):
            known = torch.cat(read, -1)
            if self.shape.means:
                means = (_mean(known, rows, self.shape.causal) for rows in (turns.speakers, turns.conversations))
                known = torch.cat([known, *(2 * mean for mean in means)], -1)  # a mean varies less than its parts
            inputs = torch.tanh(self.inputs(known) + self.names(turns.names))
            inputs = self.context_dropout(inputs)
            around = _read(self.conversation, inputs, turns.conversations)
            before = _read(self.speaker, inputs, turns.speakers)
            logits: Tensor = self.outputs(self.context_dropout(torch.cat([inputs, around, before], -1)))
        return logits, own

    def standardise(self, turns: Sequence[Turns]) -> None:
        """Take mean and deviation of the inputs from these conversations, where the shape asks for it."""
        if isinstance(self.norm, _Standard):
            self.eval()
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
                self.norm.fit(torch.cat([self._utterances(each.states)[0] for each in turns]))

    def _utterances(self, states: Sequence[Tensor]) -> tuple[Tensor, Tensor | None, Tensor]:
        """Mean vectors, scores and own logits; utterances of like length together, so that little is padding."""
        found, order = [], []
        for rows, padded, mask in by_length(states):
            tokens = self.dropout(through(self.layers, padded, mask))
            vector = (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            scores = tokens[:, 0, :0] if self.scores is None else self.scores(tokens, mask)
            found.append((vector.float(), scores.float(), self.own(tokens, mask).float()))
            order += rows
        place = torch.argsort(torch.tensor(order))
        vectors, scores, own = (torch.cat(part)[place] for part in zip(*found, strict=True))
        return vectors, None if self.scores is None else scores, own


class _Standard(nn.Module):
    """Inputs with mean 0 and deviation 1 in the training data: of an encoder's vectors a few loud parts drown the rest,
    which a small corpus has no steps to undo."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))

    def fit(self, vectors: Tensor) -> None:
        self.mean.copy_(vectors.mean(0))
        self.deviation.copy_(vectors.std(0) + 1e-6)

    def forward(self, vectors: Tensor) -> Tensor:
        return (vectors - self.mean) / self.deviation


class _LabelAttention(nn.Module):
    """A logit a label; each label looks at the tokens with a query of its own (Mullenbach et al., NAACL 2018)."""

    def __init__(self, width: int, labels: int) -> None:
        super().__init__()
        self.query, self.head = nn.Linear(width, labels, bias=False), nn.Linear(width, labels)
        nn.init.normal_(self.query.weight, std=0.02)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        attention = self.query(tokens).float().masked_fill(~mask[..., None], LOW).softmax(dim=1)
        evidence = nn.functional.linear(tokens, self.head.weight).float()
        logits: Tensor = (attention * evidence).sum(dim=1) + self.head.bias
        return logits


TOKENS = 1536
"""Tokens computed together: enough for full speed, few enough to stay in a core's cache."""


def by_length(states: Sequence[Tensor]) -> list[tuple[list[int], Tensor, Tensor]]:
    """Rows, padded states and mask of groups of texts whose lengths, in tokens, are alike."""
    order = sorted(range(len(states)), key=lambda row: len(states[row]))
    groups: list[list[int]] = []
    for row in order:
        if not groups or len(states[row]) * (len(groups[-1]) + 1) > TOKENS:
            groups.append([])
        groups[-1].append(row)
    return [(rows, *padded([states[row] for row in rows])) for rows in groups]


def padded(states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Rows of unequal length as one block, and its mask (true = there), of shape (rows, longest)."""
    lengths = torch.tensor([len(each) for each in states])
    mask = torch.arange(int(lengths.max()))[None] < lengths[:, None]
    return nn.utils.rnn.pad_sequence(list(states), batch_first=True), mask


def encoder_config(shape: EncoderShape, dropout: float, words: int = 1, places: int = 1) -> BertConfig:
    """The shape's sizes as BERT has them, with so many tokens in the vocabulary and in the longest text; weights of
    `mini` fit into it."""
    config = BertConfig(
        vocab_size=words,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=places,
        type_vocab_size=1,
        layer_norm_eps=shape.epsilon,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
    )
    # At 20 to 40 tokens a row the fused kernel's backward pass costs a third of a step on a CPU.
    config._attn_implementation = "eager"
    return config


def encoder_layers(shape: EncoderShape, count: int, dropout: float) -> nn.ModuleList:
    """So many BERT layers of the shape's sizes; weights of `mini` fit into them."""
    config = encoder_config(shape, dropout)
    layer: Callable[[BertConfig], nn.Module] = BertLayer
    return nn.ModuleList(layer(config) for _ in range(count))


def through(layers: nn.ModuleList, states: Tensor, mask: Tensor) -> Tensor:
    """States of shape (rows, tokens, width) after the layers; `mask` (rows, tokens) is true for tokens."""
    added = torch.zeros(mask.shape, dtype=states.dtype).masked_fill(~mask, LOW)[:, None, None]
    for layer in layers:
        states = layer(states, added)
    return states


def _reader(shape: EncoderShape) -> nn.GRU:
    if shape.causal:
        return nn.GRU(shape.hidden, shape.hidden, batch_first=True)
    return nn.GRU(shape.hidden, shape.hidden // 2, batch_first=True, bidirectional=True)


def _mean(inputs: Tensor, rows: Tensor, causal: bool) -> Tensor:
    """The mean of each utterance's row, up to itself where `causal`; shape as `inputs`."""
    there = rows >= 0
    sums = (inputs[rows.clamp(min=0)] * there[..., None]).cumsum(1)
    counts = there.cumsum(1)[..., None]
    means = sums / counts if causal else (sums[:, -1:] / counts[:, -1:]).expand_as(sums)
    return means[there][torch.argsort(rows[there])]


def _read(reader: nn.GRU, inputs: Tensor, rows: Tensor) -> Tensor:
    """What `reader` makes of each utterance, shape (utterances, hidden), reading along `rows`."""
    there = rows >= 0
    packed = nn.utils.rnn.pack_padded_sequence(
        inputs[rows.clamp(min=0)], there.sum(1), batch_first=True, enforce_sorted=False
    )
    states, _ = nn.utils.rnn.pad_packed_sequence(reader(packed)[0], batch_first=True, total_length=rows.shape[1])
    return states[there][torch.argsort(rows[there])]
