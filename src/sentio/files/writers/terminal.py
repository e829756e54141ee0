"""Text for a terminal: coloured there, plain and 100 columns wide in a file or a pipe."""

import sys
from pathlib import Path

from rich.console import Console, RenderableType

from sentio.files.writers.output import Output

PLAIN_WIDTH = 100

SAFE: dict[int, int | str | None] = (
    {code: 0x2400 + code for code in range(0x20)}  # shown as pictures, such as ␛
    | {0x7F: 0x2421}
    | dict.fromkeys(range(0x80, 0xA0), "\ufffd")  # some terminals obey these as they obey ESC
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
    | dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # these reverse the rest of the line
    | dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")
)


class Terminal:
    """A terminal, or a file that gets what a terminal would show. `width` is in columns. Raises `OutputError`."""

    def __init__(self, out: Path | None) -> None:
        self._output = Output(out)
        self._console = _console(out)
        self._encoding = sys.stdout.encoding or "utf-8" if out is None else "utf-8"

    @property
    def width(self) -> int:
        return self._console.width

    def print(self, what: RenderableType) -> None:
        """Print in one piece."""
        with self._console.capture() as printed:
            self._console.print(what)
        text = printed.get()
        if not self._console.is_terminal:
            text = "\n".join(map(str.rstrip, text.split("\n")))
        self._output.write(text.encode(self._encoding, "replace"))

    def close(self) -> None:
        self._output.close()


def literal(text: str) -> str:
    """A text of the input on one line, with nothing in it that a terminal would obey.

    >>> literal("a\\x1b[31m  red\\nrose")
    'a␛[31m red rose'
    """
    return " ".join(text.translate(SAFE).split())


def _console(out: Path | None) -> Console:
    console = Console(legacy_windows=False)
    if out is None and console.is_terminal:
        return console
    return Console(width=PLAIN_WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
