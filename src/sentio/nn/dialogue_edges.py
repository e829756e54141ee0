"""Which earlier utterances a turn hangs on: emotional inertia and contagion as two kinds of edge.

EmotionIC (Liu et al., SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6) ties an utterance to its
speaker's own last one (inertia) and to the other speaker's just before it (contagion). The recurrent layer and the
random field read the same edges, so they are computed once, for a whole batch and without a loop over turns.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class DialogueEdges:
    """The edges of b dialogues of at most t turns; every tensor has the shape (b, t).

    A run is a stretch of turns of one speaker that nobody interrupts. `previous`: the index of the same speaker's last
    turn, -1 for none. `inertia`: true where a turn goes on with a run, or begins one after a single run of somebody
    else (A-B-A, not A-B-C-A). `contagion`: true where a run begins, other than the first. `own_weight`, in (0, 1):
    how much an inertia edge carries over the turns in between, 0 without `previous`. `other_weight`, in [0.5, 1):
    how much a contagion edge carries, more the longer two speakers have been alternating.
    """

    previous: Tensor
    inertia: Tensor
    contagion: Tensor
    own_weight: Tensor
    other_weight: Tensor


def dialogue_edges(speakers: Tensor, mask: Tensor) -> DialogueEdges:
    """The edges of dialogues spoken by `speakers`, shape (b, t), where `mask`, shape (b, t), is true.

    Weights after the released code: 1 / (1 + e^(g - 3)) for g turns in between, 1 / (1 + e^(-a / 2)) for an exchange
    of length a.

    >>> who = torch.tensor([[0, 1, 0, 0, 1, 2, 0]])  # A B A A B C A
    >>> edges = dialogue_edges(who, who >= 0)
    >>> edges.previous.tolist()
    [[-1, -1, 0, 2, 1, -1, 3]]
    >>> edges.inertia.int().tolist(), edges.contagion.int().tolist()
    ([[0, 0, 1, 1, 1, 0, 0]], [[0, 1, 1, 0, 1, 1, 1]])
    """
    turns = torch.arange(speakers.shape[1], device=speakers.device).expand_as(speakers)
    within = mask[:, 1:] & mask[:, :-1]
    begins = _after_first(within & (speakers[:, 1:] != speakers[:, :-1]))
    returns = begins & _speaks_after_one_other_run(speakers, begins, turns)
    previous = _last_of_same_speaker(speakers).masked_fill(~mask, -1)
    between = turns - 1 - previous
    exchange = _exchange_lengths(begins, returns)
    return DialogueEdges(
        previous=previous,
        inertia=(_after_first(within) & ~begins) | returns,
        contagion=begins,
        own_weight=torch.sigmoid(3.0 - between).masked_fill(previous < 0, 0.0),
        other_weight=torch.sigmoid(exchange / 2),
    )


def _after_first(later: Tensor) -> Tensor:
    """What holds of turns 1, 2, … as what holds of turns 0, 1, 2, …: of the first it does not."""
    return torch.nn.functional.pad(later, (1, 0))


def _speaks_after_one_other_run(speakers: Tensor, begins: Tensor, turns: Tensor) -> Tensor:
    """True where the run two before the current one is the same speaker's (A-B-A)."""
    start = torch.where(begins, turns, 0).cummax(1).values
    last_of_one_before = start - 1
    start_of_one_before = start.gather(1, last_of_one_before.clamp(min=0))
    last_of_two_before = torch.where(last_of_one_before < 0, -1, start_of_one_before - 1)
    same = speakers.gather(1, last_of_two_before.clamp(min=0)) == speakers
    return same & (last_of_two_before >= 0)


def _last_of_same_speaker(speakers: Tensor) -> Tensor:
    """The index of each turn's predecessor among the turns of its speaker, -1 for none."""
    ordered, order = speakers.sort(dim=1, stable=True)
    follows = _after_first(ordered[:, 1:] == ordered[:, :-1])
    before = torch.where(follows, order.roll(1, 1), -1)
    return torch.empty_like(order).scatter_(1, order, before)


def _exchange_lengths(begins: Tensor, returns: Tensor) -> Tensor:
    """At the first turn of a run: how many runs up to this one have come back to the speaker before the last; else 0.

    A B A B A B gives 0 0 1 2 3 4, A B A A B gives 0 0 1 0 2: a speaker who goes on does not end the exchange.
    """
    returned = returns.cumsum(1)
    broken = torch.where(begins & ~returns, returned, 0).cummax(1).values
    return torch.where(begins, returned - broken, 0)
