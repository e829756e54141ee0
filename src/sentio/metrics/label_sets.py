"""Sets of labels of many samples at once: flat arrays of label numbers, and sets as 64-bit words.

A Python loop over samples spends its time on small sets. Here every distinct label is looked at once;
the set of a sample is the union (bitwise or) of its labels' bits, and a set's size is a popcount.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError

Words = NDArray[np.uint64]

SAMPLES_AT_ONCE = 1 << 12
"""Samples whose sets are compared at a time: bounds memory, not results; what is compared stays in the processor."""


class Vocabulary(dict[str, int]):
    """Numbers words in the order in which they are first looked up, whatever their case and margins.

    Raises `ScoreError` for what is no word, and for a blank one.

    >>> vocabulary = Vocabulary()
    >>> [vocabulary[label] for label in ("happy", "sad", " Happy")], vocabulary.words
    ([0, 1, 0], ['happy', 'sad'])
    """

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def __missing__(self, label: str) -> int:
        if not isinstance(label, str) or not label.strip():
            raise ScoreError(f"a label must be a word, not {label!r}")
        word = label.strip().lower()
        if word == label:
            self.words.append(word)
            number = len(self.words) - 1
        else:
            number = self[word]
        self[label] = number
        return number


@dataclass(frozen=True)
class LabelLists:
    """The label lists of all samples, one after the other: `labels` numbers them in a vocabulary, shape
    (labels,); `lengths` says how many each sample has, shape (samples,)."""

    labels: NDArray[np.int32]
    lengths: NDArray[np.int64]

    def parts(self) -> Iterator["LabelLists"]:
        """The lists of `SAMPLES_AT_ONCE` samples after those of as many others."""
        ends = np.concatenate([[0], np.cumsum(self.lengths)])
        for start in range(0, len(self.lengths), SAMPLES_AT_ONCE):
            lengths = self.lengths[start : start + SAMPLES_AT_ONCE]
            yield LabelLists(self.labels[ends[start] : ends[start + len(lengths)]], lengths)

    def united(self, bits: Words) -> Words:
        """The union of the bits of each sample's labels, shape (samples,), for bits of shape (vocabulary,)."""
        # A sample without labels begins where the next one does, the last one behind the end.
        flat = np.append(bits[self.labels], np.uint64(0))
        sets: Words = np.bitwise_or.reduceat(flat, np.cumsum(self.lengths) - self.lengths)
        sets[self.lengths == 0] = 0
        return sets

    @cached_property
    def _occurrences(self) -> NDArray[np.int64]:
        """How often each label occurs, up to the last one that does."""
        return np.bincount(self.labels)

    def share(self, marked: NDArray[np.bool_]) -> float:
        """The share, 0..1, of all labels, repeated ones too, that are marked in the vocabulary; NaN without labels."""
        if not len(self.labels):
            return float("nan")
        occurrences = self._occurrences
        return float(occurrences[marked[: len(occurrences)]].sum() / len(self.labels))

    def count(self, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many different labels of each sample are marked in the vocabulary, shape (samples,)."""
        samples = np.repeat(np.arange(len(self.lengths)), self.lengths)
        kept = marked[self.labels]
        pairs = np.unique(samples[kept] * len(marked) + self.labels[kept])
        return np.bincount(pairs // max(len(marked), 1), minlength=len(self.lengths))


def label_lists(samples: Sequence[Collection[str]], vocabulary: Vocabulary) -> LabelLists:
    """Number the labels of all samples, extending the vocabulary.

    Raises `ScoreError` for a sample that is no collection of words: text must be parsed first.
    """
    if any(issubclass(kind, str) for kind in set(map(type, samples))):
        raise ScoreError("the labels of a sample must be a list of words, not text; parse_labels reads text")
    try:
        lengths = np.fromiter(map(len, samples), dtype=np.int64, count=len(samples))
        numbers = map(vocabulary.__getitem__, chain.from_iterable(samples))
        labels = np.fromiter(numbers, dtype=np.int32, count=int(lengths.sum()))
    except TypeError as error:
        raise ScoreError(f"the labels of a sample must be a list of words: {error}") from error
    return LabelLists(labels, lengths)


def check_paired(gold: Sequence[object], predicted: Sequence[object]) -> None:
    """Raises `ScoreError` unless there are samples, as many gold as predicted ones."""
    if not (hasattr(gold, "__len__") and hasattr(predicted, "__len__")):
        raise ScoreError("gold and predicted samples are lists, one item a sample")
    if len(gold) != len(predicted):
        raise ScoreError(f"{len(gold)} gold samples against {len(predicted)} predicted ones")
    if not len(gold):
        raise ScoreError("no samples to score")


@dataclass(frozen=True)
class Bits:
    """Names of groupings as bits, laid out one grouping after the other over as many words as it takes.

    `table` has the bits of every label, shape (words, vocabulary); `masks` has each grouping's, shape (words,).
    """

    table: Words
    masks: Mapping[str, Words]

    def mapped(self, grouping: str) -> NDArray[np.bool_]:
        """Which labels of the vocabulary have a name in the grouping: shape (vocabulary,)."""
        known: NDArray[np.bool_] = np.any(self.table & self.masks[grouping][:, None], axis=0)
        return known


def as_bits(names: Mapping[str, Sequence[str | None]]) -> Bits:
    """Bits for the names that the labels of a vocabulary have in each grouping (None: dropped)."""
    numbers = {
        grouping: {name: bit for bit, name in enumerate(sorted({name for name in of_labels if name is not None}))}
        for grouping, of_labels in names.items()
    }
    words = -(-sum(map(len, numbers.values())) // 64)
    labels = len(next(iter(names.values())))
    table = np.zeros((words, labels), dtype=np.uint64)
    masks, offset = {}, 0
    for grouping, of_labels in names.items():
        masks[grouping] = np.zeros(words, dtype=np.uint64)
        for bit in range(offset, offset + len(numbers[grouping])):
            masks[grouping][bit // 64] |= _bit(bit)
        for label, name in enumerate(of_labels):
            if name is not None:
                bit = offset + numbers[grouping][name]
                table[bit // 64, label] |= _bit(bit)
        offset += len(numbers[grouping])
    return Bits(table, masks)


def _bit(number: int) -> np.uint64:
    return np.uint64(1 << number % 64)


@dataclass(frozen=True)
class Overlap:
    """Sizes of the mapped sets of each sample: of both together, of the gold and of the predicted one."""

    common: NDArray[np.int32]
    gold: NDArray[np.int32]
    predicted: NDArray[np.int32]


def overlaps(gold: LabelLists, predicted: LabelLists, bits: Bits) -> dict[str, Overlap]:
    """The overlap of gold and predicted sets in every grouping of `bits`."""
    parts = [_sizes(*part, bits) for part in zip(gold.parts(), predicted.parts(), strict=True)]
    return {grouping: Overlap(*np.concatenate([part[grouping] for part in parts], axis=1)) for grouping in bits.masks}


def _sizes(gold: LabelLists, predicted: LabelLists, bits: Bits) -> dict[str, NDArray[np.int32]]:
    """Sizes of the common, gold and predicted sets in every grouping, shape (3, samples)."""
    sizes = {grouping: np.zeros((3, len(gold.lengths)), dtype=np.int32) for grouping in bits.masks}
    for word, table in enumerate(bits.table):
        of_gold, of_predicted = gold.united(table), predicted.united(table)
        sets = np.stack([of_gold & of_predicted, of_gold, of_predicted])
        for grouping, masks in bits.masks.items():
            if masks[word]:
                sizes[grouping] += np.bitwise_count(sets & masks[word])
    return sizes
