"""SkipCRF: worked values, and all label sequences written out for random dialogues."""

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spoken_dialogues import spoken
from torch import Tensor

from sentio.nn.dialogue_edges import DialogueEdges, dialogue_edges
from sentio.nn.skip_crf import SkipCRF

SHAPES = ["A", "AA", "AAAAA", "AB", "ABA", "ABAB", "ABCA", "ABCABC", "AABBAAC", "ABAABCA"]
some_dialogue = st.one_of(st.sampled_from(SHAPES), st.text("ABCD", min_size=1, max_size=7))


def field(labels: int, seed: int) -> SkipCRF:
    """A field whose transitions matter as much as its emissions."""
    torch.manual_seed(seed)
    crf = SkipCRF(labels).double()
    for part in crf.parameters():
        torch.nn.init.normal_(part)
    return crf


def worked() -> tuple[SkipCRF, Tensor]:
    crf = SkipCRF(2).double()
    values = ([0.1, -0.1], [0.2, 0.0], [[0.5, -0.5], [-0.3, 0.3]], [[0.2, 0.1], [-0.2, 0.4]])
    with torch.no_grad():
        for part, value in zip((crf.start, crf.end, crf.own, crf.other), values, strict=True):
            part.copy_(torch.tensor(value, dtype=torch.double))
    return crf, torch.tensor([[[1, 0], [0, 1], [0.5, 0.2], [0.3, 0.6]]], dtype=torch.double)


@pytest.mark.parametrize(
    ("dialogue", "log_partition", "best", "path"),
    [
        ("ABAA", 5.427562, 4.0, [0, 1, 0, 0]),
        ("ABAB", 5.583264, 4.0, [0, 1, 0, 1]),
        ("ABCA", 5.407608, 3.8, [0, 1, 1, 1]),
        ("AAAA", 5.091442, 3.6, [0, 0, 0, 0]),
    ],
)
def test_worked_values(dialogue: str, log_partition: float, best: float, path: list[int]) -> None:
    crf, emissions = worked()
    speakers = spoken(dialogue)
    mask = speakers >= 0
    edges = dialogue_edges(speakers, mask)
    assert round(crf.log_partition(emissions, edges, mask).item(), 6) == log_partition
    found, score = crf.viterbi(emissions, edges, mask)
    assert round(float(score), 6) == best
    assert found.tolist() == [path]


def all_sequences(labels: int, turns: int) -> Tensor:
    return torch.tensor(list(product(range(labels), repeat=turns)))


def scores(crf: SkipCRF, e: Tensor, dialogue: str, sequences: Tensor) -> Tensor:
    """The score of each sequence, a row of `sequences`, from the definition: p is looked up in the letters."""
    y = sequences.T
    total = crf.start[y[0]] + crf.end[y[-1]]
    for t, emission in enumerate(e):
        total = total + emission[y[t]]
        before = dialogue[:t].rfind(dialogue[t])
        runs = [one for n, one in enumerate(dialogue[:t]) if n > before and dialogue[n - 1] != one]
        if before >= 0 and len(runs) <= 1:  # the speaker goes on, or one run of somebody else is in between
            total = total + crf.own[y[before], y[t]]
        if t and dialogue[t] != dialogue[t - 1]:
            total = total + crf.other[y[t - 1], y[t]]
    return total.detach()


def by_hand(crf: SkipCRF, e: Tensor, dialogue: str, labels: Tensor) -> tuple[float, Tensor, float]:
    """Log-likelihood of known labels (-1: unknown), marginals and best score."""
    sequences = all_sequences(e.shape[-1], len(e))
    sums = scores(crf, e, dialogue, sequences)
    fits = ((sequences == labels) | (labels == -1)).all(1)
    marginals = torch.einsum("s,stk->tk", sums.softmax(0), torch.nn.functional.one_hot(sequences).double())
    return float(sums[fits].logsumexp(0) - sums.logsumexp(0)), marginals, float(sums.max())


