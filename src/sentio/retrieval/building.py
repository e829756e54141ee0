"""Builds a repository from corpora and tables."""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio import corpora, encoders
from sentio.corpora.sources import label_layer, open_source
from sentio.encoders.base import TextEncoder
from sentio.errors import InputError, OutputError
from sentio.files.writers.output import reported
from sentio.retrieval.entry import Entry
from sentio.retrieval.repository import FILES, MANIFEST, Manifest, Repository, Source, hashed, read, written_by_build
from sentio.retrieval.unification import emotion

Progress = Callable[[str, int], None]
"""Gets what is being done and how many more utterances are done."""

CHUNK = 1024
"""Texts encoded between two writes: what a killed build loses at most."""
KEPT = re.compile(r"[0-9a-f]{24}\.(npy|writing)")
"""Names of these writes."""


def build(
    sources: Sequence[str],
    out: Path,
    *,
    encoder: str = "minilm",
    data: Path | None = None,
    progress: Progress = lambda stage, done: None,
) -> Repository:
    """Write a repository of all labelled utterances of `sources` ("meld:train", "mine.csv") to the folder `out`.

    Written beside its place and moved there when it is whole; a repository that is there is replaced. Encoding goes
    on where a killed call was. Raises `InputError` for a source without labels or one that cannot be read, and
    `OutputError` where `out` cannot be written or holds something else.
    """
    place = _place(out)
    entries, taken = _entries(sources, data, progress)
    model = encoders.load(encoder)
    partial = _partial(place)
    with reported(partial):
        partial.mkdir(parents=True, exist_ok=True)
        vectors = _encoded(model, [entry.text for entry in entries], partial, progress)
        _write(partial, entries, vectors, model, taken)
        _move(partial, place)
    return read(place)


def _place(out: Path) -> Path:
    """Where the repository goes, as a whole path; raises `OutputError` where anything there, or beside it under a
    name that a build uses, was not written by one: all of these are replaced or removed."""
    place = out.resolve()
    if Path.cwd().is_relative_to(place):
        raise OutputError(f"{out}: you are in this folder, and a build replaces it; name another one with --out")
    if place.exists() and not place.is_dir():
        raise OutputError(f"{out}: is a file; name a folder with --out")
    with reported(place):
        for folder in (place, _former(place)):
            if folder.is_dir() and any(folder.iterdir()) and not written_by_build(folder):
                raise OutputError(f"{folder}: holds other files than a repository; name a new folder with --out")
        partial = _partial(place)
        names = {path.name for path in partial.iterdir()} - {*FILES, MANIFEST} if partial.is_dir() else set()
    if not all(map(KEPT.fullmatch, names)):
        raise OutputError(f"{partial}: holds other files than a build that was stopped; name a new folder with --out")
    return place


def _partial(place: Path) -> Path:
    """Where a build writes what is not yet whole."""
    return place.with_name(f"{place.name}.partial")


def _former(place: Path) -> Path:
    """Where the repository that is replaced stands for a moment."""
    return place.with_name(f"{place.name}.former")


def _entries(sources: Sequence[str], data: Path | None, progress: Progress) -> tuple[list[Entry], tuple[Source, ...]]:
    """All entries in the order of the sources, and what was taken of each."""
    # All are opened first: a name that is misspelt is told before anything is read.
    opened = [(source, *open_source(source, data)) for source in sources]
    if not opened:
        raise InputError("no source is named; say --corpus CORPUS:SPLIT or the name of a table")
    entries: list[Entry] = []
    taken: list[Source] = []
    for source, corpus, split in opened:
        layer = label_layer(corpus.card, corpus.name)
        if any((corpus.name, split) == (other.corpus, other.split) for other in taken):
            raise InputError(f"{corpus.name}:{split} is named twice; each source once")
        before, left_out = len(entries), 0
        for found, without in _labelled(corpus, split, layer):
            entries += found
            left_out += without
            progress(f"read {source}", len(found))
        if len(entries) == before:
            raise InputError(f"{source} has no utterance with one label in its layer {layer!r}")
        taken.append(
            Source(
                corpus=corpus.name,
                split=split,
                layer=layer,
                fingerprint=corpus.fingerprint(split),
                entries=len(entries) - before,
                left_out=left_out,
            )
        )
    return entries, tuple(taken)


def _labelled(corpus: corpora.Corpus, split: str, layer: str) -> Iterator[tuple[list[Entry], int]]:
    """The entries of each conversation, and how many of its utterances have no label or several."""
    for item in corpus.conversations(split):
        gold, found = item.gold.get(layer, {}), []
        for position, said in item.conversation.indexed():
            value = gold.get(said.id)
            label = value[0] if isinstance(value, tuple) and len(value) == 1 else value
            if isinstance(label, str):
                place = (corpus.name, split, item.id, said.id, position)
                found.append(Entry(said.text, label, emotion(label), *place, said.speaker))
        yield found, len(item.conversation) - len(found)


def _encoded(model: TextEncoder, texts: Sequence[str], partial: Path, progress: Progress) -> NDArray[np.float32]:
    """Vectors of the texts, shape (texts, width), chunk by chunk; each chunk is on disk before the next one."""
    parts = [np.empty((0, model.width), np.float32)]
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        # The name says what is in it: a chunk of other texts or of another encoder is never taken for this one.
        key = sha256("\0".join([model.version, *chunk]).encode("utf8", "surrogatepass")).hexdigest()[:24]
        path = partial / f"{key}.npy"
        vectors = _kept(path, (len(chunk), model.width))
        if vectors is None:
            vectors = model.encode(chunk)
            beside = path.with_suffix(".writing")
            with beside.open("wb") as file:
                np.save(file, vectors, allow_pickle=False)
            beside.replace(path)
        parts.append(vectors)
        progress(f"encode by {model.name}", len(chunk))
    return np.concatenate(parts)


def _kept(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """A chunk of a killed build; None where there is none, or none that is whole."""
    with suppress(OSError, ValueError):
        vectors: NDArray[np.float32] = np.load(path, allow_pickle=False)
        if vectors.shape == shape and vectors.dtype == np.float32:
            return vectors
    return None


def _write(
    folder: Path, entries: Sequence[Entry], vectors: NDArray[np.float32], model: TextEncoder, taken: tuple[Source, ...]
) -> None:
    import polars as pl

    schema = {name: pl.Int64 if name == "position" else pl.String for name in Entry._fields}
    # A lone surrogate, as broken JSON has it, is no character: it is kept as "?".
    rows = [[c.encode("utf8", "replace").decode() if isinstance(c, str) else c for c in entry] for entry in entries]
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "entries.parquet")
    np.save(folder / "vectors.npy", vectors, allow_pickle=False)
    labels = Counter((entry.corpus, entry.label) for entry in entries)
    manifest = Manifest(
        encoder=model.name,
        version=model.version,
        width=model.width,
        entries=len(entries),
        labels={name: {label: n for (of, label), n in labels.most_common() if of == name} for name, _ in labels},
        sources=taken,
        files={name: hashed(folder / name) for name in FILES},
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", "utf8")


def _move(partial: Path, out: Path) -> None:
    """Put the whole repository in its place, and an earlier one away."""
    for path in partial.iterdir():
        if path.name not in (*FILES, MANIFEST):
            path.unlink()
    former = _former(out)
    shutil.rmtree(former, ignore_errors=True)
    if out.exists():
        out.rename(former)
    partial.rename(out)
    shutil.rmtree(former, ignore_errors=True)
