"""Models and adapters from folders, as trainers leave them and as accidents do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from sentio import llms
from sentio.errors import LanguageModelError
from sentio.llms.chat_template import prompt_ids
from sentio.llms.checkpoint import ADAPTER, load_checkpoint
from sentio.llms.label_scoring import score_labels
from sentio.prompts.message import Message

torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

CHAT = (Message("user", "Tom lost the old boat."),)
CHOICES = ("joy", "joyful", "anger", "neutral")


@pytest.fixture(scope="module")
def tuned(tiny_qwen3: Path) -> "PeftModel":
    """The tiny model with LoRA weights that matter."""
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    config = LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(tiny_qwen3), config)
    assert isinstance(model, PeftModel)
    return model


def probabilities(folder: Path) -> tuple[float, ...]:
    model = llms.open(f"hf/{folder}")
    (answer,) = model.ask([llms.Question("1", CHAT, CHOICES)])
    assert answer.probabilities is not None
    return answer.probabilities


def test_a_model_an_adapter_and_the_two_merged(tiny_qwen3: Path, tuned: "PeftModel", tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_qwen3)
    scores = score_labels(cast("PreTrainedModel", tuned), tokenizer, [prompt_ids(tokenizer, CHAT)], CHOICES)[0]
    tuned.save_pretrained(str(tmp_path / "adapter"))
    adapter = cast("PeftModel", load_checkpoint(tmp_path / "adapter").model)
    merged = cast("PreTrainedModel", adapter.merge_and_unload())
    merged.save_pretrained(tmp_path / "merged")
    tokenizer.save_pretrained(tmp_path / "merged")

    adapted = probabilities(tmp_path / "adapter")
    assert adapted == pytest.approx(np.exp(scores) / np.exp(scores).sum(), abs=1e-5)
    assert probabilities(tmp_path / "merged") == pytest.approx(adapted, abs=1e-4)
    assert probabilities(tiny_qwen3) != pytest.approx(adapted, abs=1e-2), "the adapter matters"


def test_an_adapter_finds_its_model_beside_it(tiny_qwen3: Path, tuned: "PeftModel", tmp_path: Path) -> None:
    shutil.copytree(tiny_qwen3, tmp_path / "base")
    tuned.save_pretrained(str(tmp_path / "adapter"))
    config = tmp_path / "adapter" / ADAPTER
    config.write_text(json.dumps(json.loads(config.read_text()) | {"base_model_name_or_path": "../base"}))
    assert probabilities(tmp_path / "adapter")
    shutil.rmtree(tmp_path / "base")
    with pytest.raises(LanguageModelError, match=r"adapter adapts \.\./base, and there is no such folder"):
        load_checkpoint(tmp_path / "adapter")


def test_a_name_tells_models_apart_and_not_where_they_lie(tiny_qwen3: Path, tmp_path: Path) -> None:
    name = load_checkpoint(tiny_qwen3).name
    assert name.startswith(tiny_qwen3.name + "-")
    for place in ("one", "two"):
        shutil.copytree(tiny_qwen3, tmp_path / place / tiny_qwen3.name)
    moved = tmp_path / "one" / tiny_qwen3.name
    assert load_checkpoint(moved).name == name
    weights = moved / "model.safetensors"
    scaled = bytearray(weights.read_bytes())
    scaled[-1] ^= 1
    weights.write_bytes(scaled)
    assert load_checkpoint(moved).name != name
    other = tmp_path / "two" / tiny_qwen3.name
    (other / "chat_template.jinja").write_text((other / "chat_template.jinja").read_text() + " ")
    assert load_checkpoint(other).name != name


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def only_pickles(folder: Path) -> None:
    weights = folder / "model.safetensors"
    torch.save({"w": torch.zeros(2)}, folder / "pytorch_model.bin")
    weights.unlink()


def cut_weights(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])


def code_of_its_own(folder: Path) -> None:
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\nclass C: ...\n")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.C"}}
    (folder / "config.json").write_text(json.dumps(config))


def no_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def pickled_adapter(folder: Path) -> None:
    (folder / ADAPTER).write_text("{}")
    torch.save({}, folder / "adapter_model.bin")


def nameless_adapter(folder: Path) -> None:
    (folder / ADAPTER).write_text("[]")
    (folder / "adapter_model.safetensors").touch()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (no_folder, "is no folder; a local model is the folder it lies in"),
        (no_config, "holds no model: neither config.json nor adapter_config.json"),
        (only_pickles, "cannot be loaded: .*safetensors"),
        (cut_weights, "cannot be loaded: "),
        (code_of_its_own, "cannot be loaded: "),
        (no_template, "has no chat template; take an instruction-tuned model"),
        (pickled_adapter, "pickles are not loaded"),
        (nameless_adapter, "does not say which model it adapts"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_a_line(
    tiny_qwen3: Path, tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_qwen3, folder)
    damage(folder)
    with pytest.raises(LanguageModelError, match=message) as told:
        llms.open(f"hf/{folder}")
    assert "\n" not in str(told.value)
    assert not (folder / "ran").exists()


def test_an_address_with_a_server_is_none_of_a_folder(tiny_qwen3: Path) -> None:
    with pytest.raises(LanguageModelError, match="a model in this process has no URL"):
        llms.open(f"hf/{tiny_qwen3}@http://localhost:1/v1")


def test_four_bits_need_cuda(tiny_qwen3: Path) -> None:
    with pytest.raises(LanguageModelError, match="weights in four bits need CUDA"):
        load_checkpoint(tiny_qwen3, nf4=True, device="cpu")


def test_half_precision_where_it_is_asked_for(tiny_qwen3: Path) -> None:
    checkpoint = load_checkpoint(tiny_qwen3, dtype="bfloat16")
    assert checkpoint.model.dtype == torch.bfloat16
    prompts = [prompt_ids(checkpoint.tokenizer, CHAT), [5, 6, 7]]
    half = score_labels(checkpoint.model, checkpoint.tokenizer, prompts, CHOICES)
    whole = score_labels(load_checkpoint(tiny_qwen3).model, checkpoint.tokenizer, prompts, CHOICES)
    assert half == pytest.approx(whole, abs=1.0)
