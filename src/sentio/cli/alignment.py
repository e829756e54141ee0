"""Rows of cells as aligned lines: the same on a terminal and in a pipe."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], *, numbers_from: int | None = None) -> str:
    """Lines with columns two blanks apart; columns from `numbers_from` on are flush right.

    >>> print(aligned([("system", "F1"), ("mini", "0.39")], numbers_from=1))
    system    F1
    mini    0.39
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    right = len(widths) if numbers_from is None else numbers_from

    def padded(place: int, cell: str) -> str:
        return cell.rjust(widths[place]) if place >= right else cell.ljust(widths[place])

    return "\n".join("  ".join(padded(place, cell) for place, cell in enumerate(row)).rstrip() for row in rows)
