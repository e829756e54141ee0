"""Conversations as the encoder reads them: tokens, speakers, names; and the weights of `mini` that it starts from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from sentio.conversation import Conversation
from sentio.encoders.mini.weights import read_weights
from sentio.nn.conversation_encoder import EncoderShape, Lower, Turns, padded

TOGETHER = 64
"""Utterances of like length that pass the lower layers together."""


class Reader:
    """Reads conversations; `names` are the speakers known by name, `window` the tokens read of an utterance."""

    def __init__(self, tokenizer: Path, lower: Lower, names: Sequence[str], window: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(window)
        self._lower = lower.eval()
        self._names = {name: number for number, name in enumerate(names, start=1)}

    def read(
        self, conversations: Sequence[Conversation], evidence: Sequence[NDArray[np.float32]], *, exact: bool
    ) -> list[Turns]:
        """Each conversation's turns; `exact` keeps the states in 32 bits, else they are kept in 16."""
        # A lone surrogate, as broken JSON has it, is no character: it reads as "?".
        spoken = [utterance.text for conversation in conversations for utterance in conversation.utterances]
        texts = [text.encode("utf8", "replace").decode("utf8") for text in spoken]
        states = self._states([encoding.ids for encoding in self._tokenizer.encode_batch(texts)], exact)
        turns, first = [], 0
        for conversation, told in zip(conversations, evidence, strict=True):
            turns.append(self._turns(conversation, states[first : first + len(conversation)], told))
            first += len(conversation)
        return turns

    def _states(self, ids: Sequence[Sequence[int]], exact: bool) -> list[Tensor]:
        found: list[Tensor] = [torch.empty(0)] * len(ids)
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=not exact):
            for start in range(0, len(order), TOGETHER):
                rows = order[start : start + TOGETHER]
                block, mask = padded([torch.tensor(ids[row]) for row in rows])
                states = self._lower(block, mask)
                for row, state in zip(rows, states if exact else states.to(torch.bfloat16), strict=True):
                    found[row] = state[: len(ids[row])].clone()
        return found

    def _turns(self, conversation: Conversation, states: Sequence[Tensor], told: NDArray[np.float32]) -> Turns:
        speakers = [utterance.speaker for utterance in conversation.utterances]
        own = [torch.tensor([n for n, who in enumerate(speakers) if who == name]) for name in conversation.speakers]
        return Turns(
            states=states,
            conversations=torch.arange(len(conversation))[None],
            speakers=torch.nn.utils.rnn.pad_sequence(own, batch_first=True, padding_value=-1),
            names=torch.tensor([self._names.get(name, 0) for name in speakers]),
            evidence=torch.from_numpy(told),
        )


def initial(shape: EncoderShape, graph: Path) -> tuple[Lower, dict[str, Tensor]]:
    """The lower layers with the weights of a `mini` graph, and the weights that the trained part starts from.

    Raises `SentioError` where the graph is none of `mini`.
    """
    weights = {name: torch.tensor(array) for name, array in read_weights(graph).items()}
    below = shape.layers - shape.upper
    lower = Lower(shape, *(len(weights[f"embeddings.{kind}_embeddings.weight"]) for kind in ("word", "position")))
    lower.load_state_dict(
        {
            "words.weight": weights["embeddings.word_embeddings.weight"],
            "places.weight": weights["embeddings.position_embeddings.weight"],
            "norm.weight": weights["embeddings.LayerNorm.weight"],
            "norm.bias": weights["embeddings.LayerNorm.bias"],
        }
        | _layers(weights, range(below))
    )
    upper = _layers(weights, range(below, shape.layers))
    if shape.scores:
        upper |= {f"scores.{name}": weights[name] for name in ("query.weight", "head.weight", "head.bias")}
    return lower, upper


def _layers(weights: Mapping[str, Tensor], numbers: range) -> dict[str, Tensor]:
    """Weights of some layers, numbered from 0, by their names in the encoder."""
    named: dict[str, Tensor] = {}
    for place, number in enumerate(numbers):
        prefix = f"encoder.layer.{number}."
        named |= {f"layers.{place}.{k.removeprefix(prefix)}": v for k, v in weights.items() if k.startswith(prefix)}
    return named