@settings(max_examples=30)
@given(some=st.lists(some_dialogue, min_size=1, max_size=3), seed=st.integers(0, 99), data=st.data())
def test_every_dialogue_of_a_padded_batch_is_what_all_its_sequences_say(
    some: list[str], seed: int, data: st.DataObject
) -> None:
    crf, speakers = field(3, seed), spoken(*some)
    mask = speakers >= 0
    edges, emissions = dialogue_edges(speakers, mask), torch.randn(*mask.shape, 3, dtype=torch.double)
    labels = torch.full(mask.shape, -1)
    for row, dialogue in enumerate(some):
        known = st.lists(st.integers(-1, 2), min_size=len(dialogue), max_size=len(dialogue))
        labels[row, : len(dialogue)] = torch.tensor(data.draw(known))
    likelihoods = crf.log_likelihood(emissions, labels, edges, mask).detach()
    marginals = crf.marginals(emissions, edges, mask)
    paths, best = crf.viterbi(emissions, edges, mask)
    for row, dialogue in enumerate(some):
        turns = len(dialogue)
        e = emissions[row, :turns]
        likelihood, shares, highest = by_hand(crf, e, dialogue, labels[row, :turns])
        assert float(likelihoods[row]) == pytest.approx(likelihood, abs=1e-9)
        torch.testing.assert_close(marginals[row, :turns], shares)
        assert not marginals[row, turns:].any()
        assert float(best[row]) == pytest.approx(highest, abs=1e-9)
        assert float(scores(crf, e, dialogue, paths[row : row + 1, :turns])) == pytest.approx(highest, abs=1e-9)
        assert (paths[row, turns:] == -1).all()


@settings(max_examples=60)
@given(dialogue=some_dialogue, seed=st.integers(0, 10**6), loud=st.sampled_from([80.0, 320.0, 640.0, 2000.0]))
def test_it_is_exact_with_weights_up_to_80(dialogue: str, seed: int, loud: float) -> None:
    """All weights at the limit and emissions that contradict them: what a turn forbids transitions may give back."""
    crf, dice = SkipCRF(3).double(), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for part in crf.parameters():
            part.copy_(80 * (2 * torch.randint(2, part.shape, generator=dice) - 1))
    speakers = spoken(dialogue)
    mask = speakers >= 0
    edges = dialogue_edges(speakers, mask)
    emissions = loud * torch.randint(2, (1, len(dialogue), 3), generator=dice).double()
    sums = scores(crf, emissions[0], dialogue, all_sequences(3, len(dialogue)))
    _, shares, _ = by_hand(crf, emissions[0], dialogue, torch.full((len(dialogue),), -1))
    assert crf.log_partition(emissions, edges, mask).item() == pytest.approx(float(sums.logsumexp(0)), abs=1e-9)
    torch.testing.assert_close(crf.marginals(emissions, edges, mask)[0], shares, atol=1e-9, rtol=0)


@settings(max_examples=15)
@given(some=st.lists(some_dialogue, min_size=1, max_size=3), seed=st.integers(0, 99))
def test_known_labels_have_one_likelihood_whether_scored_or_summed(some: list[str], seed: int) -> None:
    """One dialogue with a gap sends all of them through the sums."""
    crf, speakers = field(3, seed), spoken(*some, "AB")
    mask = speakers >= 0
    edges, emissions = dialogue_edges(speakers, mask), torch.randn(*mask.shape, 3, dtype=torch.double)
    labels = torch.randint(3, mask.shape).masked_fill(~mask, -1)
    scored = crf.log_likelihood(emissions, labels, edges, mask)
    labels[-1, 1] = -1
    torch.testing.assert_close(crf.log_likelihood(emissions, labels, edges, mask)[:-1], scored[:-1])


def mixed() -> tuple[Tensor, DialogueEdges, Tensor]:
    speakers = spoken("ABAAC", "AAA", "A", "ABCA")
    mask = speakers >= 0
    return mask, dialogue_edges(speakers, mask), torch.randn(*mask.shape, 3, dtype=torch.double, requires_grad=True)


