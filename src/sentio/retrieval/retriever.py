"""Demonstrations for utterances: queries in, the most similar entries that may be shown out.

    retriever = Retriever(load(Path("demos")), target=Target("meld", SPACES["meld"].labels))
    for conversation in conversations:
        hits = retriever.retrieve(queries(conversation, "meld"))     # a tuple of hits an utterance

Encoding is what takes time. Texts that stand in the repository have their vectors from it, others are encoded
together; so hand over many queries at once, a corpus and not an utterance.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sentio import encoders
from sentio.encoders.base import TextEncoder
from sentio.errors import InputError
from sentio.files.writers.output import reported
from sentio.indexes.base import Index, IndexModule, Neighbours
from sentio.registry import find
from sentio.retrieval import reranking
from sentio.retrieval.context import TURNS, beside, faded
from sentio.retrieval.entry import Hit, Query
from sentio.retrieval.exclusion import Excluded
from sentio.retrieval.kinship import kin
from sentio.retrieval.options import Retrieval
from sentio.retrieval.repository import INDEXES, Repository
from sentio.retrieval.selection import selected
from sentio.retrieval.unification import rendered

Vectors = NDArray[np.float32]

BATCH = 4096
"""Queries worked on together."""
POOL = 30
"""Candidates among which is chosen, where not simply the first k are."""
LESSONS = 3000
"""Entries from which that order is learned, spread evenly over the repository."""


@dataclass(frozen=True)
class Target:
    """What demonstrations are for: a corpus (None: none of the known) and the labels that may be answered,
    in their order."""

    corpus: str | None
    labels: tuple[str, ...]


class Retriever:
    """Finds demonstrations in a repository for a target; without one every label is shown as it is."""

    def __init__(
        self,
        repository: Repository,
        target: Target | None = None,
        options: Retrieval | None = None,
        encoder: TextEncoder | None = None,
    ) -> None:
        """Choose the entries that may be shown and open the index; the encoder is opened for the first text that
        does not stand in the repository.

        Raises `InputError` where `encoder` is another than the repository was built by, or no entry is left;
        `UnknownName` for an unknown index, `MissingExtra` where it needs one.
        """
        self.repository, self.target, self.options = repository, target, options or Retrieval()
        if encoder is not None:
            _require_same(repository, encoder)
        self._encoder = encoder
        entries = repository.entries
        self.labels = _labels(repository, target, self.options)
        self._rows = np.flatnonzero([label is not None for label in self.labels])
        if not len(self._rows):
            raise InputError(_nothing_left(target, self.options), path=repository.path)
        places = entries.select("text", "corpus", "conversation", "position").rows()
        self._excluded = Excluded([places[row] for row in self._rows], self.options.exclude)
        self._row_of_text = {text: row for row, (text, *_) in enumerate(places)}

    labels: tuple[str | None, ...]
    """The label of each row of the repository in the target's words; None of those never shown."""

    def retrieve(self, wanted: Sequence[Query]) -> list[tuple[Hit, ...]]:
        """The hits of each query, the best first; fewer than k where there are no more, none for an empty text."""
        found = self.neighbours(wanted)
        entry = self.repository.entry
        return [
            tuple(
                Hit(entry(int(row)), int(row), cast(str, self.labels[row]), float(similarity))
                for row, similarity in zip(rows, similarities, strict=True)
                if row >= 0
            )
            for rows, similarities in zip(*found, strict=True)
        ]

    def neighbours(self, wanted: Sequence[Query]) -> Neighbours:
        """As `retrieve`, as arrays of shape (queries, k): rows of the repository (-1: none) and similarities.

        With `repository.vectors[rows]` and `labels` this is the evidence of a neural model.
        """
        rows = np.full((len(wanted), self.options.k), -1, np.int64)
        similarities = np.zeros((len(wanted), self.options.k), np.float32)
        for start in range(0, len(wanted), BATCH):
            part = slice(start, start + BATCH)
            rows[part], similarities[part] = self._batch(wanted[part])
        return Neighbours(rows, similarities)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (texts, width): the repository's where it has the text, else the encoder's.

        Raises `InputError` where the encoder is not what the repository was built by.
        """
        vectors = np.empty((len(texts), self.repository.manifest.width), np.float32)
        rows = np.array([self._row_of_text.get(text, -1) for text in texts], np.int64)
        vectors[rows >= 0] = self.repository.vectors[rows[rows >= 0]]
        unknown = [text for text, row in zip(texts, rows, strict=True) if row < 0]
        if unknown:
            vectors[rows < 0] = self._opened().encode(unknown)
        return vectors

    def _batch(self, wanted: Sequence[Query]) -> Neighbours:
        options = self.options
        chosen = options.rerank or options.diversity > 0 or options.per_label is not None
        asked, found = self._candidates(wanted, max(options.k, POOL) if chosen else options.k)
        if chosen:
            found = self._selected(found)
        rows = np.full((len(wanted), options.k), -1, np.int64)
        similarities = np.zeros((len(wanted), options.k), np.float32)
        rows[asked], similarities[asked] = found
        return Neighbours(rows, similarities)

    def _candidates(self, wanted: Sequence[Query], count: int) -> tuple[NDArray[np.int64], Neighbours]:
        """Which queries have a text, and the most similar entries of these."""
        texts = self.encode([query.text for query in wanted])
        vectors = beside(texts, self._contexts(wanted), self.options.context) if self.options.context else texts
        asked = np.flatnonzero(texts.any(axis=1))
        excluded = [self._excluded.rows(wanted[query]) for query in asked.tolist()]
        found = self._index.search(vectors[asked], count, excluded)
        return asked, Neighbours(np.where(found.rows >= 0, self._rows[found.rows], -1), found.similarities)

    def _selected(self, found: Neighbours) -> Neighbours:
        options = self.options
        rows = np.full((len(found.rows), options.k), -1, np.int64)
        similarities = np.zeros((len(found.rows), options.k), np.float32)
        worth = self._reranker.worth(self._features(found)) if options.rerank else found.similarities
        for query, (candidates, values) in enumerate(zip(*found, strict=True)):
            there = candidates[candidates >= 0]
            labels = [cast(str, self.labels[row]) for row in there]
            vectors, limits = self.repository.vectors[there], (options.k, options.diversity, options.per_label)
            places = selected(worth[query, : len(there)], vectors, labels, *limits)
            rows[query, : len(places)], similarities[query, : len(places)] = there[places], values[places]
        return Neighbours(rows, similarities)

    def _features(self, found: Neighbours) -> NDArray[np.float64]:
        codes = np.where(found.rows >= 0, self._codes[found.rows], -1)
        return reranking.features(found.similarities, codes, np.bincount(self._codes[self._rows]) / len(self._rows))

    @cached_property
    def _reranker(self) -> reranking.Reranker:
        """Learned from entries of the target's corpus, or from all where it holds none of it."""
        corpus = self.target.corpus if self.target else None
        places = self.repository.entries["corpus"].to_list()
        own = [row for row in self._rows.tolist() if places[row] == corpus] or self._rows.tolist()
        lessons = own[:: -(-len(own) // LESSONS)]
        asked, found = self._candidates([self._question(row) for row in lessons], POOL)
        right = self._codes[found.rows] == self._codes[np.array(lessons)[asked], None]
        there = found.rows >= 0
        return reranking.fit(self._features(found)[there], right[there])

    def _question(self, row: int) -> Query:
        """An entry as a query, with what was said before it."""
        entry = self.repository.entry(row)
        first = row - min(int(self._depths[row]), TURNS) if self.options.context else row
        context = tuple(self.repository.entry(place).text for place in range(first, row))
        return Query(entry.text, entry.corpus, entry.conversation, entry.position, entry.speaker, context)

    @cached_property
    def _depths(self) -> NDArray[np.int64]:
        """How many entries of its conversation stand before each."""
        depths = np.zeros(len(self.repository), np.int64)
        places = self.repository.entries.select("corpus", "split", "conversation").rows()
        for row in range(1, len(places)):
            depths[row] = depths[row - 1] + 1 if places[row] == places[row - 1] else 0
        return depths

    @cached_property
    def _codes(self) -> NDArray[np.int64]:
        """A number for the label of each row; -1 of those never shown."""
        names = {label: code for code, label in enumerate(dict.fromkeys(filter(None, self.labels)))}
        return np.array([names.get(label, -1) if label else -1 for label in self.labels], np.int64)

    def _contexts(self, wanted: Sequence[Query]) -> Vectors:
        """A vector of what was said before each query, shape (queries, width), zero where nothing was."""
        before = [query.context[-TURNS:] for query in wanted]
        texts = list(dict.fromkeys(text for turns in before for text in turns))
        vectors = dict(zip(texts, self.encode(texts), strict=True))
        width = self.repository.manifest.width
        return np.array([faded([vectors[text] for text in turns], width) for turns in before], np.float32)

    def _contexts_of_entries(self) -> Vectors:
        """A vector of the labelled utterances before each entry, shape (entries, width)."""
        vectors, width = self.repository.vectors, self.repository.manifest.width
        firsts = np.arange(len(vectors)) - np.minimum(self._depths, TURNS)
        return np.array([faded(list(vectors[first:row]), width) for row, first in enumerate(firsts)], np.float32)

    def _opened(self) -> TextEncoder:
        if self._encoder is None:
            encoder = encoders.load(self.repository.manifest.encoder)
            _require_same(self.repository, encoder)
            self._encoder = encoder
        return self._encoder

    @cached_property
    def _index(self) -> Index:
        """The index of the rows that may be shown; what it keeps on disk lies beside the repository's files."""
        vectors = self.repository.vectors
        if self.options.context:
            vectors = beside(vectors, self._contexts_of_entries(), self.options.context)
        vectors = vectors[self._rows] if len(self._rows) < len(vectors) else vectors
        component = find("indexes", self.options.index)
        key = sha256(repr((self.options.context, self._rows.tobytes())).encode()).hexdigest()[:16]
        folder = self.repository.path / INDEXES / f"{component.id}-{key}"
        with component.extra_named():
            return _open_index(cast(IndexModule, component.load()), vectors, folder)


def _open_index(module: IndexModule, vectors: Vectors, folder: Path) -> Index:
    """The index in the folder, or one built now; what is killed while it builds leaves none."""
    if folder.is_dir():
        return module.load(vectors, folder)
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    with reported(folder):
        built = module.build(vectors, partial)
        if not partial.is_dir():
            return built
        if not folder.is_dir():  # another process may have been faster
            partial.rename(folder)
        shutil.rmtree(partial, ignore_errors=True)
    return module.load(vectors, folder)


def _labels(repository: Repository, target: Target | None, options: Retrieval) -> tuple[str | None, ...]:
    pairs = repository.entries.select("label", "corpus").rows()
    if target is None:
        return tuple(label for label, _ in pairs)
    banned = kin(target.corpus) if target.corpus and not options.shared else frozenset[str]()
    words = {
        (label, corpus): None if corpus in banned else rendered(label, corpus, target.labels, options.labels)
        for label, corpus in set(pairs)
    }
    return tuple(words[pair] for pair in pairs)


def _nothing_left(target: Target | None, options: Retrieval) -> str:
    if target is None:
        return "the repository is empty"
    labels = f"no entry has a counterpart among {', '.join(target.labels)}"
    shared = f", or all are of corpora that share conversations with {target.corpus}" if not options.shared else ""
    return f'{labels}{shared}; take other corpora, or labels = "show" or shared = true'


def _require_same(repository: Repository, encoder: TextEncoder) -> None:
    built = repository.manifest
    if (encoder.version, encoder.width) != (built.version, built.width):
        cause = f"built by {built.encoder} {built.version}, not by {encoder.name} {encoder.version}"
        raise InputError(f"{cause}; build it again or use its encoder", path=repository.path)
