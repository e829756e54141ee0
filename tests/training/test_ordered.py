"""The order of a plan reaches the optimiser step: in a loop of one's own, in `Trainer` and in `SFTTrainer`.

Every row has a parameter of its own, so the gradients an optimiser finds at a step name the rows it learns from.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.curriculum import Indices, epochs
from sentio.training.ordered import OrderedSampler, batches

if TYPE_CHECKING:
    from torch import Tensor
    from torch.utils.data import Dataset


class Ordered(Protocol):
    """What the tests use of a trainer."""

    model: Any
    state: Any

    def follow(self, epochs: list[Indices]) -> None: ...
    def train(self, resume_from_checkpoint: str | None = None) -> object: ...


EASY, HARD = np.arange(0, 10, 2), np.arange(1, 10, 2)
PLAN = epochs([EASY, HARD], per_phase=1, final=2, seed=42)
"""5 + 10 + 10 + 10 rows."""
FLAT = [int(row) for epoch in PLAN for row in epoch]

plans = st.lists(st.permutations(range(7)).map(np.array), min_size=1, max_size=4)


@given(plans, st.integers(1, 9))
def test_batches_hold_every_index_once_and_never_mix_epochs(plan: list[Indices], size: int) -> None:
    found = batches(plan, size)
    assert np.concatenate(found).tolist() == np.concatenate(plan).tolist()
    assert len(found) == sum(-(-len(epoch) // size) for epoch in plan)
    assert all(len(set(batch.tolist())) == len(batch) <= size for batch in found)


@given(plans, st.integers(0, 30))
def test_a_sampler_that_starts_later_yields_what_is_left(plan: list[Indices], start: int) -> None:
    whole, rest = OrderedSampler(plan), OrderedSampler(plan, start)
    assert list(whole)[start:] == list(rest)
    assert len(rest) == max(0, len(whole) - start) == len(list(rest))
    assert list(whole) == list(whole)


def steps(rows: list[int], size: int) -> list[set[int]]:
    """What each optimiser step learns from, where it takes `size` rows."""
    return [set(rows[i : i + size]) for i in range(0, len(rows), size)]


@contextmanager
def seen(weight: "Tensor") -> Iterator[list[set[int]]]:
    """The rows of `weight` that have a gradient when an optimiser steps, a set for each step."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    found: list[set[int]] = []

    def record(*_: object) -> None:
        assert weight.grad is not None
        found.append(set(weight.grad.abs().sum(1).nonzero().flatten().tolist()))

    hook = register_optimizer_step_pre_hook(record)
    try:
        yield found
    finally:
        hook.remove()


@pytest.mark.parametrize("start", [0, 3])
def test_a_loop_of_one_s_own_with_accumulation(start: int) -> None:
    torch = pytest.importorskip("torch")
    table = torch.nn.Embedding(10, 1)
    optimizer = torch.optim.AdamW(table.parameters())
    loader = torch.utils.data.DataLoader(range(10), batch_size=2, sampler=OrderedSampler(PLAN, start * 4))
    with seen(table.weight) as found:
        for number, rows in enumerate(loader, start=1):
            table(rows).sum().backward()
            if number % 2 == 0 or number == len(loader):
                optimizer.step()
                optimizer.zero_grad()
    assert found == steps(FLAT, 4)[start:]


def test_a_loop_over_batches_never_steps_over_the_end_of_an_epoch() -> None:
    torch = pytest.importorskip("torch")
    table = torch.nn.Embedding(10, 1)
    optimizer = torch.optim.AdamW(table.parameters())
    loader = torch.utils.data.DataLoader(range(10), batch_sampler=batches(PLAN, 4))
    with seen(table.weight) as found:
        for rows in loader:
            table(rows).sum().backward()
            optimizer.step()
            optimizer.zero_grad()
    assert found == [step for epoch in PLAN for step in steps(epoch.tolist(), 4)]


def rows_of_lengths() -> "Dataset[Any]":
    """Ten rows; the text of row i is token i, then as many zeros as would let a sampler group by length."""
    datasets = pytest.importorskip("datasets")
    ids = [[row] + [10] * (9 - row) for row in range(10)]
    rows: Dataset[Any] = datasets.Dataset.from_dict({"input_ids": ids, "labels": ids})
    return rows


def arguments(folder: Path) -> dict[str, Any]:
    return {
        "output_dir": str(folder),
        "num_train_epochs": 1,
        "per_device_train_batch_size": 2,
        "gradient_accumulation_steps": 2,
        "save_steps": 4,
        "logging_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": True,
        "train_sampling_strategy": "group_by_length",
        "seed": 1,
    }


