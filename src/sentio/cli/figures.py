"""Figures and answers as cells of a table, the same in every command."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.gold import Value
    from sentio.metrics.spread import Spread


def spread(found: "Spread | None") -> str:
    """Mean and sample standard deviation over seeds; None is a metric that is not defined.

    >>> spread(None)
    'undefined'
    """
    if found is None:
        return "undefined"
    return f"{found.mean:.4f}" if found.sd is None else f"{found.mean:.4f} ± {found.sd:.4f}"


def interval(ends: tuple[float, float] | None) -> str:
    """
    >>> interval((0.361, 0.4377)), interval(None)
    ('0.3610–0.4377', '')
    """
    return "" if ends is None else f"{ends[0]:.4f}–{ends[1]:.4f}"


def said(value: "Value") -> str:
    """An answer in words.

    >>> said(("joy", "love")), said(()), said(2.5)
    ('joy, love', 'none', '2.5')
    """
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return value if isinstance(value, str) else f"{value:g}"
