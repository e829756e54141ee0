"""A repository of demonstrations: a folder with labelled utterances and their vectors.

demos/
  manifest.json     counts, hashes, the encoder and its version, the corpora and their fingerprints
  entries.parquet   text, label, emotion, corpus, split, conversation, utterance, position, speaker
  vectors.npy       float32, a unit vector a row; a text without a token has the zero vector
  indexes/          what approximate indexes keep; may be deleted
"""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.errors import InputError
from sentio.retrieval.entry import Entry

if TYPE_CHECKING:
    import polars as pl

FORMAT = 1
"""Of the folder; another one is refused."""
FILES = ("entries.parquet", "vectors.npy")
MANIFEST = "manifest.json"
INDEXES = "indexes"


class Source(BaseModel):
    """Where entries come from: a layer of a split of a corpus, the hash of its files, and how many were taken.

    `left_out` are utterances without a label of their own: none, or several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    split: str
    layer: str
    fingerprint: str
    entries: int
    left_out: int = 0


class Manifest(BaseModel):
    """`manifest.json`. `encoder` is the name (or the folder) of what it was built by, `labels` how many entries each
    corpus's own label has, `files` the SHA-256 of each file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    encoder: str
    version: str
    width: int
    entries: int
    labels: dict[str, dict[str, int]]
    sources: tuple[Source, ...]
    files: dict[str, str]


@dataclass(frozen=True)
class Repository:
    """Labelled utterances and their vectors, row by row."""

    manifest: Manifest
    entries: "pl.DataFrame"
    """A column for each field of `Entry`."""
    vectors: NDArray[np.float32]
    """Shape (entries, width), unit length."""
    path: Path

    def __len__(self) -> int:
        return len(self.vectors)

    def entry(self, row: int) -> Entry:
        """The entry of a row."""
        return Entry(*self.entries.row(row))


def read(path: Path) -> Repository:
    """The repository in a folder.

    Raises `InputError` where there is none, a file is missing or damaged, or is not the one the manifest speaks of.
    """
    import polars as pl

    manifest = _manifest(path)
    for name in FILES:
        if not (path / name).is_file():
            raise InputError("missing; build the repository again", path=path / name)
        if hashed(path / name) != manifest.files.get(name):
            cause = "not the file that manifest.json speaks of; build the repository again"
            raise InputError(cause, path=path / name)
    try:
        entries = pl.read_parquet(path / "entries.parquet")
        vectors = np.load(path / "vectors.npy", allow_pickle=False)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise InputError(f"damaged: {error}", path=path) from error
    shapes = (len(entries), vectors.shape, tuple(entries.columns))
    if shapes != (manifest.entries, (manifest.entries, manifest.width), Entry._fields):
        raise InputError("entries and vectors are not those of manifest.json; build the repository again", path=path)
    return Repository(manifest, entries, vectors, path)


def written_by_build(folder: Path) -> bool:
    """Whether a folder is a repository and holds nothing else, so that nobody misses what is in it."""
    try:
        Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        return {path.name for path in folder.iterdir()} <= {*FILES, MANIFEST, INDEXES}
    except (OSError, ValidationError):
        return False


def hashed(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _manifest(path: Path) -> Manifest:
    place = path / MANIFEST
    if not place.is_file():
        raise InputError("no repository of demonstrations; make one with: sentio demos build", path=path)
    try:
        manifest = Manifest.model_validate_json(place.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        cause = f"damaged: {'.'.join(map(str, first['loc']))}: {first['msg']}; remove the folder and build it again"
        raise InputError(cause, path=place) from error
    if manifest.format != FORMAT:
        cause = f"a repository of format {manifest.format}, this sentio reads {FORMAT}; build it again"
        raise InputError(cause, path=place)
    return manifest