def trainer(folder: Path, **changed: object) -> Ordered:
    """A `Trainer` of a table with a row of weights for each of the ten rows of data."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from sentio.training.ordered_trainer import InOrder

    class Table(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.rows = torch.nn.Embedding(11, 2)

        def forward(self, input_ids: "Tensor", labels: "Tensor") -> dict[str, "Tensor"]:
            return {"loss": (self.rows(input_ids) - labels[..., None]).pow(2).mean()}

    class OrderedTrainer(InOrder, transformers.Trainer):  # type: ignore[misc, name-defined]
        pass

    def first_token(rows: list[dict[str, list[int]]]) -> dict[str, "Tensor"]:
        return {key: torch.tensor([row[key][0] for row in rows]) for key in rows[0]}

    settings = transformers.TrainingArguments(**(arguments(folder) | changed))
    return OrderedTrainer(model=Table(), args=settings, train_dataset=rows_of_lengths(), data_collator=first_token)


def test_trainer_steps_in_the_order_of_the_plan_whatever_else_it_is_told(tmp_path: Path) -> None:
    ordered = trainer(tmp_path)
    ordered.follow(PLAN)
    with seen(ordered.model.rows.weight) as found:
        ordered.train()
    assert found == steps(FLAT, 4)
    assert ordered.state.global_step == len(found) == 9


def test_trainer_without_a_plan_would_not(tmp_path: Path) -> None:
    """The proof can fail: its own sampler takes other rows."""
    import transformers

    plain = trainer(tmp_path, num_train_epochs=4)
    plain._get_train_sampler = lambda *_: transformers.Trainer._get_train_sampler(plain)  # type: ignore[arg-type, attr-defined]
    with seen(plain.model.rows.weight) as found:
        plain.train()
    assert found[:9] != steps(FLAT, 4)


def test_trainer_goes_on_in_the_middle_of_an_epoch(tmp_path: Path) -> None:
    whole = trainer(tmp_path)
    whole.follow(PLAN)
    whole.train()
    resumed = trainer(tmp_path)
    resumed.follow(PLAN)
    with seen(resumed.model.rows.weight) as found:
        # Four steps are 16 rows: the second epoch is done and one row of the third.
        resumed.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert found == steps(FLAT, 4)[4:]
    assert (resumed.model.rows.weight == whole.model.rows.weight).all()


def test_one_schedule_runs_over_all_epochs(tmp_path: Path) -> None:
    ordered = trainer(tmp_path, logging_strategy="steps", logging_steps=1, warmup_steps=2, learning_rate=1.0)
    ordered.follow(PLAN)
    ordered.train()
    rates = [entry["learning_rate"] for entry in ordered.state.log_history if "learning_rate" in entry]
    assert np.allclose(rates, [0, 1 / 2, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7])


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"num_train_epochs": 4}, "num_train_epochs=1"), ({"max_steps": 5}, "num_train_epochs=1")],
)
def test_settings_that_break_the_order_are_refused(tmp_path: Path, changed: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        trainer(tmp_path, **changed).follow(PLAN)


def test_a_plan_of_another_training_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names row 10, the training set has 10"):
        trainer(tmp_path).follow([np.array([3, 10])])


def test_a_plan_is_not_forgotten(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"call follow\(epochs\)"):
        trainer(tmp_path).train()


def sft_trainer(folder: Path, tokenizer: Path, **changed: object) -> Ordered:
    """An `SFTTrainer` of a Qwen3 without tied embeddings; token 20 + i begins row i and no other."""
    trl = pytest.importorskip("trl")
    transformers = pytest.importorskip("transformers")
    datasets = pytest.importorskip("datasets")
    from sentio.training.ordered_trainer import InOrder

    class OrderedSFTTrainer(InOrder, trl.SFTTrainer):  # type: ignore[misc, name-defined]
        pass

    shape = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "head_dim": 8}
    config = transformers.Qwen3Config(
        vocab_size=1100, num_key_value_heads=1, tie_word_embeddings=False, eos_token_id=2, pad_token_id=0, **shape
    )
    transformers.set_seed(0)
    rows = datasets.Dataset.from_dict({
        "input_ids": [[20 + row, *[40 + row % 3] * (1 + row), 5, 2] for row in range(10)],
        "completion_mask": [[0] * (2 + row) + [1, 1] for row in range(10)],
    })  # fmt: skip
    return OrderedSFTTrainer(
        model=transformers.Qwen3ForCausalLM(config),
        args=trl.SFTConfig(**(arguments(folder) | {"bf16": False, "gradient_checkpointing": False} | changed)),
        train_dataset=rows,
        processing_class=transformers.AutoTokenizer.from_pretrained(tokenizer),
    )


def begins(found: list[set[int]]) -> list[set[int]]:
    """The rows that the seen tokens begin."""
    return [{token - 20 for token in step if 20 <= token < 30} for step in found]


def test_sft_trainer_steps_in_the_order_of_the_plan_and_goes_on_in_it(tmp_path: Path, tiny_qwen3: Path) -> None:
    whole = sft_trainer(tmp_path, tiny_qwen3)
    whole.follow(PLAN)
    with seen(whole.model.get_input_embeddings().weight) as found:
        whole.train()
    assert begins(found) == steps(FLAT, 4)
    resumed = sft_trainer(tmp_path, tiny_qwen3)
    resumed.follow(PLAN)
    with seen(resumed.model.get_input_embeddings().weight) as found:
        resumed.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert begins(found) == steps(FLAT, 4)[4:]
    before, after = whole.model.state_dict(), resumed.model.state_dict()
    assert all((before[name] == after[name]).all() for name in before)


@pytest.mark.parametrize("changed", [{"packing": True}, {"shuffle_dataset": True}])
def test_rows_that_are_not_those_of_the_plan_are_refused(
    tmp_path: Path, tiny_qwen3: Path, changed: dict[str, bool]
) -> None:
    with pytest.raises(ValueError, match="packing and shuffle_dataset"):
        sft_trainer(tmp_path, tiny_qwen3, **changed).follow(PLAN)
