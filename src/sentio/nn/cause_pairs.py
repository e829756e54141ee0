"""An encoder that reads a conversation once and judges every pair of an emotional utterance and one of its history.

The lower layers read each utterance by itself. In the upper ones a token also sees those of the utterances before its
own, so that no state knows of what was said later; a recurrent layer over the utterances does the same. A pair is
judged from the states of its two utterances, from where they stand and from the pairs next to it, so that candidates
compete and a cause can last; of the candidate's tokens it chooses the first and the last of the cause. Causal emotion
entailment and causal span extraction as Poria et al. (Cognitive Computation 2021) ask them; the network is our design:
theirs encodes each pair anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.nn.conversation_encoder import LOW, EncoderShape, by_length, encoder_layers
from sentio.nn.pair_grid import Beside, grid
from sentio.nn.token_windows import windows

FAR = 10
"""Utterances back from which on all distances are one: 54 of the 7,269 causes of RECCON's training lie so far."""
KINDS = 2 * (FAR + 1)
"""Places of a pair: each distance, said by the same speaker or not."""
NEXT = 2
"""How often a pair is judged beside those next to it.."""
EDGE, MANY, OPENING = 2, 3, 5
"""Where counts of a pair's surroundings end: utterances between the candidate and the one with which the target's
emotion set in, others of that emotion between the two, utterances before the candidate. Our choice."""


