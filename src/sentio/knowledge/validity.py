"""What makes a text of a model's no use: far from the length that was asked for, or a label named in it."""

import re
from collections.abc import Sequence

from sentio.knowledge.label_words import label_words

SLACK = 0.5
"""Half the words that were asked for to half as many again pass: language models count badly, and a text a little off
is as good. What is farther off is a phrase, a refusal or a ramble. Ours; the released code accepts any length."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def words(text: str) -> int:
    """The number of words; two characters of a script without spaces count as one.

    >>> words("He won't say - not yet."), words("他不想说话")
    (5, 3)
    """
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + (unspaced + 1) // 2


def accepted(asked: tuple[int, int]) -> tuple[int, int]:
    """The fewest and the most words that pass where `asked` were asked for.

    >>> accepted((20, 50)), accepted((100, 100))
    ((10, 75), (50, 150))
    """
    return round(asked[0] * (1 - SLACK)), round(asked[1] * (1 + SLACK))


def fault(texts: Sequence[str], asked: tuple[int, int], labels: Sequence[str]) -> str | None:
    """What is wrong with the first text that is no use; None where all are good.

    >>> fault(["He is sad."], (2, 5), ["sadness"])
    "holds the label word 'sad'"
    >>> fault(["He waits."], (20, 50), [])
    '2 words where 20 to 50 were asked for'
    """
    fewest, most = accepted(asked)
    for text in texts:
        if found := label_words(text, labels):
            return f"holds the label word {found[0]!r}"
        if not fewest <= (number := words(text)) <= most:
            wanted = f"about {asked[0]}" if asked[0] == asked[1] else f"{asked[0]} to {asked[1]}"
            return f"{number} words where {wanted} were asked for"
    return None
