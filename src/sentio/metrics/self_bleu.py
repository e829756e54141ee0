"""Self-BLEU: how much the texts of a collection sound like one another (Zhu et al., SIGIR 2018, Texygen)."""

from collections.abc import Sequence
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.inputs import check_texts
from sentio.metrics.text import Bleu

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FLOOR = 0.1
"""Matches counted where a text shares no n-gram of an order: `method1` of NLTK, which Texygen takes."""


def self_bleu(texts: Sequence[str], *, order: int = 4) -> Bleu:
    """The mean BLEU of each text with all others as its references, range 0..100; less is more diverse.

    Exact, in time linear in the tokens but for sorting: of each n-gram the two largest counts of a text are kept, so
    that "the most in any other text" is known for every text at once. Where the release takes the first 500 texts,
    nothing is left out here. Tokens are separated by white space; a text of fewer tokens than `order` is scored by the
    n-grams it has, where the release floors these as well; the brevity penalty is by the reference of the closest
    length, the shorter of two. Texts without tokens are passed over. The value rises as a collection grows: compare
    only collections of one size and tokenisation.

    Raises `ScoreError` for fewer than two texts with tokens and for what is no text.

    >>> self_bleu(["so glad you came", "so glad you came", "never mind"], order=2).score.__round__(2)
    66.67
    """
    check_texts(texts, "texts")
    if order < 1:
        raise ScoreError(f"BLEU counts n-grams of 1 token or more, not {order}")
    rows = [tokens for text in texts if (tokens := text.split())]
    if len(rows) < 2:
        raise ScoreError("self-BLEU compares texts: at least two with tokens are needed")
    lengths = np.array([len(tokens) for tokens in rows], dtype=np.int64)
    exponents, known = np.zeros(len(rows)), np.ones(len(rows), dtype=bool)
    for n, matched in enumerate(_matched(rows, lengths, order), start=1):
        long = lengths >= n
        exponents[long] += np.log(np.where(matched > 0, matched, FLOOR)[long] / (lengths - n + 1)[long])
        # A text without a word of any other one shares nothing: there the floor does not count.
        known &= (matched > 0) | (n > 1)
    scores = np.exp(exponents / np.minimum(lengths, order) + _brevity(lengths)) * known
    # An exact sum, so that the order of the texts changes nothing.
    return Bleu(100 * fsum(scores) / len(scores), "sentence", order, "floor", "none")


def _matched(rows: Sequence[Sequence[str]], lengths: Ints, order: int) -> list[Ints]:
    """For each order how many n-grams of each text another text has, each as often as it stands there at most."""
    numbers: dict[str, int] = {}
    ids = np.array([numbers.setdefault(token, len(numbers)) for tokens in rows for token in tokens], dtype=np.int64)
    text = np.repeat(np.arange(len(rows)), lengths)
    grams, found = ids, []
    for n in range(1, order + 1):
        if n > 1:
            grams = np.unique(grams[:-1] * len(numbers) + ids[n - 1 :], return_inverse=True)[1]
        # Of the n-grams that go over from one text to the next.
        whole = text[: len(grams)] == text[n - 1 :]
        found.append(_clipped(grams[whole], text[: len(grams)][whole], len(rows)))
    return found


def _clipped(grams: Ints, text: Ints, rows: int) -> Ints:
    """The matches of each of the `rows` texts, of n-grams and the texts that they stand in, shape (n-grams,)."""
    if not len(grams):
        return np.zeros(rows, dtype=np.int64)
    pairs, counts = np.unique(grams * rows + text, return_counts=True)
    gram, text = np.divmod(pairs, rows)
    by_count = np.lexsort((-counts, gram))
    starts = np.flatnonzero(np.diff(gram, prepend=-1))
    texts = np.diff(starts, append=len(gram))
    most = counts[by_count][starts]
    second = np.where(texts > 1, counts[by_count][np.minimum(starts + 1, len(gram) - 1)], 0)
    group = np.repeat(np.arange(len(starts)), texts)
    elsewhere = np.where(counts == most[group], second[group], most[group])
    return np.bincount(text, np.minimum(counts, elsewhere), rows).astype(np.int64)


def _brevity(lengths: Ints) -> Floats:
    """The logarithm of each text's brevity penalty."""
    sizes, inverse, counts = np.unique(lengths, return_inverse=True, return_counts=True)
    closest = sizes.copy()
    for place in np.flatnonzero(counts == 1):
        others = np.delete(sizes, place)
        # argmin takes the first of equals, the shorter.
        closest[place] = others[np.argmin(np.abs(others - sizes[place]))]
    return np.minimum(0.0, 1 - closest / sizes)[inverse]
