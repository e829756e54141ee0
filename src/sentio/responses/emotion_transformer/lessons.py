"""Conversations as the network learns from them: each turn is heard with the turns before, the next one is foretold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from sentio.nn.transformer_xl import Memory
from sentio.responses.emotion_transformer.network import Heard, Network
from sentio.responses.emotion_transformer.tokens import BEGIN, END
from sentio.training.batches import by_length, padded

Source = Literal["gold", "detector", "soft", "none"]
"""Which emotion a turn is heard in: the annotated one, the detector's likeliest, its shares, or none (the ablation)."""
UNSAID = -100
"""The target of padding, which no loss counts."""
TURNS = 24
"""Turns of a lesson: longer conversations are cut, so that a batch has room in memory. Our choice."""
TOGETHER = 32
"""Lessons read at once when nothing is learned."""


@dataclass(frozen=True)
class Lesson:
    """A conversation: the tokens of each turn, without END, and the emotion it is heard in: numbers (turns,), shares
    (turns, emotions), or None."""

    turns: Sequence[Sequence[int]]
    felt: Tensor | None


class Foretold(NamedTuple):
    """A turn of some lessons, heard, and what the decoder says of the next one.

    `rows` are the lessons that have a next turn, `memory` is what the decoder remembers before it, `logits` and
    `targets` have the shapes (rows, L, vocabulary) and (rows, L), UNSAID for padding.
    """

    rows: list[int]
    place: int
    heard: Heard
    memory: Memory
    logits: Tensor
    targets: Tensor


def heard_as(source: Source, gold: Sequence[int | None], shares: Tensor) -> Tensor | None:
    """The emotions that a conversation's turns are heard in; `shares` (turns, emotions) are the detector's.

    Where a turn has no gold the last one before it holds, since EmpatheticDialogues labels a conversation once, and
    before any the detector's.

    >>> shares = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    >>> heard_as("gold", [None, 0, None], shares).tolist(), heard_as("detector", [], shares).tolist()
    ([0, 0, 0], [0, 1, 0])
    """
    if source == "none":
        return None
    if source == "soft":
        return shares
    found: list[int] = shares.argmax(-1).tolist()
    if source == "gold":
        last: int | None = None
        for place, label in enumerate(gold):
            last = last if label is None else label
            found[place] = found[place] if last is None else last
    return torch.tensor(found, dtype=torch.long)


def cut(lesson: Lesson) -> list[Lesson]:
    """Lessons of at most TURNS turns to foretell; the turn that is answered at a cut stands on both sides."""
    last = len(lesson.turns) - 1
    ends = [(start, start + TURNS + 1) for start in range(0, last, TURNS)]
    felt = lesson.felt
    return [Lesson(lesson.turns[a:b], None if felt is None else felt[a:b]) for a, b in ends]


def foretell(network: Network, lessons: Sequence[Lesson]) -> Iterator[Foretold]:
    """Go through conversations turn by turn, with the memory of what came before, all of them together."""
    # The longest first: then those that go on are always the first rows.
    order = sorted(range(len(lessons)), key=lambda row: -len(lessons[row].turns))
    ears, hands = network.encoder.nothing(len(order)), network.decoder.nothing(len(order))
    for place in range(len(lessons[order[0]].turns) - 1):
        order = [row for row in order if place + 1 < len(lessons[row].turns)]
        ears, hands = ears.rows(slice(len(order))), hands.rows(slice(len(order)))
        said, there = padded([[*lessons[row].turns[place], END] for row in order])
        felt = [emotions[place] for row in order if (emotions := lessons[row].felt) is not None]
        heard = network.hear(said, there.bool(), torch.stack(felt) if felt else None, ears)
        reply, there = padded([[BEGIN, *lessons[row].turns[place + 1]] for row in order])
        written = network.write(reply, there.bool(), heard, hands)
        ends, _ = padded([[*lessons[row].turns[place + 1], END] for row in order])
        yield Foretold(order, place, heard, hands, written.logits, ends.masked_fill(~there.bool(), UNSAID))
        ears, hands = heard.memory, hands.then(written.segment, network.size.memory)


def losses(network: Network, lessons: Sequence[Lesson]) -> tuple[Tensor, int]:
    """The sum of the tokens' negative log-likelihoods, END among them, and how many there are."""
    total, tokens = torch.zeros(()), 0
    for turn in foretell(network, lessons):
        total = total + cross_entropy(
            turn.logits.flatten(0, 1), turn.targets.flatten(), ignore_index=UNSAID, reduction="sum"
        )
        tokens += int((turn.targets != UNSAID).sum())
    return total, tokens


def together(lessons: Sequence[Lesson]) -> Iterator[list[int]]:
    """Lessons of like length at a time, those that have a turn to foretell."""
    some = [row for row, lesson in enumerate(lessons) if len(lesson.turns) > 1]
    for batch in by_length(np.array([len(lessons[row].turns) for row in some]), TOGETHER):
        yield [some[place] for place in batch]


def perplexity(network: Network, lessons: Sequence[Lesson]) -> float:
    """exp of the mean negative log-likelihood of a token, END counted and padding not."""
    network.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for rows in together(lessons):
            loss, count = losses(network, [lessons[row] for row in rows])
            total, tokens = total + loss.item(), tokens + count
    return float(torch.tensor(total / tokens, dtype=torch.float64).exp())
