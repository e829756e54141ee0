"""The network that judges pairs: what it may read, and how it chooses words."""

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.cause_pairs import CauseEncoder, CauseShape, Heard, best_spans
from sentio.nn.conversation_encoder import LOW

SHAPE = CauseShape(emotions=7, upper=1, hidden=16, reach=8)


def heard(turns: int, seed: int = 0, tokens: int = 5) -> Heard:
    dice = torch.Generator().manual_seed(seed)
    return Heard(
        states=[torch.randn(tokens + n % 3, 384, generator=dice) for n in range(turns)],
        speakers=torch.randint(0, 2, (turns,), generator=dice),
        emotions=torch.randint(0, 7, (turns,), generator=dice),
    )


def network(shape: CauseShape = SHAPE) -> CauseEncoder:
    """Every weight is drawn, the zeros of a beginning, too."""
    torch.manual_seed(1)
    model = CauseEncoder(shape)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3 if parameter.ndim == 1 else 0.1)
    return model.eval()


def all_pairs(turns: int, first: int = 0) -> tuple[Tensor, Tensor]:
    pairs = torch.tensor([(t, c) for t in range(turns) for c in range(t + 1)]) + first
    return pairs[:, 0], pairs[:, 1]


@torch.no_grad()
def judged(model: CauseEncoder, *conversations: Heard) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Log-odds and scores of first and last words, of each conversation's pairs."""
    said, found, first = model.read(conversations), [], 0
    for one in conversations:
        pairs = model.judge(said, torch.arange(len(one.states)) + first)
        assert pairs.pairs.T.tolist() == [each.tolist() for each in all_pairs(len(one.states), first)]
        found.append((pairs.logits, *model.point(said, pairs.pairs[:, 1], pairs.states)))
        first += len(one.states)
    return found


def cut(one: Heard, turns: int) -> Heard:
    return Heard(one.states[:turns], one.speakers[:turns], one.emotions[:turns])


def test_what_was_said_later_changes_nothing() -> None:
    model, whole = network(), heard(9)
    for turns in range(1, 9):
        (early, *_), (late, *_) = judged(model, cut(whole, turns))[0], judged(model, whole)[0]
        torch.testing.assert_close(late[: len(early)], early, atol=1e-4, rtol=1e-4)


def test_what_was_said_before_changes_much() -> None:
    model, one = network(), heard(4)
    other = Heard([torch.zeros(5, 384), *one.states[1:]], one.speakers, one.emotions)
    logits, changed = judged(model, one)[0][0], judged(model, other)[0][0]
    # The pair of the last utterance with itself has the first one as context only.
    assert (logits[-1] - changed[-1]).abs() > 1e-3


def test_conversations_are_apart() -> None:
    model, conversations = network(), [heard(4, 1), heard(1, 2), heard(7, 3)]
    for alone, together in zip(conversations, judged(model, *conversations), strict=True):
        for mine, ours in zip(judged(model, alone)[0], together, strict=True):
            torch.testing.assert_close(ours, mine, atol=1e-4, rtol=1e-4)


def test_without_context_a_pair_is_two_utterances() -> None:
    model, one = network(SHAPE.model_copy(update={"context": False, "history": False})), heard(4)
    other = Heard([torch.zeros(5, 384), *one.states[1:]], one.speakers, one.emotions)
    targets, candidates = all_pairs(4)
    free = (targets != 0) & (candidates != 0)
    logits, changed = judged(model, one)[0][0], judged(model, other)[0][0]
    torch.testing.assert_close(logits[free], changed[free], atol=1e-4, rtol=1e-4)
    assert (logits[~free] - changed[~free]).abs().min() > 1e-4


def test_without_distance_places_mean_nothing() -> None:
    shape = SHAPE.model_copy(update={"context": False, "distance": False})
    one = heard(2)
    states = [one.states[1], *[one.states[0]] * 4, one.states[1]]
    same = Heard(states, torch.zeros(6).long(), torch.zeros(6).long())
    for model, alike in ((network(shape), True), (network(shape.model_copy(update={"distance": True})), False)):
        logits = judged(model, same)[0][0][-6:-1]
        assert bool(torch.allclose(logits[1:], logits[1], atol=1e-4)) == alike


def test_without_history_only_the_targets_emotion_is_told() -> None:
    one = heard(3)
    other = Heard(
        one.states, one.speakers, torch.tensor([*((one.emotions[:2] + 1) % 7).tolist(), int(one.emotions[2])])
    )
    for history in (True, False):
        model = network(SHAPE.model_copy(update={"history": history}))
        logits, changed = judged(model, one)[0][0][-3:], judged(model, other)[0][0][-3:]
        assert bool(torch.allclose(logits, changed, atol=1e-5)) != history


def test_no_word_but_the_candidates_is_pointed_at() -> None:
    model, one = network(), heard(5)
    _, first, last = judged(model, one)[0]
    _, candidates = all_pairs(5)
    for row, candidate in enumerate(candidates.tolist()):
        words = len(one.states[candidate]) - 2
        for scores in (first, last):
            assert (scores[row, :words] > LOW / 2).all()
            assert (scores[row, words:] == LOW).all()


def test_an_utterance_without_words_is_survived() -> None:
    empty = Heard([torch.randn(2, 384)], torch.zeros(1).long(), torch.zeros(1).long())
    logits, first, _ = judged(network(), empty)[0]
    assert torch.isfinite(logits).all()
    assert first.shape == (1, 1)


@given(st.data(), st.integers(1, 6), st.integers(1, 3))
def test_the_best_span_is_the_best_of_all(draw: st.DataObject, tokens: int, rows: int) -> None:
    # Whole numbers: sums of two are exact, and ties occur.
    scores = st.lists(st.integers(-3, 3), min_size=tokens, max_size=tokens)
    first, last = (torch.tensor([draw.draw(scores) for _ in range(rows)]).float() for _ in range(2))
    begins, ends = best_spans(first, last)
    for row in range(rows):
        begin, end = int(begins[row]), int(ends[row])
        assert begin <= end
        legal = [first[row, b] + last[row, e] for b in range(tokens) for e in range(b, tokens)]
        assert first[row, begin] + last[row, end] == max(legal)


def test_a_long_conversation_is_read_in_windows() -> None:
    model, whole = network(), heard(60, tokens=20)  # 1,260 tokens
    (early, *_), (late, *_) = judged(model, cut(whole, 40))[0], judged(model, whole)[0]
    torch.testing.assert_close(late[: len(early)], early, atol=1e-4, rtol=1e-4)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=8))
def test_what_is_counted_of_emotions(emotions: list[int]) -> None:
    one = Heard([torch.zeros(3, 384)] * len(emotions), torch.zeros(len(emotions)).long(), torch.tensor(emotions))
    said = network(SHAPE.model_copy(update={"upper": 0})).read([one])
    for turn, mood in enumerate(emotions):
        onset = turn
        while onset and emotions[onset - 1] == mood:
            onset -= 1
        assert (int(said.turns[turn]), int(said.onsets[turn])) == (turn, onset)
        assert said.felt[turn].tolist() == [emotions[: turn + 1].count(kind) for kind in range(7)]
