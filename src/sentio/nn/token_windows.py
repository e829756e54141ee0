"""Where a long conversation is cut so that its tokens can be read by attention, each window beside what was before."""

from collections.abc import Sequence

WINDOW, AROUND = 512, 256
"""Tokens that are read together, and how many of them at most have been read before: a longer conversation is read
in windows. 763 tokens has the longest of RECCON."""


def windows(lengths: Sequence[int]) -> list[tuple[int, int, int]]:
    """Where to read a conversation whose utterances have so many tokens: first read, first new, end of each window.

    Where one begins depends on nothing behind it.

    >>> windows([100, 200, 200, 100, 600, 3])
    [(0, 0, 3), (2, 3, 4), (4, 4, 5), (5, 5, 6)]
    """
    found, new = [], 0
    while new < len(lengths):
        start, held = new, lengths[new]
        while start and new and sum(lengths[start - 1 : new]) <= AROUND and held + lengths[start - 1] <= WINDOW:
            start -= 1
            held += lengths[start]
        end = new + 1
        while end < len(lengths) and held + lengths[end] <= WINDOW:
            held += lengths[end]
            end += 1
        found.append((start, new, end))
        new = end
    return found