class CauseShape(BaseModel):
    """Sizes and inputs.

    `upper` of the encoder's layers are trained; with 0 of them a token sees its own utterance only. `hidden` is the
    width of an utterance's and of a pair's state, `reach` that of the vectors by which a pair points at tokens. Without
    `context` an utterance is read by itself, without `distance` nothing tells how far a pair is apart, without
    `history` of all emotions only the target's is told, and without `spans` no words are chosen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    emotions: int = Field(ge=2)
    upper: int = Field(default=0, ge=0, le=6)
    hidden: int = Field(default=128, ge=2)
    reach: int = Field(default=64, ge=2)
    context: bool = True
    distance: bool = True
    history: bool = True
    spans: bool = True

    @property
    def encoder(self) -> EncoderShape:
        """The encoder whose layers are read from."""
        return EncoderShape(labels=self.emotions, upper=self.upper, scores=0, evidence=False, causal=True)


@dataclass(frozen=True)
class Heard:
    """A conversation of u utterances, u > 0.

    `states`: what the lower layers made of each utterance's tokens, shape (tokens, width), of which the first and the
    last stand for its begin and end. `speakers` and `emotions`, shape (u,): numbers, 0 for an utterance whose emotion
    nobody told.
    """

    states: Sequence[Tensor]
    speakers: Tensor
    emotions: Tensor


@dataclass(frozen=True)
class Said:
    """What was made of the u utterances of some conversations, one behind the other.

    `tokens` of shape (all tokens, width) are those of utterance n from `firsts[n]`, `lengths[n]` of them. `states` has
    the shape (u, ...), `speakers` and `emotions` are as in `Heard`. `turns` counts the utterances before each in its
    conversation, `onsets` those before the one since which its emotion has lasted without a break, and `felt`, shape
    (u, emotions), how often each emotion was told up to it.
    """

    tokens: Tensor
    firsts: Tensor
    lengths: Tensor
    states: Tensor
    speakers: Tensor
    emotions: Tensor
    turns: Tensor
    onsets: Tensor
    felt: Tensor


@dataclass(frozen=True)
class Judged:
    """Pairs (target, candidate), rows of `Said`, shape (pairs, 2): target by target every utterance up to it. `logits`
    are the log-odds that the candidate is a cause, shape (pairs,), `states` have the shape (pairs, hidden)."""

    pairs: Tensor
    logits: Tensor
    states: Tensor


class CauseEncoder(nn.Module):
    """`read` what was said, `judge` pairs, and `point` at the words."""

    def __init__(self, shape: CauseShape, dropout: float = 0.0, pair_dropout: float = 0.0) -> None:
        super().__init__()
        encoder, hidden = shape.encoder, shape.hidden
        self.shape = shape
        self.layers = encoder_layers(encoder, shape.upper, dropout)
        self.dropout, self.pair_dropout = nn.Dropout(dropout), nn.Dropout(pair_dropout)
        self.near = nn.Embedding(KINDS, encoder.heads)
        # An utterance's own tokens come first, as the layers are used to, and others are let in as it pays.
        nn.init.constant_(self.near.weight, -2.0)
        self.norm = nn.LayerNorm(encoder.width)
        self.inputs = nn.Linear(encoder.width, hidden)
        self.moods = _zeros(shape.emotions, hidden)
        self.turns = nn.GRU(hidden, hidden, batch_first=True)
        known = 2 * hidden if shape.context else hidden
        self.target, self.candidate = nn.Linear(known, hidden), nn.Linear(known, hidden)
        self.left, self.right = nn.Linear(known, hidden), nn.Linear(known, hidden)
        self.both = nn.Linear(hidden, hidden)
        self.places = _zeros(KINDS, hidden)
        self.feelings = _zeros(shape.emotions**2, hidden)
        self.stands = _zeros((2 * EDGE + 1) * (MANY + 1), hidden)
        self.openings = _zeros(OPENING + 1, hidden)
        self.around = nn.ModuleList(Beside(hidden) for _ in range(NEXT * shape.context))
        self.logit = nn.Linear(hidden, 1)
        self.prior = _zeros(KINDS, 1)
        self.keys = nn.Linear(encoder.width, 2 * shape.reach)
        self.queries = nn.Linear(hidden, 2 * shape.reach)
        self.edges = nn.Parameter(torch.zeros(2))

    def read(self, conversations: Sequence[Heard]) -> Said:
        """What is made of the utterances of these conversations."""
        tokens = self.dropout(torch.cat([state for one in conversations for state in self._tokens(one)]).float())
        lengths = torch.tensor([len(state) for one in conversations for state in one.states])
        owner = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
        means = torch.zeros(len(lengths), tokens.shape[1]).index_add(0, owner, tokens) / lengths[:, None]
        emotions = torch.cat([one.emotions for one in conversations])
        with torch.autocast("cpu", enabled=False):
            states = self.inputs(self.norm(means))
            if self.shape.history:
                states = states + self.moods(emotions)
            states = self.pair_dropout(torch.tanh(states))
            if self.shape.context:
                states = torch.cat([states, self._in_turn(states, [len(one.states) for one in conversations])], -1)
        counted = zip(*(_counted(one.emotions, self.shape.emotions) for one in conversations), strict=True)
        return Said(
            tokens,
            lengths.cumsum(0) - lengths,
            lengths,
            states,
            torch.cat([one.speakers for one in conversations]),
            emotions,
            *(torch.cat(part) for part in counted),
        )

    def judge(self, said: Said, targets: Tensor) -> Judged:
        """All pairs of these utterances and their history.

        `targets` are rows of `said` in ascending order, shape (targets,). A pair is judged beside those of the two
        candidates next to its own, and of the same candidate with the target before: `NEXT` times, so that a target's
        answer rests on the `NEXT` targets before it.
        """
        pairs, neighbours = grid(said.turns, targets)
        if not self.shape.history:  # the target before has an emotion, too
            neighbours[:, -1] = len(pairs)
        target, candidate = pairs.T
        place = self._place(target - candidate, said.speakers[target] == said.speakers[candidate])
        told = said.emotions[candidate] if self.shape.history else torch.zeros_like(candidate)
        known = said.states
        with torch.autocast("cpu", enabled=False):
            state = self.target(known)[target] + self.candidate(known)[candidate] + self.places(place)
            state = state + self.feelings(said.emotions[target] * self.shape.emotions + told)
            if self.shape.distance:
                state = state + self.openings(said.turns[candidate].clamp(max=OPENING))
            if self.shape.distance and self.shape.history:
                state = state + self.stands(_stand(said, target, candidate))
            state = state + self.both(self.left(known)[target] * self.right(known)[candidate])
            state = self.pair_dropout(nn.functional.gelu(state))
            for layer in self.around:
                state = state + self.pair_dropout(layer(state, neighbours))
            logits = (self.logit(state) + self.prior(place))[:, 0]
        return Judged(pairs, logits, state)

    def point(self, said: Said, candidates: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of each token of the candidates as the first and as the last of the cause, shape (pairs, longest).

        `states` are those of the pairs; what is no word of the candidate scores `LOW`.
        """
        reach, count = self.shape.reach, said.lengths[candidates] - 2  # without begin and end
        place = torch.arange(int(count.max().clamp(min=1)))
        there = place < count[:, None]
        rows = (said.firsts[candidates, None] + 1 + place).clamp(max=len(said.tokens) - 1)
        with torch.autocast("cpu", enabled=False):
            keys, queries = self.keys(said.tokens), self.queries(states) / reach**0.5
            first = torch.einsum("ptr,pr->pt", keys[:, :reach][rows], queries[:, :reach])
            last = torch.einsum("ptr,pr->pt", keys[:, reach:][rows], queries[:, reach:])
        first = first + self.edges[0] * (place == 0)
        last = last + self.edges[1] * (place == count[:, None] - 1)
        return first.masked_fill(~there, LOW), last.masked_fill(~there, LOW)

    def _place(self, back: Tensor, same: Tensor) -> Tensor:
        """Numbers of the places of pairs, `back` utterances apart, by the same speaker or not."""
        return back.clamp(0, FAR) * self.shape.distance * 2 + same.long()

    def _in_turn(self, states: Tensor, lengths: Sequence[int]) -> Tensor:
        """What the recurrent layer has heard at each utterance; what pads a conversation comes behind it."""
        found, _ = self.turns(nn.utils.rnn.pad_sequence(list(torch.split(states, list(lengths))), batch_first=True))
        return torch.cat([row[:length] for row, length in zip(found, lengths, strict=True)])

    def _tokens(self, heard: Heard) -> list[Tensor]:
        """States of each utterance's tokens from the upper layers."""
        if not self.layers:
            return list(heard.states)
        lengths = [len(state) for state in heard.states]
        ends = windows(lengths) if self.shape.context else [(n, n, n + 1) for n in range(len(lengths))]
        whole = [torch.cat(list(heard.states[start:end])) for start, _, end in ends]
        numbers = [
            torch.repeat_interleave(torch.arange(start, end), torch.tensor(lengths[start:end]))
            for start, _, end in ends
        ]
        found: list[Tensor] = [torch.empty(0)] * len(lengths)
        for rows, block, mask in by_length(whole):
            states = block
            turns = nn.utils.rnn.pad_sequence([numbers[row] for row in rows], batch_first=True)
            added = self._attention(turns, heard.speakers[turns], mask)
            for layer in self.layers:
                states = layer(states, added)
            for row, state in zip(rows, states, strict=True):
                start, new, end = ends[row]
                parts = torch.split(state[: len(whole[row])], lengths[start:end])
                found[new:end] = parts[new - start :]
        return found

    def _attention(self, turns: Tensor, speakers: Tensor, mask: Tensor) -> Tensor:
        """What is added to the attention of the upper layers, shape (rows, heads or 1, tokens, tokens)."""
        back = turns[:, :, None] - turns[:, None]
        shut = (back < 0) | ~mask[:, None]
        if not self.shape.context:
            return torch.zeros(shut.shape).masked_fill(shut | (back > 0), LOW)[:, None]
        near: Tensor = self.near(self._place(back, speakers[:, :, None] == speakers[:, None]))
        near = near.masked_fill((back == 0)[..., None], 0.0).masked_fill(shut[..., None], LOW)
        return near.permute(0, 3, 1, 2)


