"""The export to LLaMA-Factory: files as its README describes them, settings under its names, nothing half written."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import InputError, OutputError, RecipeError
from sentio.prompts.message import Message
from sentio.training import llama_factory
from sentio.training.lora_settings import LoraSettings

# data/README.md of LLaMA-Factory: what a description of a dataset may say. Other keys are ignored without a word.
DESCRIPTION = {
    "hf_hub_url", "ms_hub_url", "script_url", "file_name", "formatting", "ranking", "subset", "split", "folder",
    "num_samples", "columns", "tags",
}  # fmt: skip
TAGS = {"role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag"}
# The arguments of llamafactory.hparams (model, data, finetuning) and of transformers' trainer that we set.
ARGUMENTS = {
    "model_name_or_path", "trust_remote_code", "quantization_bit", "quantization_type", "double_quantization",
    "disable_gradient_checkpointing", "template", "enable_thinking", "dataset", "eval_dataset", "dataset_dir",
    "cutoff_len", "train_on_prompt", "packing", "stage", "finetuning_type", "lora_rank", "lora_alpha",
    "lora_dropout", "lora_target", "disable_shuffling", "do_train", "num_train_epochs",
    "per_device_train_batch_size", "per_device_eval_batch_size", "gradient_accumulation_steps", "learning_rate",
    "lr_scheduler_type", "warmup_ratio", "optim", "weight_decay", "max_grad_norm", "neftune_noise_alpha", "bf16",
    "seed", "output_dir", "save_steps", "logging_steps", "report_to", "eval_strategy", "eval_steps",
}  # fmt: skip


def chat(text: str, label: str) -> list[Message]:
    return [Message("system", "Name the emotion."), Message("user", text), Message("assistant", label)]


CHATS = [chat("The tulips are out!", "joy"), chat('She said "no".\nAgain.', "sadness"), chat("Où ça? 🎈", "surprise")]


def write(folder: Path, settings: LoraSettings | None = None) -> llama_factory.Written:
    chosen = settings or LoraSettings()
    return llama_factory.write(folder, iter(CHATS), iter(CHATS[:1]), chosen, "models/qwen3", "qwen3", seed=43)


def test_the_folder_is_what_the_readme_asks_for(tmp_path: Path) -> None:
    folder = tmp_path / "exports" / "prc"
    assert write(folder) == llama_factory.Written(train=3, validation=1)
    info = json.loads((folder / "dataset_info.json").read_text("utf8"))
    assert set(info) == {"train", "validation"}
    for name, description in info.items():
        assert set(description) <= DESCRIPTION
        assert set(description["tags"]) <= TAGS
        assert (description["file_name"], description["formatting"]) == (f"{name}.jsonl", "sharegpt")
        assert (folder / description["file_name"]).is_file()
    assert sorted(path.name for path in folder.iterdir()) == [
        "dataset_info.json", "train.jsonl", "train.yaml", "validation.jsonl",
    ]  # fmt: skip


def converted(line: str, description: dict[str, dict[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """The system prompt and the turns, found by the description's columns and tags as LLaMA-Factory finds them."""
    tags = description["tags"]
    messages = [
        (m[tags["role_tag"]], m[tags["content_tag"]]) for m in json.loads(line)[description["columns"]["messages"]]
    ]
    assert messages[0][0] == tags["system_tag"]
    for place, (role, _) in enumerate(messages[1:]):
        assert role == (tags["user_tag"], tags["assistant_tag"])[place % 2]
    return messages[0][1], messages[1:]


def test_chats_come_back_as_they_were_in_their_order(tmp_path: Path) -> None:
    write(tmp_path)
    description = json.loads((tmp_path / "dataset_info.json").read_text("utf8"))["train"]
    lines = (tmp_path / "train.jsonl").read_text("utf8").splitlines()
    found = [converted(line, description) for line in lines]
    assert found == [(c[0].content, [(m.role, m.content) for m in c[1:]]) for c in CHATS]