@pytest.mark.parametrize("gaps", [False, True])
def test_gradients(gaps: bool) -> None:
    crf = field(3, 0)
    mask, edges, emissions = mixed()
    labels = torch.randint(3, mask.shape).masked_fill(~mask, -1)
    if gaps:
        labels[0, 2] = labels[1, 0] = labels[3, 3] = -1

    def likelihood(emissions: Tensor, *_: Tensor) -> Tensor:
        return crf.log_likelihood(emissions, labels, edges, mask)

    assert torch.autograd.gradcheck(likelihood, (emissions, *crf.parameters()))


def test_gradients_of_the_log_partition_are_the_marginals() -> None:
    crf = field(3, 1)
    mask, edges, emissions = mixed()
    (found,) = torch.autograd.grad(crf.log_partition(emissions, edges, mask).sum(), emissions)
    torch.testing.assert_close(found, crf.marginals(emissions, edges, mask))


def test_labels_nobody_knows_are_certain() -> None:
    crf = field(3, 2)
    mask, edges, emissions = mixed()
    unknown = torch.full(mask.shape, -1)
    torch.testing.assert_close(crf.log_likelihood(emissions, unknown, edges, mask).detach(), torch.zeros(4).double())


def test_long_dialogues_with_loud_emissions_stay_finite() -> None:
    torch.manual_seed(0)
    speakers = torch.randint(60, (2, 2000))
    speakers[1] = 0
    mask = torch.ones_like(speakers, dtype=torch.bool)
    edges, crf = dialogue_edges(speakers, mask), SkipCRF(7)
    emissions = (1e4 * torch.randn(2, 2000, 7)).requires_grad_()
    loss = crf.log_likelihood(emissions, torch.randint(7, speakers.shape), edges, mask).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.isfinite()
    assert loss <= 0
    assert all(part.grad is not None and part.grad.isfinite().all() for part in (emissions, *crf.parameters()))
    marginals = crf.marginals(emissions, edges, mask)
    torch.testing.assert_close(marginals.sum(-1), torch.ones(2, 2000))
    assert torch.equal(crf.viterbi(emissions, edges, mask)[0], marginals.argmax(-1))


def persistent(count: int, turns: int) -> tuple[Tensor, Tensor, Tensor]:
    """Speakers, labels and noisy emissions: each of two speakers keeps a label with the probability 0.8."""
    speakers = torch.randint(2, (count, turns))
    held, labels = torch.randint(3, (count, 2)), torch.empty(count, turns, dtype=torch.long)
    for t in range(turns):
        fresh = torch.where(
            torch.rand(count) < 0.8, held.gather(1, speakers[:, t : t + 1])[:, 0], torch.randint(3, (count,))
        )
        held.scatter_(1, speakers[:, t : t + 1], fresh[:, None])
        labels[:, t] = fresh
    return speakers, labels, torch.nn.functional.one_hot(labels, 3) + 1.2 * torch.randn(count, turns, 3)


def test_where_labels_persist_a_field_learned_on_some_dialogues_beats_the_emissions_on_others() -> None:
    torch.manual_seed(0)
    crf, (speakers, labels, emissions) = SkipCRF(3), persistent(150, 10)
    mask = torch.ones_like(labels, dtype=torch.bool)
    edges, optimiser = dialogue_edges(speakers, mask), torch.optim.Adam(crf.parameters(), lr=0.2)
    for _ in range(15):
        optimiser.zero_grad()
        (-crf.log_likelihood(emissions, labels, edges, mask).mean()).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    speakers, labels, emissions = persistent(150, 10)
    edges = dialogue_edges(speakers, mask)
    by_itself = (emissions.argmax(-1) == labels).float().mean()
    for found in (crf.viterbi(emissions, edges, mask)[0], crf.marginals(emissions, edges, mask).argmax(-1)):
        assert (found == labels).float().mean() > by_itself + 0.05
