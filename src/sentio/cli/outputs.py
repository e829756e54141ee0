"""Which format is written, and whether a progress line fits beside it."""

import sys
from pathlib import Path

from sentio.cli.flags import Flags
from sentio.errors import OutputError

REPORT = (".html", ".htm")


def format_of(flags: Flags) -> str:
    """The format that was named, or that of the output's suffix; raises `OutputError` where it tells none."""
    from sentio.files import format_for
    from sentio.registry import components

    out = flags.target
    if flags.format:
        return flags.format
    if out is None:
        return "table"
    if out.suffix.lower() in REPORT:
        return "html"
    if (found := format_for(out)) is None:
        writers = components("files.writers").values()
        known = sorted({*REPORT, *(suffix for writer in writers for suffix in writer.card.suffixes)})
        raise OutputError(f"{out}: the suffix tells no format; known: {', '.join(known)}; or name one with --format")
    return found


def progress_fits(flags: Flags) -> bool:
    """Whether a bar is wanted, and would not write over a table on the same terminal."""
    return not flags.quiet and sys.stderr.isatty() and (flags.target is not None or not sys.stdout.isatty())


def send(page: str, out: Path | None) -> None:
    """Write a page to a file or to standard output; raises `OutputError`."""
    from sentio.files.writers.output import Output

    output = Output(out)
    try:
        output.write(f"{page}\n".encode() if out is None else page.encode())
    finally:
        output.close()
