"""Every error sentio raises on purpose.

SentioError                 something a user can act on; one line, no traceback on the command line
├── InputError              a file that cannot be read: names the file, the line and the cause
│   └── UnknownFormat       no reader recognises the file
├── OutputError             a result that cannot be written (folder missing, disk full)
├── UnknownName             a name that is not registered, with the nearest one that is
├── MissingExtra            an optional package is absent; the message is the pip line
├── RecipeError             a training recipe that does not fit its system
├── MappingError            no documented way from one label space to another
├── ScoreError              predictions and gold that cannot be scored against each other
└── LanguageModelError      no server, wrong key, unknown model, a model that cannot do what is asked
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class SentioError(Exception):
    """Base of all errors that carry a message meant for the user."""


class InputError(SentioError):
    """A file, or one conversation of it, that cannot be read.

    >>> str(InputError("no column for the text", path="chat.csv", line=1))
    'chat.csv:1: no column for the text'
    """

    def __init__(self, cause: str, *, path: str | Path | None = None, line: int | None = None) -> None:
        # A cause may quote the file, and a file may hold line ends anywhere.
        self.cause, self.path, self.line = " ".join(cause.split()), path, line
        place = "" if path is None else f"{path}:{line}: " if line is not None else f"{path}: "
        super().__init__(place + self.cause)


class UnknownFormat(InputError):
    """No reader recognises the file; the message lists the formats that exist."""


class OutputError(SentioError):
    """A result that cannot be written; what was written before stays valid."""


class UnknownName(SentioError):
    """A name that is not registered.

    >>> str(UnknownName("system", "minni", ["mini"]))
    "unknown system 'minni'; did you mean 'mini'?"
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        near = get_close_matches(name, self.known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(self.known) or 'none'}"
        super().__init__(f"unknown {kind} {name!r}; {hint}")


class MissingExtra(SentioError):
    """An optional dependency is absent.

    >>> str(MissingExtra("train"))
    'this needs: pip install "sentio[train]"'
    """

    def __init__(self, extra: str) -> None:
        super().__init__(f'this needs: pip install "sentio[{extra}]"')


class RecipeError(SentioError):
    """A training recipe with a missing, unknown or impossible setting."""


class MappingError(SentioError):
    """No documented mapping leads from one label space to another."""


class ScoreError(SentioError):
    """Predictions and gold that cannot be scored: unequal length, NaN, nothing at all."""


class LanguageModelError(SentioError):
    """A language model that cannot be asked at all: no server, wrong key, unknown model, not able to score labels.

    One question that fails among many is no error but an `Answer` that says so.
    """
