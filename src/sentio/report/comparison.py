"""The comparison of two runs as a page: what differs, by how much it can be believed, and where they disagree."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.evaluation.comparison import Comparison, Difference, LabelDifference
from sentio.files.writers.output import Output
from sentio.gold import Value
from sentio.report.templates import template
from sentio.report.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence


def render(comparison: Comparison) -> str:
    """The page, as text: styles are inside, nothing is loaded from elsewhere, no script."""
    page = template("comparison.html.jinja", score, signed, interval, verdict, said, clean)
    return page.render(
        found=comparison,
        names=[clean(name) for name in comparison.names],
        widest=_widest(comparison.labels),
        version=version("sentio"),
    )


def write(comparison: Comparison, out: Path) -> None:
    """Write the page to a file; raises `OutputError` when that cannot be done (folder missing, disk full)."""
    page = render(comparison)
    output = Output(out)
    output.write(page.encode("utf8"))
    output.close()


def score(value: float | None) -> str:
    """
    >>> score(0.52881), score(None)
    ('0.5288', 'undefined')
    """
    return "undefined" if value is None else f"{value:.4f}"


def signed(value: float | None) -> str:
    """
    >>> signed(0.0268), signed(-0.5), signed(None)
    ('+0.0268', '−0.5000', '')
    """
    return "" if value is None else f"{value:+.4f}".replace("-", "−")


def interval(one: Difference) -> str:
    """
    >>> interval(Difference(first=0.5, second=0.6, difference=-0.1, interval=(-0.2, 0.05), p=0.25))
    '−0.2000 to +0.0500'
    """
    return "" if one.interval is None else f"{signed(one.interval[0])} to {signed(one.interval[1])}"


def verdict(one: Difference) -> str:
    """What the interval says of the sign of the difference: first, second, nobody, or unknown.

    >>> verdict(Difference(first=0.5, second=0.6, difference=-0.1, interval=(-0.2, 0.05), p=0.25))
    'nobody'
    """
    if one.interval is None:
        return "unknown"
    low, high = one.interval
    return "first" if low > 0 else "second" if high < 0 else "nobody"


def said(value: Value) -> str:
    """An answer in words.

    >>> said(("joy", "love")), said(()), said(2.5), said("")
    ('joy, love', 'none', '2.5', 'none')
    """
    text = ", ".join(value) if isinstance(value, tuple) else value if isinstance(value, str) else f"{value:g}"
    return clean(text).strip() or "none"


def _widest(labels: "Sequence[LabelDifference]") -> float:
    """What the end of a bar's half stands for: the largest difference or end of an interval."""
    ends = [abs(end) for label in labels for end in (label.difference or 0.0, *(label.interval or ()))]
    return max(ends, default=0.0) or 1.0