def _counted(emotions: Tensor, kinds: int) -> tuple[Tensor, Tensor, Tensor]:
    """`turns`, `onsets` and `felt` of a conversation; see `Said`."""
    turns = torch.arange(len(emotions))
    new = torch.cat([torch.ones(1, dtype=torch.bool), emotions[1:] != emotions[:-1]])
    return turns, (turns * new).cummax(0).values, nn.functional.one_hot(emotions, kinds).cumsum(0)


def _stand(said: Said, targets: Tensor, candidates: Tensor) -> Tensor:
    """Numbers of what is felt around pairs: how far the candidate stands from where the target's emotion set in, and
    how many utterances of that emotion lie between the two."""
    after = (said.turns[candidates] - said.onsets[targets]).clamp(-EDGE, EDGE) + EDGE
    mood = said.emotions[targets]
    between = said.felt[targets, mood] - said.felt[candidates, mood] - 1
    return after * (MANY + 1) + between.clamp(0, MANY)


def best_spans(first: Tensor, last: Tensor) -> tuple[Tensor, Tensor]:
    """The first and last token of the best span of each row that does not end before it begins, shape (rows,).

    >>> first, last = best_spans(torch.tensor([[0.0, 3.0, 1.0]]), torch.tensor([[5.0, 0.0, 1.0]]))
    >>> first.tolist(), last.tolist()
    ([0], [0])
    """
    best, begins = first.cummax(1)
    ends = (best + last).argmax(1)
    return begins.gather(1, ends[:, None])[:, 0], ends


def _zeros(count: int, width: int) -> nn.Embedding:
    """An embedding that says nothing before training."""
    table = nn.Embedding(count, width)
    nn.init.zeros_(table.weight)
    return table
