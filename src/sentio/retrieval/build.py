"""Builds a repository from corpora and tables."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sentio.retrieval.repository import Repository

Progress = Callable[[str, int], None]
"""Gets what is being done and how many more utterances are done."""


def build(
    sources: Sequence[str],
    out: Path,
    *,
    encoder: str = "minilm",
    data: Path | None = None,
    progress: Progress = lambda stage, done: None,
) -> Repository:
    """Write a repository of all labelled utterances of `sources` ("meld:train", "mine.csv") to the folder `out`.

    Written beside its place and moved there when it is whole. Encoding goes on where a killed call was. Raises
    `InputError` for a source without labels or one that cannot be read, and `OutputError` where `out` cannot be
    written or holds something else.
    """
    raise NotImplementedError
