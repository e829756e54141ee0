"""A repository on disk: what is damaged, missing or of another make is told in one line."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sentio.errors import InputError
from sentio.retrieval import Repository, load
from sentio.retrieval.repository import hashed


@pytest.fixture
def folder(repository: Repository, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(repository.path, tmp_path / "demos"))


def retold(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes))


def test_what_is_loaded_is_what_was_built(repository: Repository) -> None:
    again = load(repository.path)
    assert again.manifest == repository.manifest
    assert again.entries.equals(repository.entries)
    np.testing.assert_array_equal(again.vectors, repository.vectors)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no repository of demonstrations; make one with: sentio demos build"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["entries.parquet", "vectors.npy"])
def test_files_that_are_missing_or_damaged(name: str, folder: Path) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name}: missing; build the repository again"):
        load(folder)
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=f"{name}: not the file that manifest.json speaks of"):
        load(folder)


@pytest.mark.parametrize("name", ["entries.parquet", "vectors.npy"])
def test_files_of_another_kind_under_the_right_hash(name: str, folder: Path) -> None:
    (folder / name).write_bytes(b"no such thing")
    files = json.loads((folder / "manifest.json").read_bytes())["files"]
    retold(folder, files=files | {name: hashed(folder / name)})
    with pytest.raises(InputError, match="damaged"):
        load(folder)


def test_a_pickle_is_never_read(folder: Path) -> None:
    np.save(folder / "vectors.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    files = json.loads((folder / "manifest.json").read_bytes())["files"]
    retold(folder, files=files | {"vectors.npy": hashed(folder / "vectors.npy")})
    with pytest.raises(InputError, match=r"damaged.*allow_pickle"):
        load(folder)


def test_vectors_of_another_number_than_entries(folder: Path, repository: Repository) -> None:
    np.save(folder / "vectors.npy", repository.vectors[1:], allow_pickle=False)
    files = json.loads((folder / "manifest.json").read_bytes())["files"]
    retold(folder, files=files | {"vectors.npy": hashed(folder / "vectors.npy")})
    with pytest.raises(InputError, match="entries and vectors are not those"):
        load(folder)


def test_manifests_that_are_damaged_or_of_another_format(folder: Path) -> None:
    retold(folder, format=2)
    with pytest.raises(InputError, match="a repository of format 2, this sentio reads 1"):
        load(folder)
    retold(folder, format=1, entries="many")
    with pytest.raises(InputError, match=r"manifest.json: damaged: entries"):
        load(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest.json: damaged"):
        load(folder)
