"""Conversations as the network learns from them: each turn is heard with the turns before, the next one is foretold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from sentio.nn.transformer_xl import Memory
from sentio.responses.emotion_transformer.network import Heard, Network, Whole
from sentio.responses.emotion_transformer.tokens import BEGIN, END
from sentio.training.batches import by_length, padded

Source = Literal["gold", "detector", "soft", "none"]
"""Which emotion a turn is heard in: the annotated one, the detector's likeliest, its shares, or none (the ablation)."""
TOKENS = 400
"""Tokens of the turns that a lesson foretells: longer conversations are cut, because attention over all of a lesson
costs the square of them. Our choice; 99 % of MELD's conversations have fewer."""
TOGETHER = 16
"""Lessons read at once when nothing is learned."""


@dataclass(frozen=True)
class Lesson:
    """A conversation: the tokens of each turn, without END, and the emotion it is heard in: numbers (turns,), shares
    (turns, emotions), or None."""

    turns: Sequence[Sequence[int]]
    felt: Tensor | None

    @property
    def tokens(self) -> int:
        """How many there are to foretell."""
        return sum(len(turn) + 1 for turn in self.turns[1:])


class Turn(NamedTuple):
    """A turn of some lessons, heard, and the one that answers it.

    `rows` are the lessons that have a next turn, `memory` is what the decoder remembers before it; `logits` (rows, L,
    vocabulary) are what it says of that turn's tokens.
    """

    rows: list[int]
    place: int
    heard: Heard
    memory: Memory
    logits: Tensor


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
    """Lessons that foretell at most TOKENS, or one turn; the turn that is answered at a cut stands on both sides."""
    starts, tokens = [0], 0
    for place, turn in enumerate(lesson.turns[1:]):
        tokens += len(turn) + 1
        if tokens > TOKENS and place > starts[-1]:
            starts.append(place)
            tokens = len(turn) + 1
    ends = [*starts[1:], len(lesson.turns) - 1]
    felt = lesson.felt
    parts = [(a, b + 1) for a, b in zip(starts, ends, strict=True) if b > a]
    return [Lesson(lesson.turns[a:b], None if felt is None else felt[a:b]) for a, b in parts]


def whole(lessons: Sequence[Lesson], memory: int) -> tuple[Whole, Tensor]:
    """Lessons as one batch for a network with so many places of memory, and the targets of their tokens (tokens,).

    A turn may read itself and the `memory` places before it; a reply what it has written, and the turn it answers, each
    with the places before.
    """
    said, replies, targets, felt = [], [], [], []
    heard, written, answered = [], [], []
    for lesson in lessons:
        turns, answers = lesson.turns[:-1], lesson.turns[1:]
        said.append(torch.tensor([token for turn in turns for token in (*turn, END)]))
        replies.append(torch.tensor([token for turn in answers for token in (BEGIN, *turn)]))
        targets += [token for turn in answers for token in (*turn, END)]
        long, lasts = (torch.tensor([len(turn) + 1 for turn in some]) for some in (turns, answers))
        behind = long.cumsum(0)
        turn_read = torch.stack([(behind - long - memory).clamp(min=0), behind])
        heard.append(turn_read.repeat_interleave(long, 1))
        answered.append(turn_read.repeat_interleave(lasts, 1))
        first = (lasts.cumsum(0) - lasts - memory).clamp(min=0).repeat_interleave(lasts)
        written.append(torch.stack([first, torch.arange(1, len(first) + 1)]))
        if lesson.felt is not None:
            felt.append(lesson.felt[:-1].repeat_interleave(long, 0))
    rows = pad_sequence(said, batch_first=True), pad_sequence(felt, batch_first=True) if felt else None
    reads = (
        torch.stack([pad_sequence([one[end] for one in some], batch_first=True) for end in (0, 1)])
        for some in (heard, written, answered)
    )
    return Whole(*rows, pad_sequence(replies, batch_first=True), *reads), torch.tensor(targets)


def turn_by_turn(network: Network, lessons: Sequence[Lesson]) -> Iterator[Turn]:
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
        yield Turn(order, place, heard, hands, written.logits)
        ears, hands = heard.memory, hands.then(written.segment, network.size.memory)


def losses(network: Network, lessons: Sequence[Lesson]) -> tuple[Tensor, int]:
    """The sum of the tokens' negative log-likelihoods, END among them, and how many there are."""
    batch, targets = whole(lessons, network.size.memory)
    return cross_entropy(network.foretell(batch), targets, reduction="sum"), len(targets)


def together(lessons: Sequence[Lesson]) -> Iterator[list[int]]:
    """Lessons of like length at a time, those that have a turn to foretell."""
    some = [row for row, lesson in enumerate(lessons) if len(lesson.turns) > 1]
    for batch in by_length(np.array([lessons[row].tokens for row in some]), TOGETHER):
        yield [some[place] for place in batch]


def perplexity(network: Network, lessons: Sequence[Lesson]) -> float:
    """exp of the mean negative log-likelihood of a token, END counted and padding not; long conversations are cut as
    in training."""
    network.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        parts = [part for lesson in lessons for part in cut(lesson)]
        for rows in together(parts):
            loss, count = losses(network, [parts[row] for row in rows])
            total, tokens = total + loss.item(), tokens + count
    return float(torch.tensor(total / tokens, dtype=torch.float64).exp())
