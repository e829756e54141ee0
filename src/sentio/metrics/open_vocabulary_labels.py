"""Label lists as language models write them: `['happy', 'at ease']`, `happy, at ease`, `[],calm,attentive`.

Open-vocabulary answers are text, and what counts as a label is a rule of the benchmark. Both rules are
those of the scorers released with MER2024, MER2025, MER2026 and MER-UniBench (zeroQiaoba/MERTools).
"""

import re
from collections.abc import Iterable

from sentio.errors import ScoreError

_QUOTES_AND_COMMAS = re.compile(r"""['",，]""")
_QUOTES = re.compile(r"""['"]""")


def parse_labels(answer: str | Iterable[str]) -> tuple[str, ...]:
    """The labels of an answer as MER-UniBench reads it, lower-cased, in order.

    One leading and one trailing bracket go, quotes and commas (also the Chinese full-width one) separate,
    blanks are dropped. A list of labels is taken label by label. Raises `ScoreError` for what is neither.

    >>> parse_labels("['Happy', 'at ease']")
    ('happy', 'at ease')
    >>> parse_labels("[],calm，attentive")
    (']', 'calm', 'attentive')
    >>> parse_labels(["Happy ", ""])
    ('happy',)
    """
    if isinstance(answer, str):
        return _normalised(_QUOTES_AND_COMMAS.split(_unbracketed(answer)))
    if not isinstance(answer, Iterable):
        raise ScoreError(f"an answer must be text or a list of words, not {answer!r}")
    return _normalised(answer)


def parse_labels_mer2024(answer: str) -> tuple[str, ...]:
    """The labels of an answer as MER2024 read it: only quotes separate, so that an unquoted list is one label.

    The published MER2024 figures need it; everything since splits at commas, too. Raises `ScoreError` for what is
    no text.

    >>> parse_labels_mer2024("['happy', 'at ease']")
    ('happy', 'at ease')
    >>> parse_labels_mer2024("[happy, at ease]")
    ('happy, at ease',)
    """
    if not isinstance(answer, str):
        raise ScoreError(f"an answer must be text, not {type(answer).__name__}")
    return tuple(label for label in _normalised(_QUOTES.split(_unbracketed(answer))) if label not in (",", "，"))


def _unbracketed(answer: str) -> str:
    return answer.strip().removeprefix("[").removesuffix("]")


def _normalised(parts: Iterable[str]) -> tuple[str, ...]:
    labels = []
    for part in parts:
        if not isinstance(part, str):
            raise ScoreError(f"a label must be a word, not {part!r}")
        if label := part.strip().lower():
            labels.append(label)
    return tuple(labels)
