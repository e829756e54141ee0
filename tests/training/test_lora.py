"""Tuning: what reaches the optimiser, exact resume after SIGKILL, the best adapter, a loss that runs away."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sentio.errors import InputError, LanguageModelError, RecipeError
from sentio.training.lora_rows import Rows, in_runs, packed
from sentio.training.lora_samples import Sample
from sentio.training.lora_settings import LoraSettings

pytest.importorskip("trl")

from safetensors.numpy import load_file

from sentio.training.lora import RESULT, Tuned, tune
from sentio.training.lora_validation import Validation

SETTINGS = LoraSettings(
    rank=4, precision="fp32", gradient_checkpointing=False, learning_rate=3e-3, max_tokens=128, every=3, nf4=False
)
LABELS = ("joy", "anger")


def corpus(model: Path) -> tuple[list[list[Sample]], Validation]:
    """Conversations whose answer hangs on one word of the prompt."""
    from transformers import AutoTokenizer

    from sentio.llms.chat_template import tokenized
    from sentio.prompts.message import Message

    tokenizer = AutoTokenizer.from_pretrained(model)

    def sample(text: str, label: str) -> Sample:
        chat = tokenized(tokenizer, [Message("system", "Name the emotion. " * 4), Message("user", text)], label)
        return Sample(tuple(chat.input_ids), len(chat.prompt))

    def turn(d: int, k: int) -> Sample:
        happy = (d + k) % 2
        return sample(f"I {'found' if happy else 'lost'} your letter {'again ' * k}{d}", LABELS[1 - happy])

    dialogues = [[turn(d, k) for k in range(3)] for d in range(4)]
    kept = [turn(9, k) for k in range(4)]
    gold = tuple(LABELS[(9 + k + 1) % 2] for k in range(4))
    return dialogues, Validation(tuple(one.ids[: one.prompt] for one in kept), gold, LABELS)


def rows(dialogues: list[list[Sample]]) -> Rows:
    epochs = [np.array([0, 2]), np.array([1, 0, 3, 2]), np.array([3, 2, 1, 0])]
    return in_runs(dialogues, epochs, (1, 1, 1), size=2, seed=1)


def run(model: Path, folder: Path, settings: LoraSettings = SETTINGS, seed: int = 42) -> Tuned:
    from transformers import AutoTokenizer

    dialogues, validation = corpus(model)
    return tune(
        model,
        AutoTokenizer.from_pretrained(model),
        rows(dialogues),
        validation,
        settings,
        seed=seed,
        folder=folder,
        progress=lambda share: print(f"{share:.2f}", flush=True),
    )


@pytest.fixture(scope="module")
def whole(tiny_qwen3: Path, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    return run(tiny_qwen3, tmp_path_factory.mktemp("whole") / "seed-42")


def test_the_loss_falls_and_the_best_is_kept(whole: Tuned) -> None:
    assert len(whole.losses) == 5  # 20 runs of at most two, four an update
    assert whole.losses[-1] < 0.7 * whole.losses[0]
    assert [judged["update"] for judged in whole.validations] == [3, 5]
    assert whole.best["weighted_f1"] == max(judged["weighted_f1"] for judged in whole.validations)
    assert set(whole.best["per_label"]) == set(LABELS)
    assert (whole.adapter / "adapter_model.safetensors").is_file()
    told = json.loads((whole.adapter / "adapter_config.json").read_text())
    assert (told["r"], told["lora_alpha"], told["lora_dropout"], told["bias"]) == (4, 128, 0.05, "none")


def test_the_adapter_is_the_model_that_was_judged(whole: Tuned, tiny_qwen3: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from sentio.llms.label_scoring import score_labels

    _, validation = corpus(tiny_qwen3)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_qwen3), whole.adapter)
    scores = score_labels(model, AutoTokenizer.from_pretrained(tiny_qwen3), validation.prompts, LABELS)  # type: ignore[arg-type]
    assert validation.judge(scores)["weighted_f1"] == whole.best["weighted_f1"]


def test_the_same_seed_gives_the_same_weights_and_another_one_others(
    whole: Tuned, tiny_qwen3: Path, tmp_path: Path
) -> None:
    again, other = run(tiny_qwen3, tmp_path / "a"), run(tiny_qwen3, tmp_path / "b", seed=43)
    assert again.losses == whole.losses
    same = [load_file(tuned.adapter / "adapter_model.safetensors") for tuned in (whole, again, other)]
    assert all(np.array_equal(same[0][name], same[1][name]) for name in same[0])
    assert not all(np.array_equal(same[0][name], same[2][name]) for name in same[0])


def test_a_finished_tuning_is_read_and_not_repeated(whole: Tuned, tiny_qwen3: Path) -> None:
    before = time.monotonic()
    assert run(tiny_qwen3, whole.adapter.parent) == whole
    assert time.monotonic() - before < 1


def test_a_tuning_killed_in_the_middle_ends_with_the_same_weights(
    whole: Tuned, tiny_qwen3: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_lora; from pathlib import Path; "
    )
    code += f"test_lora.run(Path({str(tiny_qwen3)!r}), Path({str(folder)!r}))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ
    )
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            if line.strip() == "0.80":  # the fourth update of five; the checkpoint is of the third
                process.send_signal(signal.SIGKILL)
                break
    assert process.wait() == -signal.SIGKILL
    assert not (folder / RESULT).exists()
    assert [path.name for path in folder.glob("checkpoint-*")] == ["checkpoint-3"]
    resumed = run(tiny_qwen3, folder)
    assert resumed.losses == whole.losses
    assert resumed.validations == whole.validations
    expected, found = (load_file(t.adapter / "adapter_model.safetensors") for t in (whole, resumed))
    assert all(np.array_equal(expected[name], found[name]) for name in expected)
    ends = [load_file(next(t.adapter.parent.glob("checkpoint-5")) / "state.safetensors") for t in (whole, resumed)]
    assert all(np.array_equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_a_checkpoint_cut_in_the_middle_is_told(tiny_qwen3: Path, tmp_path: Path) -> None:
    place = tmp_path / "checkpoint-3"
    place.mkdir()
    (place / "state.safetensors").write_bytes(b"half")
    (place / "trainer_state.json").write_text("{}")
    with pytest.raises(InputError, match="a damaged checkpoint"):
        run(tiny_qwen3, tmp_path)


def test_a_loss_that_is_no_number_is_told_in_one_line(tiny_qwen3: Path, tmp_path: Path) -> None:
    wild = SETTINGS.model_copy(update={"learning_rate": 1e38, "max_grad_norm": 1e9})
    with pytest.raises(RecipeError, match=r"the loss is nan after 2 updates: lower learning_rate \(1e\+38\)"):
        run(tiny_qwen3, tmp_path, wild)


def test_a_loss_that_has_run_away_is_told_in_one_line(tiny_qwen3: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny_qwen3)
    embeddings = model.get_input_embeddings()
    assert isinstance(embeddings, torch.nn.Embedding)
    embeddings.weight.data *= 40  # tied: sure of everything, and wrong
    model.save_pretrained(tmp_path / "wild")
    AutoTokenizer.from_pretrained(tiny_qwen3).save_pretrained(tmp_path / "wild")
    with pytest.raises(RecipeError, match=r"the loss is \d\d+\.?\d* after 0 updates"):
        run(tmp_path / "wild", tmp_path / "run")


def test_a_folder_without_a_model_is_told(tiny_qwen3: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    dialogues, validation = corpus(tiny_qwen3)
    tokenizer = AutoTokenizer.from_pretrained(tiny_qwen3)
    with pytest.raises(LanguageModelError, match="no model at"):
        tune(tmp_path, tokenizer, rows(dialogues), validation, SETTINGS, seed=1, folder=tmp_path / "run")
    nobody = Validation((), (), LABELS)
    with pytest.raises(RecipeError, match="nothing to choose on"):
        tune(tiny_qwen3, tokenizer, rows(dialogues), nobody, SETTINGS, seed=1, folder=tmp_path / "run")


def test_released_rows_learn_every_token_and_start_again_with_each_phase(tiny_qwen3: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from sentio.training.lora_model import load_base, with_lora
    from sentio.training.lora_trainer import LoraTrainer, whole

    dialogues, _ = corpus(tiny_qwen3)
    samples = [one for dialogue in dialogues for one in dialogue]
    settings = SETTINGS.model_copy(update={"compat": "official", "accumulation": 2})
    official = packed(samples, [np.arange(6), np.arange(12), np.arange(12)], (1, 2), length=64)
    model = with_lora(load_base(tiny_qwen3, settings), settings, 1)
    trainer = LoraTrainer(model, AutoTokenizer.from_pretrained(tiny_qwen3), official, settings, 1, tmp_path)
    moments: list[int] = []
    restarts = trainer._seed_batch

    def watched() -> None:
        restarts()
        moments.append(len(trainer._moments.state))

    trainer._seed_batch = watched  # type: ignore[method-assign]
    trainer.train()
    row = whole(official.rows[0][0])
    assert row["labels"].tolist() == row["input_ids"].tolist()
    rates = [entry["learning_rate"] for entry in trainer.state.log_history if "learning_rate" in entry]
    first, second = trainer.phases
    assert [step for step, value in enumerate(rates) if value == 0] == [0, first]
    assert len(rates) == first + second
    # Nothing is left of the first phase when the second begins.
    assert moments[0] == moments[2 * first] == 0
    assert moments[2 * first - 1] > 0


def test_the_order_of_the_plan_reaches_the_optimiser(tiny_qwen3: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from sentio.training.lora_model import load_base, with_lora
    from sentio.training.lora_trainer import LoraTrainer

    dialogues, _ = corpus(tiny_qwen3)
    planned = rows(dialogues)
    model = with_lora(load_base(tiny_qwen3, SETTINGS), SETTINGS, 1)
    trainer = LoraTrainer(model, AutoTokenizer.from_pretrained(tiny_qwen3), planned, SETTINGS, 1, tmp_path)
    seen: list[tuple[int, ...]] = []
    compute = trainer.compute_loss

    def watched(model: object, inputs: dict[str, object], *rest: object, **more: object) -> object:
        seen.append(tuple(inputs["labels"].tolist()))  # type: ignore[attr-defined]
        return compute(model, inputs, *rest, **more)  # type: ignore[arg-type]

    trainer.compute_loss = watched  # type: ignore[method-assign, assignment]
    trainer.train()
    expected = [
        tuple(token for sample in planned.rows[place] for token in sample.completion)
        for epoch in planned.epochs
        for place in epoch
    ]
    assert seen == expected


def test_the_papers_precision_and_checkpointing_train_on_a_cpu(tiny_qwen3: Path, tmp_path: Path) -> None:
    usual = LoraSettings(every=4, learning_rate=3e-3)  # bf16, activations computed again, rank 32
    tuned = run(tiny_qwen3, tmp_path, usual)
    assert tuned.losses[-1] < 0.8 * tuned.losses[0]
