"""The model of the tests loads as any other, and is the same each time it is made."""

from pathlib import Path

from tests.tiny_qwen3 import build


def test_it_loads_as_any_other_model(tiny_qwen3: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny_qwen3)
    tokenizer = AutoTokenizer.from_pretrained(tiny_qwen3)
    assert model.config.model_type == "qwen3"
    assert model.config.vocab_size == len(tokenizer)
    assert tokenizer.eos_token == "<|im_end|>"
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi"}], tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    assert text == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_the_same_seed_makes_the_same_bytes(tiny_qwen3: Path, tmp_path: Path) -> None:
    again = build(tmp_path / "again")
    assert {file.name for file in again.iterdir()} == {file.name for file in tiny_qwen3.iterdir()}
    for file in tiny_qwen3.iterdir():
        assert file.read_bytes() == (again / file.name).read_bytes(), file.name
    other = build(tmp_path / "other", seed=1)
    assert (other / "model.safetensors").read_bytes() != (tiny_qwen3 / "model.safetensors").read_bytes()
