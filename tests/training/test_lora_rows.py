"""Rows that share beginnings: the same loss and gradients as each prompt alone, in fp32."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import RecipeError
from sentio.training.lora_prefix_tree import shared
from sentio.training.lora_rows import in_runs, packed
from sentio.training.lora_samples import Sample, check
from sentio.training.lora_schedule import rate, updates

TOKENS = st.lists(st.integers(0, 3), min_size=2, max_size=12)


def sample(ids: Sequence[int], prompt: int) -> Sample:
    return Sample(tuple(ids), prompt)


SAMPLES = st.lists(
    TOKENS.flatmap(lambda ids: st.integers(1, len(ids) - 1).map(lambda prompt: sample(ids, prompt))),
    min_size=1,
    max_size=6,
)


@given(SAMPLES)
def test_each_token_sees_its_own_prompt_and_nothing_else(samples: list[Sample]) -> None:
    row = shared(samples)
    learned = [(s, place) for s in samples for place in range(s.prompt, len(s.ids))]
    assert row.targets.tolist() == [s.ids[place] for s, place in learned]
    for source, (s, place) in zip(row.sources, learned, strict=True):
        seen = np.flatnonzero(row.mask[source])
        seen = seen[np.argsort(row.positions[seen])]
        # What a completion's token is predicted from is its own sample up to it, each token at its place there.
        assert row.ids[seen].tolist() == list(s.ids[:place])
        assert row.positions[seen].tolist() == list(range(place))


@given(SAMPLES)
def test_no_beginning_stands_twice(samples: list[Sample]) -> None:
    row = shared(samples)
    beginnings = {s.ids[:end] for s in samples for end in range(1, len(s.ids) + 1)}
    assert len(row.ids) == len(beginnings)


@pytest.fixture(scope="module")
def conversation() -> list[Sample]:
    """Eight prompts of one conversation: an instruction, a growing history, a part of their own, an answer."""
    draw = np.random.default_rng(7)
    instruction, history = draw.integers(3, 300, 24).tolist(), draw.integers(3, 300, 40).tolist()
    own = [draw.integers(3, 300, 9 + k).tolist() for k in range(8)]
    return [sample([*instruction, *history[: 5 * k], *own[k], 11 + k % 3, 2], 24 + 5 * k + 9 + k) for k in range(8)]


def test_a_shared_row_has_the_losses_and_gradients_of_its_prompts_alone(
    tiny_qwen3: Path, conversation: list[Sample]
) -> None:
    import torch

    from sentio.training.lora_model import load_base, with_lora
    from sentio.training.lora_settings import LoraSettings
    from sentio.training.lora_trainer import answer_loss, tensors

    settings = LoraSettings(rank=4, precision="fp32")
    model = with_lora(load_base(tiny_qwen3, settings), settings, seed=1).eval()
    draw = torch.Generator().manual_seed(3)
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    for parameter in trained.values():  # fresh LoRA is zero on one side, which would hide half of the gradients
        parameter.data = torch.randn(parameter.shape, generator=draw) * 0.1

    def gradients(rows: list[list[Sample]]) -> tuple[float, dict[str, torch.Tensor]]:
        model.zero_grad()
        total = torch.zeros(())
        for row in rows:
            total = total + answer_loss(model, tensors(row))
        torch.autograd.backward(total)
        return float(total.detach()), {name: p.grad.clone() for name, p in trained.items() if p.grad is not None}

    alone, expected = gradients([[one] for one in conversation])
    together, found = gradients([conversation])
    assert together == pytest.approx(alone, rel=1e-6)
    assert found.keys() == expected.keys() == trained.keys()
    for name, gradient in expected.items():
        difference = (found[name] - gradient).abs().max() / gradient.abs().max()
        assert difference < 1e-4, name
    assert any(gradient.abs().max() > 1e-2 for gradient in expected.values())


def test_a_prompt_alone_is_what_the_model_sees_without_a_mask(tiny_qwen3: Path, conversation: list[Sample]) -> None:
    import torch
    from torch.nn.functional import cross_entropy
    from transformers import AutoModelForCausalLM

    from sentio.training.lora_trainer import answer_loss, tensors

    model = AutoModelForCausalLM.from_pretrained(tiny_qwen3)
    for one in conversation:
        ids = torch.tensor([one.ids])
        logits = model(input_ids=ids).logits[0, one.prompt - 1 : -1]
        plain = cross_entropy(logits, ids[0, one.prompt :], reduction="sum")
        torch.testing.assert_close(answer_loss(model, tensors([one])), plain)


def test_runs_keep_neighbours_and_lose_nobody() -> None:
    dialogues = [[sample([d, k, 9], 2) for k in range(size)] for d, size in enumerate([7, 0, 1, 3])]
    rows = in_runs(dialogues, [np.array([0, 2]), np.array([3, 1, 0, 2])], phases=[1, 1], size=3, seed=5)
    assert [len(row) for row in rows.rows] == [3, 2, 2, 1, 3]
    for row in rows.rows:
        numbers = [one.ids[1] for one in row]
        assert numbers == list(range(numbers[0], numbers[0] + len(row)))
        assert len({one.ids[0] for one in row}) == 1
    assert sorted(rows.epochs[0].tolist()) == [0, 1, 2, 3]
    assert sorted(rows.epochs[1].tolist()) == [0, 1, 2, 3, 4]
    assert rows.steps == (4, 5)


def test_released_packing_cuts_prompts_and_learns_all() -> None:
    samples = [sample([1, 2, 3], 2), sample([4, 5, 6], 2)]
    rows = packed(samples, [np.array([1, 0]), np.array([0])], phases=[2], length=4)
    assert [row[0].ids for row in rows.rows] == [(4, 5, 6, 1), (2, 3), (1, 2, 3)]
    assert [epoch.tolist() for epoch in rows.epochs] == [[0, 1], [2]]
    assert rows.whole
    assert rows.steps == (3,)


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        ([], "nothing to train on"),
        ([sample([1, 2], 2)], "sample 0 has 2 tokens of prompt, 2 in all"),
        ([sample(range(40), 38), sample(range(99), 97)], "sample 1 has 99 tokens, 64 are allowed"),
        ([sample(range(20), 10)], "50% of the tokens are to be learned"),
    ],
)
def test_samples_that_cannot_be_learned_from_are_told(samples: list[Sample], says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        check(samples, max_tokens=64)


def test_the_share_of_labelled_tokens_is_told() -> None:
    assert check([sample(range(40), 38), sample(range(60), 57)], max_tokens=64) == pytest.approx(0.05)


def test_one_schedule_over_all_phases_or_one_each() -> None:
    one = [rate(step, (100,), 0.03) for step in range(101)]
    assert one[:4] == [0, 1 / 3, 2 / 3, 1]
    assert one[3:] == sorted(one[3:], reverse=True)
    assert one[100] == 0
    three = [rate(step, (40, 40, 20), 0.03) for step in range(100)]
    assert [step for step, share in enumerate(three) if share == 0] == [0, 40, 80]
    assert three[42] == 1


def test_updates_of_phases_sum_up_to_those_of_the_whole() -> None:
    assert updates((6, 11, 11), 4) == (2, 3, 2)