def test_the_data_library_reads_the_file(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    write(tmp_path)
    rows = datasets.load_dataset("json", data_files=str(tmp_path / "train.jsonl"), cache_dir=str(tmp_path / "cache"))
    assert [row["messages"][-1]["content"] for row in rows["train"]] == ["joy", "sadness", "surprise"]


def test_the_settings_are_those_of_the_recipe(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    write(tmp_path, LoraSettings(learning_rate=1e-5, rank=16, every=25))
    found = yaml.safe_load((tmp_path / "train.yaml").read_text("utf8"))
    assert set(found) <= ARGUMENTS
    expected = {
        "model_name_or_path": "models/qwen3",
        "lora_rank": 16,
        "lora_alpha": 128,
        "lora_dropout": 0.05,
        "lora_target": "all",
        "quantization_bit": 4,
        "quantization_type": "nf4",
        "learning_rate": 1e-5,
        "lr_scheduler_type": "linear",
        "warmup_ratio": 0.03,
        "max_grad_norm": 0.3,
        "neftune_noise_alpha": 5.0,
        "cutoff_len": 2048,
        "per_device_train_batch_size": 3,
        "gradient_accumulation_steps": 4,
        "num_train_epochs": 1,
        "disable_shuffling": True,
        "packing": False,
        "train_on_prompt": False,
        "template": "qwen3",
        "enable_thinking": False,
        "bf16": True,
        "seed": 43,
        "eval_dataset": "validation",
        "eval_steps": 25,
        "save_steps": 25,
    }
    assert {key: found.get(key) for key in expected} == expected


def test_what_a_setting_switches_off_is_not_asked_for() -> None:
    settings = LoraSettings(nf4=False, neftune_alpha=0, precision="fp32", gradient_checkpointing=False)
    found = llama_factory.configuration(settings, "m", "gemma3_text", 1, validated=False)
    absent = {"quantization_bit", "neftune_noise_alpha", "template", "enable_thinking", "eval_dataset", "eval_steps"}
    assert not absent & set(found)
    assert (found["bf16"], found["disable_gradient_checkpointing"]) == (False, True)
    assert llama_factory.configuration(settings, "m", "qwen2", 1, validated=False)["template"] == "qwen"


@given(st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()))
def test_yaml_reads_back_what_was_written(value: llama_factory.Setting) -> None:
    yaml = pytest.importorskip("yaml")
    found = yaml.safe_load(f"key: {llama_factory.yaml(value)}\n")["key"]
    assert type(found) is type(value)
    assert found == value


def test_a_run_without_validation_has_no_file_of_it(tmp_path: Path) -> None:
    found = llama_factory.write(tmp_path, CHATS, [], LoraSettings(), "m", "qwen3", 1)
    assert found == llama_factory.Written(3, 0)
    assert not (tmp_path / "validation.jsonl").exists()
    assert set(json.loads((tmp_path / "dataset_info.json").read_text("utf8"))) == {"train"}
    assert "eval" not in (tmp_path / "train.yaml").read_text("utf8")


@pytest.mark.parametrize(
    "roles", [("user",), ("assistant", "user"), ("system",), (), ("user", "assistant", "user"), ("user", "system")]
)
def test_a_chat_that_would_be_skipped_in_silence_is_refused(tmp_path: Path, roles: tuple[str, ...]) -> None:
    wrong = [Message(role, "Hm.") for role in roles]  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"train\.jsonl:2: a chat is user and assistant in turns"):
        llama_factory.write(tmp_path, [CHATS[0], wrong], [], LoraSettings(), "m", "qwen3", 1)
    assert not (tmp_path / "train.jsonl").exists()


def test_a_failure_keeps_the_export_that_was_there(tmp_path: Path) -> None:
    def stops() -> Iterator[list[Message]]:
        yield CHATS[0]
        raise KeyboardInterrupt

    write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        llama_factory.write(tmp_path, stops(), [], LoraSettings(), "m", "qwen3", 1)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_nothing_to_train_on_and_what_it_cannot_do_say_so(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="nothing to train on"):
        llama_factory.write(tmp_path, [], [], LoraSettings(), "m", "qwen3", 1)
    with pytest.raises(RecipeError, match="cannot train as compat = 'official' asks: leave it out"):
        write(tmp_path / "official", LoraSettings(compat="official"))
    assert not (tmp_path / "official").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="file"):
        write(tmp_path / "file" / "export")


def test_half_a_surrogate_pair_does_not_stop_the_export(tmp_path: Path) -> None:
    llama_factory.write(tmp_path, [chat("Half a \ud83d", "joy")], [], LoraSettings(), "m", "qwen3", 1)
    assert "Half a �" in (tmp_path / "train.jsonl").read_text("utf8")


def test_the_epochs_of_a_plan_are_written_one_after_the_other(tmp_path: Path) -> None:
    plan = [np.array([2]), np.array([1, 0, 2])]
    chats = (CHATS[i] for epoch in plan for i in epoch)
    assert llama_factory.write(tmp_path, chats, [], LoraSettings(), "m", "qwen3", 1).train == 4
    lines = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text("utf8").splitlines()]
    assert [line["messages"][-1]["content"] for line in lines] == ["surprise", "sadness", "joy", "surprise"]


def test_prompts_an_update_are_those_of_ours() -> None:
    settings = LoraSettings(batch_size=2, accumulation=8)
    found = llama_factory.configuration(settings, "m", "qwen3", 1, validated=False)
    per_update = [found["per_device_train_batch_size"], found["gradient_accumulation_steps"]]
    assert math.prod(int(n) for n in per_update) == 16
