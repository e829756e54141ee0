"""The words of many texts at once, as SQuAD compares them: numbers in one flat array instead of lists of strings.

A Python loop over pairs of texts spends its time on small lists and sets. Here Polars splits and numbers all
words, and NumPy counts what two texts share by sorting.
"""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

_DROPPED = ("", "a", "an", "the")
"""Articles, and what splitting leaves between two spaces."""

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def tokens(text: str) -> list[str]:
    """The words SQuAD compares: lower case, without ASCII punctuation, without articles.

    As `normalize_answer` in the evaluation script of SQuAD (Rajpurkar et al., EMNLP 2016).

    >>> tokens("The dog's at an exit!")
    ['dogs', 'at', 'exit']
    """
    return _ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split()


@dataclass(frozen=True)
class WordLists:
    """The words of all texts, one text after the other: `words` are numbers, shape (words,); `lengths` says how
    many each text has, shape (texts,)."""

    words: Counts
    lengths: Counts

    def same(self, other: "WordLists") -> NDArray[np.bool_]:
        """Whether each text has the words of the other's, in their order: shape (texts,)."""
        same: NDArray[np.bool_] = self.lengths == other.lengths
        mine, theirs = self.words[np.repeat(same, self.lengths)], other.words[np.repeat(same, other.lengths)]
        texts = np.repeat(np.flatnonzero(same), self.lengths[same])
        same[texts[mine != theirs]] = False
        return same

    def shared(self, other: "WordLists") -> Counts:
        """How many words each text shares with the other's, as multisets: shape (texts,)."""
        (mine, my_counts), (theirs, their_counts) = self._counted(), other._counted()
        place = np.searchsorted(theirs, mine)
        found = place < len(theirs)
        found[found] = theirs[place[found]] == mine[found]
        common = np.minimum(my_counts[found], their_counts[place[found]])
        texts = mine[found] >> 32
        return np.bincount(texts, weights=common, minlength=len(self.lengths)).astype(np.int64)

    def _counted(self) -> tuple[Counts, Counts]:
        """The distinct words of each text, as text << 32 | word in ascending order, and how often each occurs."""
        keys = np.repeat(np.arange(len(self.lengths)) << 32, self.lengths) | self.words
        # A stable sort: it takes advantage of the texts being in order already.
        keys.sort(kind="stable")
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        return keys[first], np.diff(first, append=len(keys))


def paired_words(gold: Sequence[str], predicted: Sequence[str]) -> tuple[WordLists, WordLists]:
    """The `tokens` of both sides' texts, numbered alike.

    >>> gold, predicted = paired_words(["The dog barked"], ["a dog, a big dog"])
    >>> gold.lengths, predicted.lengths, gold.shared(predicted)
    (array([2]), array([3]), array([1]))
    """
    import polars as pl

    # The first line tells the numbers of what is dropped.
    lines = pl.Series([" ".join(_DROPPED) + "\n" + _plain([*gold, *predicted])]).str.split("\n").explode()
    split = lines.str.split(" ")
    numbers = split.explode().cast(pl.Categorical).to_physical().to_numpy()
    texts = np.repeat(np.arange(-1, len(split) - 1), split.list.len().to_numpy())
    kept = np.logical_and.reduce([numbers != dropped for dropped in numbers[: len(_DROPPED)]])
    words, lengths = numbers[kept].astype(np.int64), np.bincount(texts[kept], minlength=len(split) - 1)
    middle = lengths[: len(gold)].sum()
    return WordLists(words[:middle], lengths[: len(gold)]), WordLists(words[middle:], lengths[len(gold) :])


def _plain(texts: Sequence[str]) -> str:
    """Texts in lower case and without punctuation, a line each, whose words have spaces between and may be articles."""
    lines = "\n".join(texts)
    if lines.count("\n") >= len(texts):
        lines = "\n".join(text.replace("\n", " ") for text in texts)
    # Bytes of ASCII are no part of other characters in UTF-8; half a surrogate pair passes as it is.
    kept = lines.lower().encode("utf-8", "surrogatepass").translate(None, string.punctuation.encode())
    plain = kept.decode("utf-8", "surrogatepass")
    if plain.isascii() and plain.replace("\n", " ").isprintable():
        return plain
    # Only in printable ASCII do spaces alone bound words and articles.
    plain = "\n".join(
        line if line.isascii() and line.isprintable() else " ".join(_ARTICLE.sub(" ", line).split())
        for line in plain.split("\n")
    )
    # Polars would not take half a surrogate pair; with a backslash it is like no word, as those are punctuation.
    return plain.encode("utf-8", "backslashreplace").decode()
