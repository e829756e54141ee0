"""The network of the trained small model: `mini`'s encoder with a head of 32 emotions, of which exactly one is felt."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel

from sentio.encoders.mini import MODEL
from sentio.encoders.mini.weights import read_weights
from sentio.nn.conversation_encoder import EncoderShape, encoder_config, through
from sentio.nn.emotion_encoder import EmotionEncoder, by_label
from sentio.responses.hef.context import Context
from sentio.responses.hef.small_model import SPACE
from sentio.training.tuned_encoder import read_tokenizer

LOWEST = 1e-3
"""Share of the training data that a label without any row is given, so that its bias is finite."""


def empty(words: int, places: int, width: int, dropout: float, prior: Tensor) -> EmotionEncoder:
    """The network with random weights; `prior` are the labels' shares in the training data, shape (32,)."""
    config = encoder_config(EncoderShape(labels=len(prior), width=width), dropout, words, places)
    return EmotionEncoder(BertModel(config, add_pooling_layer=False), prior.clamp(LOWEST, 1 - LOWEST), dropout)


def initial(dropout: float, prior: Tensor) -> EmotionEncoder:
    """The network as training begins: `mini`'s weights and a new head."""
    weights = {name: torch.tensor(array) for name, array in read_weights(MODEL / "model.onnx").items()}
    words, places = (weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position"))
    network = empty(len(words), len(places), words.shape[1], dropout, prior)
    # The places hold the only token type there is.
    kept = {name: tensor for name, tensor in weights.items() if name.startswith(("embeddings.", "encoder."))}
    nothing = {"embeddings.token_type_embeddings.weight": torch.zeros(1, words.shape[1])}
    network.encoder.load_state_dict(kept | nothing)
    return network


class Upper(nn.Module):
    """The part of a network that is trained: its `upper` layers and its head. It shares them with the whole."""

    def __init__(self, whole: EmotionEncoder, upper: int) -> None:
        super().__init__()
        self.layers = whole.encoder.encoder.layer[_first(whole, upper) :]
        self.query, self.head, self.dropout = whole.query, whole.head, whole.dropout

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Logits of shape (rows, 32) for what `below` gave, padded, and its mask (true = token)."""
        hidden = through(self.layers, states, mask)
        return by_label(self.dropout(hidden), ~mask, self.query, self.head)


def below(whole: EmotionEncoder, upper: int, ids: Tensor, mask: Tensor) -> Tensor:
    """What the layers that stay make of tokens: shape (rows, tokens, width), for both of shape (rows, tokens)."""
    embedded: Tensor = whole.encoder.embeddings(input_ids=ids)
    return through(whole.encoder.encoder.layer[: _first(whole, upper)], embedded, mask)


def staying(whole: EmotionEncoder, upper: int) -> dict[str, Tensor]:
    """The weights that are not trained, by their names in the whole network."""
    first = tuple(f"encoder.encoder.layer.{layer}." for layer in range(_first(whole, upper)))
    return {name: each for name, each in whole.state_dict().items() if name.startswith(("encoder.embeddings.", *first))}


def _first(whole: EmotionEncoder, upper: int) -> int:
    """The number, from 0, of the first of the `upper` layers."""
    return len(whole.encoder.encoder.layer) - upper


class Reader:
    """Texts as the network reads them: the last `window` tokens of each, special ones included."""

    def __init__(self, tokenizer: Path, window: int) -> None:
        self._tokenizer = read_tokenizer(tokenizer, window, cut="left")

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text."""
        return [found.ids for found in self._tokenizer.encode_batch(list(texts))]

    def words(self, context: Context) -> tuple[list[int], list[int]]:
        """The tokens of a context, and for each the number of the word it belongs to, -1 for none."""
        found = self._tokenizer.encode(context.text)
        owner = [-1] * len(context.text)
        for word, (start, end) in enumerate(context.spans):
            owner[start:end] = [word] * (end - start)
        return found.ids, [
            max(owner[start:end], default=-1) if not special else -1
            for (start, end), special in zip(found.offsets, found.special_tokens_mask, strict=True)
        ]


def token_weights(network: EmotionEncoder, ids: Sequence[int], emotion: str) -> Tensor:
    """How much each token speaks for an emotion: shape (tokens,), each >= 0.

    |gradient of log p(emotion) x embedding|, summed over the dimensions of the word embedding (specification of HEF,
    after Simonyan et al., 2014).
    """
    read: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor, ...], embedded: Tensor) -> Tensor:
        read.append(embedded.detach().requires_grad_())
        return read[0]

    block = torch.tensor([list(ids)])
    with network.encoder.embeddings.word_embeddings.register_forward_hook(keep), torch.enable_grad():
        logits: Tensor = network(block, torch.ones_like(block))
        (gradient,) = torch.autograd.grad(logits[0].log_softmax(-1)[SPACE.index(emotion)], read)
    return (gradient * read[0]).abs().sum(-1)[0].detach()
