"""A repository of demonstrations: a folder with labelled utterances and their vectors.

demos/
  manifest.json     counts, hashes, the encoder and its version, the corpora and their fingerprints
  entries.parquet   text, label, emotion, corpus, split, conversation, utterance, position, speaker
  vectors.npy       float32, a unit vector a row; a text without a token has the zero vector
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sentio.retrieval.entry import Entry

if TYPE_CHECKING:
    import polars as pl


class Source(BaseModel):
    """Where entries come from: a split of a corpus, the hash of its files, and how many were taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    split: str
    layer: str
    fingerprint: str
    entries: int


class Manifest(BaseModel):
    """`manifest.json`. `encoder` is the name (or the folder) it was built by, `files` the SHA-256 of each file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    encoder: str
    version: str
    width: int
    entries: int
    labels: dict[str, int]
    sources: tuple[Source, ...]
    files: dict[str, str]


@dataclass(frozen=True)
class Repository:
    """Labelled utterances and their vectors, row by row."""

    manifest: Manifest
    entries: "pl.DataFrame"
    vectors: NDArray[np.float32]
    """Shape (entries, width), unit length."""
    path: Path

    def __len__(self) -> int:
        return len(self.vectors)

    def entry(self, row: int) -> Entry:
        """The entry of a row."""
        return Entry(*self.entries.row(row))


def load(path: Path) -> Repository:
    """The repository in a folder.

    Raises `InputError` where there is none, a file is missing or damaged, or is another one than the manifest says.
    """
    raise NotImplementedError
