"""Keys of a terminal, one at a time and without Enter.

A key is the character it writes, or "left", "right", "backspace", "escape" or "enter"; "end" means that there will be
no more. Keys of other meaning are passed over.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sentio.errors import SentioError

SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z]|(?=\x1b)|$)")
"""What a key writes that is no character: an escape and more, or the escape key alone."""
NAMED = {
    b"\x1b[D": "left",
    b"\x1bOD": "left",
    b"\x1b[C": "right",
    b"\x1bOC": "right",
    b"\x1b": "escape",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b"\r": "enter",
    b"\n": "enter",
    b"\x04": "end",
}
CONSOLE_MORE = {"K": "left", "M": "right"}
CONSOLE_SINGLE = {"\x1b": "escape", "\x08": "backspace", "\r": "enter", "\x04": "end"}
"""The same of a Windows console: what follows the sign of a special key, and characters."""
ESCAPE_SECONDS = 0.1
"""So long an escape waits for the rest of its sequence, which a slow line may bring later."""


class Keyboard(Protocol):
    """A terminal's keys."""

    def pressed(self, seconds: float) -> str | None:
        """The next key; None where none was pressed within that time."""
        ...

    def forget(self) -> None:
        """Drop keys that were pressed and not read: what was typed ahead was not meant for what is shown next."""
        ...


def require_terminal() -> None:
    """Raise `SentioError` where standard input or output is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SentioError("a person labels on a terminal, and this is none; a language model is asked with --llm")


@contextmanager
def keyboard() -> Iterator[Keyboard]:
    """The keys of the terminal that is standard input, which is as it was when the block ends.

    Raises `SentioError` where standard input or output is no terminal.
    """
    require_terminal()
    if sys.platform == "win32":
        yield _Console()
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        # Ctrl-C and Ctrl-Z keep their meaning; what was typed before is dropped by `forget` alone.
        tty.setcbreak(terminal, termios.TCSADRAIN)
        yield _Terminal(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def parsed(typed: bytes) -> Iterator[str]:
    """The keys that write these bytes.

    >>> list(parsed(b"1\\x1b[Da\\x1b[3~\\x7f\\x1b"))
    ['1', 'left', 'a', 'backspace', 'escape']
    """
    while typed:
        found = SEQUENCE.match(typed)
        key = found[0] if found else typed[:1]
        typed = typed[len(key) or 1 :]
        if key in NAMED:
            yield NAMED[key]
        elif len(key) == 1 and 0x20 <= key[0] < 0x7F:
            yield key.decode("ascii")


class _Terminal:
    """POSIX: the file descriptor of a terminal that gives each key at once."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._read: list[str] = []

    def pressed(self, seconds: float) -> str | None:
        from select import select

        if not self._read and select([self._terminal], [], [], seconds)[0]:
            typed = self._bytes()
            while typed.endswith(b"\x1b") and select([self._terminal], [], [], ESCAPE_SECONDS)[0]:
                typed += self._bytes()
            self._read = list(parsed(typed))
        return self._read.pop(0) if self._read else None

    def forget(self) -> None:
        import termios

        self._read.clear()
        termios.tcflush(self._terminal, termios.TCIFLUSH)

    def _bytes(self) -> bytes:
        """What was typed; Ctrl-D where the terminal is gone."""
        try:
            return os.read(self._terminal, 1024) or b"\x04"
        except OSError:
            return b"\x04"


class _Console:
    """Windows: the console's own keys."""

    def pressed(self, seconds: float) -> str | None:
        import msvcrt
        from time import monotonic, sleep

        until = monotonic() + seconds
        while not msvcrt.kbhit():  # type: ignore[attr-defined, unused-ignore]
            if monotonic() > until:
                return None
            sleep(0.02)
        key: str = msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
        if key in "\x00\xe0":
            return CONSOLE_MORE.get(msvcrt.getwch())  # type: ignore[attr-defined, unused-ignore]
        if key == "\x03":
            raise KeyboardInterrupt
        return CONSOLE_SINGLE.get(key, key)

    def forget(self) -> None:
        import msvcrt

        while msvcrt.kbhit():  # type: ignore[attr-defined, unused-ignore]
            msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
