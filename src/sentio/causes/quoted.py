"""Where words that a language model quotes stand in what was said: models mend case, spaces and words they copy."""

import re
from collections.abc import Sequence
from difflib import Match, SequenceMatcher
from itertools import combinations_with_replacement

RATIO = 0.75
"""Words that are not there as they are quoted are taken for the nearest ones that share at least so much with them:
difflib's 2 · common words / (words quoted + words taken). One of four words may be another one. Our design."""

WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]")
"""A word, a sign, or a character of Chinese."""

MARKS = "\"'“”‘’「」…. \t\n"
"""What models put around a quotation."""


def quoted(words: str, text: str) -> str | None:
    """The part of `text` that is quoted with `words`, as it stands there; None where there is none.

    The words as they are; else whatever their case and the white space between words and signs; else without `MARKS`
    around them; else the nearest words (`RATIO`).

    >>> quoted("I'm out of flour", "And now I ' m out of flour !")
    "I ' m out of flour"
    >>> quoted("out of all the flour", "And now I ' m out of the flour !")
    'out of the flour'
    >>> quoted("no eggs", "And now I ' m out of flour !") is None
    True
    """
    for said in (words.strip(), words.strip(MARKS)):
        if not (wanted := WORD.findall(said)):
            return None
        if said in text:
            return said
        if there := re.search(r"\s*".join(map(re.escape, wanted)), text, re.IGNORECASE):
            return there[0]
    return _nearest(wanted, text)


def _nearest(wanted: Sequence[str], text: str) -> str | None:
    places = list(WORD.finditer(text))
    matcher = SequenceMatcher(None, _folded(wanted), _folded([place[0] for place in places]), autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    best, share = None, RATIO
    for first, last in combinations_with_replacement(range(len(blocks)), 2):
        if (ratio := _ratio(blocks[first : last + 1], len(wanted))) >= share:
            best, share = (blocks[first], blocks[last]), ratio
    if best is None:
        return None
    return text[places[best[0].b].start() : places[best[1].b + best[1].size - 1].end()]


def _ratio(blocks: Sequence[Match], wanted: int) -> float:
    """What the words from the first block to the last one share with so many words."""
    common = sum(block.size for block in blocks)
    return 2 * common / (wanted + blocks[-1].b + blocks[-1].size - blocks[0].b)


def _folded(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words]
