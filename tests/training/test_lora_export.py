"""A tuned model elsewhere: merged it answers as base and adapter do; a taken folder is left alone."""

from pathlib import Path

import pytest

from sentio.errors import LanguageModelError, OutputError, SentioError, UnknownName

pytest.importorskip("trl")

from sentio.recognition.exporting import export
from sentio.training.lora_export import write_adapter, write_merged


@pytest.fixture(scope="module")
def adapter(tiny_qwen3: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from sentio.training.lora_model import load_base, with_lora
    from sentio.training.lora_settings import LoraSettings
    from sentio.training.lora_validation import keep

    settings = LoraSettings(rank=4, nf4=False)
    model = with_lora(load_base(tiny_qwen3, settings), settings, seed=1)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(5)) * 0.1
    folder = tmp_path_factory.mktemp("adapters") / "seed-1"
    keep(model, folder)
    keep(model, folder)  # again, over the first
    return folder


def test_a_merged_model_says_what_base_and_adapter_say(adapter: Path, tiny_qwen3: Path, tmp_path: Path) -> None:
    import torch

    from sentio.llms.checkpoint import load_checkpoint

    write_merged(adapter, tiny_qwen3, tmp_path / "merged")
    assert not (tmp_path / "merged.partial").exists()
    ids = torch.arange(3, 40)[None]
    with torch.no_grad():
        found = load_checkpoint(tmp_path / "merged").model(input_ids=ids).logits
        expected = load_checkpoint(adapter).model(input_ids=ids).logits
        base = load_checkpoint(tiny_qwen3).model(input_ids=ids).logits
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert (base - expected).abs().max() > 0.1


def test_an_adapter_goes_with_its_tokenizer_and_tells_its_rank(adapter: Path, tiny_qwen3: Path, tmp_path: Path) -> None:
    assert write_adapter(adapter, tiny_qwen3, tmp_path / "served") == 4
    assert {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= {
        path.name for path in (tmp_path / "served").iterdir()
    }


def test_a_folder_that_holds_something_is_left_alone(adapter: Path, tiny_qwen3: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    for write in (write_merged, write_adapter):
        with pytest.raises(OutputError, match="holds something already"):
            write(adapter, tiny_qwen3, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_without_a_name_is_told(
    adapter: Path, tiny_qwen3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for write in (write_merged, write_adapter):
        with pytest.raises(OutputError, match=r"^\.: the folder needs a name of its own"):
            write(adapter, tiny_qwen3, Path("."))
    assert not list(tmp_path.iterdir())


def test_an_adapter_whose_base_is_gone_is_told(adapter: Path, tiny_qwen3: Path, tmp_path: Path) -> None:
    import shutil

    lonely = tmp_path / "lonely"
    shutil.copytree(adapter, lonely)
    config = lonely / "adapter_config.json"
    config.write_text(config.read_text().replace(str(tiny_qwen3), "gone/model"))
    with pytest.raises(LanguageModelError, match="adapts gone/model, and there is no such folder"):
        write_merged(lonely, tiny_qwen3, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_what_cannot_be_exported_is_told(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.toml").write_text('system = "mini"\n')
    with pytest.raises(SentioError, match="a run of 'mini' is used as it is: --system"):
        export(run, "merged", tmp_path / "out")
    (run / "config.toml").write_text('system = "prc_emo"\n')
    with pytest.raises(UnknownName, match="unknown form of export 'onnx'"):
        export(run, "onnx", tmp_path / "out")
    with pytest.raises(SentioError, match="is the training finished"):
        export(run, "merged", tmp_path / "out")
