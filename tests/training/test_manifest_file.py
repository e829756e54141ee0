"""Manifests of model folders: what is read, and what is said of those that are not there or damaged."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from sentio.errors import SentioError
from sentio.training.manifest_file import read_manifest, require_files


class Model(BaseModel):
    seeds: list[int]


def test_a_manifest_is_read_or_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    with pytest.raises(SentioError, match=r"model\.json is missing; is the training finished\?"):
        read_manifest(path, Model)
    path.write_text('{"seeds": [1, "two"]}')
    with pytest.raises(SentioError, match=r"model\.json: seeds\.1: input should be a valid integer"):
        read_manifest(path, Model)
    path.write_text('{"seeds": [1, 2]}')
    assert read_manifest(path, Model).seeds == [1, 2]


def test_a_model_without_all_its_files_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    require_files([tmp_path / "one"])
    with pytest.raises(SentioError, match=r"no complete model at .*: two is missing"):
        require_files([tmp_path / "one", tmp_path / "two"])
