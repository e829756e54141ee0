"""Looking for the words of a reply: the likeliest next token each time, or the likeliest of several replies."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sentio.nn.transformer_xl import Memory
from sentio.responses.emotion_transformer.network import Heard, Network
from sentio.responses.emotion_transformer.tokens import BEGIN, END, PADDING

LONGEST = 40
"""Tokens of a reply at most; 99 % of MELD's utterances have fewer. Our choice."""


@dataclass(frozen=True)
class Search:
    """`beam` replies are kept at a time, 1 is greedy. Of those that ended the best by log-probability divided by
    length ** `length_penalty` is taken, as in fairseq and transformers."""

    beam: int = 1
    length_penalty: float = 1.0

    def replies(self, network: Network, heard: Heard, memory: Memory) -> list[list[int]]:
        """The tokens of a reply to each row that was heard, without END; never none at all."""
        network.eval()
        with torch.no_grad():
            if self.beam == 1:
                return _greedy(network, heard, memory)
            rows = range(len(heard.there))
            return [self._best(network, heard.row(row), memory.rows(slice(row, row + 1))) for row in rows]

    def _best(self, network: Network, heard: Heard, memory: Memory) -> list[int]:
        """Beam search for one row; it ends when as many replies have ended and none that goes on is better by now."""
        ended: list[tuple[float, list[int]]] = []
        found: list[list[int]] = [[]]
        scores = torch.zeros(1)
        for length in range(1, LONGEST + 1):
            last = torch.tensor([ids[-1] if ids else BEGIN for ids in found])
            each = heard.spread(len(found))
            logits, memory = _step(network, last, each, memory)
            sums = scores[:, None] + logits.log_softmax(-1)
            scores, places = sums.flatten().topk(min(2 * self.beam, sums.numel()))
            kept: list[list[int]] = []
            parents: list[int] = []
            total: list[float] = []
            for score, place in zip(scores.tolist(), places.tolist(), strict=True):
                parent, token = divmod(place, logits.shape[1])
                if token == END:
                    ended.append((score / length**self.length_penalty, found[parent]))
                elif len(kept) < self.beam:
                    kept.append([*found[parent], token])
                    parents.append(parent)
                    total.append(score)
            found, scores, memory = kept, torch.tensor(total), memory.rows(torch.tensor(parents))
            if len(ended) >= self.beam and max(ended)[0] >= max(total) / length**self.length_penalty:
                break
        left = zip((scores / LONGEST**self.length_penalty).tolist(), found, strict=True)
        return max(ended or left)[1]


def _greedy(network: Network, heard: Heard, memory: Memory) -> list[list[int]]:
    rows = len(heard.there)
    last, replies = torch.full((rows,), BEGIN), [list[int]() for _ in range(rows)]
    open_rows = set(range(rows))
    for _ in range(LONGEST):
        logits, memory = _step(network, last, heard, memory)
        last = logits.argmax(-1)
        for row, token in enumerate(last.tolist()):
            if token == END:
                open_rows.discard(row)
            elif row in open_rows:
                replies[row].append(token)
        if not open_rows:
            break
    return replies


def _step(network: Network, last: Tensor, heard: Heard, memory: Memory) -> tuple[Tensor, Memory]:
    """Logits (rows, vocabulary) of the token after the last one, and the memory with that one in it.

    The memory grows while a reply is written, or its first words would push out what was said before. A reply has at
    least one token, and of the special ones only END.
    """
    there = torch.ones(len(last), 1, dtype=torch.bool)
    logits, segment = network.write(last[:, None], there, heard, memory)
    logits = logits[:, 0]
    logits[:, [PADDING, BEGIN]] = -torch.inf
    if int(last[0]) == BEGIN:
        logits[:, END] = -torch.inf
    return logits, memory.then(segment, memory.there.shape[1] + 1)
