"""What a comparison of corpora found, for people and for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentio.corpora.phrases import Shared

PHRASES = 10
"""So many phrases are shown; JSON has all of them."""

WIDTH = 90
"""Characters of a text that are shown."""


@dataclass(frozen=True)
class Found:
    """A report as it is shown: `values` for JSON, `rows` and examples below a heading for people.

    It is not `complete` where something was left out that could not be read.
    """

    heading: str
    values: dict[str, Any]
    rows: list[tuple[str, str]]
    examples: list[str]
    complete: bool = True

    def table(self) -> str:
        """The report for people."""
        from sentio.cli.alignment import aligned

        return "\n".join([self.heading, "", aligned(self.rows), *(["", *self.examples] if self.examples else [])])


def share(part: int, whole: int) -> str:
    """A count, and what part of the whole it is.

    >>> share(1, 4)
    '1 (25.0%)'
    """
    return f"{part} ({part / whole:.1%})" if whole else f"{part}"


def titled(title: str, lines: Sequence[str]) -> list[str]:
    """The lines, indented below their title; nothing where there are none.

    >>> titled("phrases", ["1x  so it goes"])
    ['phrases', '  1x  so it goes']
    """
    return [title, *(f"  {line}" for line in lines)] if lines else []


def phrase_lines(phrases: "Iterable[Shared]") -> list[str]:
    """A line for each of the longest phrases: in how many texts it stands there, where here, where there first."""
    from sentio.files.writers.terminal import literal

    longest = sorted(phrases, key=lambda one: -len(one.phrase.split()))
    lines = [
        f"{one.texts}x  {literal('/'.join(one.place))} in {literal('/'.join(one.other))}  {literal(one.phrase)[:WIDTH]}"
        for one in longest[:PHRASES]
    ]
    return lines + ([f"and {len(longest) - PHRASES} more"] if len(longest) > PHRASES else [])
