"""The valence timeline: one row a speaker, drawn by Vega-Lite when the report is written.

The picture is an SVG inside the page, so the page needs no script and no network.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sentio.report.summary import Line

POINTS = 160
"""Most marks along the line of one speaker; with more utterances than this, neighbours are averaged."""

MARGIN = 92
"""Pixels beside the plot, for the words at the axis: fixed, because the reader's font is not known here."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [5, 2], [12, 3], [3, 4], [9, 2, 2, 2, 2, 2])
"""A speaker is told apart by shape and dash too, never by colour alone; `page.css` holds colours and glyphs."""


def step(lines: Sequence[Line]) -> int:
    """How many consecutive utterances one mark stands for.

    >>> step([])
    1
    """
    return max(1, -(-len(lines) // POINTS))


def draw(lines: Sequence[Line], styles: Mapping[str, int], *, widths: Sequence[int], description: str) -> list[str]:
    """The timeline as SVG elements, one for each width in pixels. `styles` has the speakers to draw, in
    order, and for each the number of its colour, shape and dash; `description` is for screen readers."""
    import vl_convert

    chart = _chart(_marks(lines, styles), styles, step(lines))
    pictures = []
    for width in widths:
        chart["spec"]["width"] = width - MARGIN
        head, _, inside = vl_convert.vegalite_to_svg(chart).partition(">")
        # One image: the description says it all, and otherwise a reader would be read every axis label.
        head = head.replace('class="marks"', 'class="marks" role="img"')
        pictures.append(f"{head}><title>Valence over time</title><desc>{escape(description)}</desc>{inside}")
    return pictures


def ticks(first: int, last: int) -> list[int]:
    """About five whole numbers on the axis; Vega alone would repeat some of a short conversation.

    >>> ticks(1, 20), ticks(1, 3), ticks(7, 7)
    ([5, 10, 15, 20], [1, 2, 3], [7])
    """
    wide = max(1, (last - first) / 6)
    size = next(nice * 10**power for power in range(12) for nice in (1, 2, 5) if nice * 10**power >= wide)
    return list(range(-(-first // size) * size, last + 1, size))


def _marks(lines: Sequence[Line], styles: Mapping[str, int]) -> list[dict[str, Any]]:
    """One object a mark: its speaker, its place, the mean valence of the utterances it stands for."""
    size = step(lines)
    bins: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for position, line in enumerate(lines):
        if line.speaker in styles:
            bins[line.speaker, position // size].append(line)
    return [
        {
            "speaker": speaker,
            "number": round(sum(line.number for line in each) / len(each), 1),
            "valence": round(sum(line.mood.valence for line in each) / len(each), 3),
            "turned": size == 1 and each[0].mood.shift,
        }
        for (speaker, _), each in bins.items()
    ]


def _chart(marks: list[dict[str, Any]], styles: Mapping[str, int], size: int) -> dict[str, Any]:
    import altair as alt

    names = list(styles)
    ends = int(min(mark["number"] for mark in marks)), int(max(mark["number"] for mark in marks))
    colour = alt.Color("speaker:N", legend=None).scale(domain=names, range=[f"var(--s{i})" for i in styles.values()])
    dash = alt.StrokeDash("speaker:N", legend=None).scale(domain=names, range=[DASHES[i] for i in styles.values()])
    shape = alt.Shape("speaker:N", legend=None).scale(domain=names, range=[SHAPES[i] for i in styles.values()])
    x = alt.X("number:Q", title="utterance").scale(nice=False, padding=6).axis(values=ticks(*ends), format="d")
    y = (
        alt.Y("valence:Q", title=None)
        .scale(domain=[-1, 1])
        .axis(values=[-1, 0, 1], labelExpr="datum.value > 0 ? 'pleasant' : datum.value < 0 ? 'unpleasant' : 'neutral'")
    )
    base = alt.Chart().encode(x=x, y=y, color=colour)
    layers: list[alt.Chart] = [base.mark_line(strokeWidth=1.75, interpolate="monotone").encode(strokeDash=dash)]
    if size == 1:
        area = alt.Size("turned:N", legend=None).scale(domain=[False, True], range=[16, 70])
        layers.append(base.mark_point(filled=True, opacity=1).encode(shape=shape, size=area))
    chart: dict[str, Any] = (
        alt.layer(*layers, data=alt.InlineData(values=marks))
        .properties(height=76)
        .facet(row=alt.Row("speaker:N", sort=names, title=None), spacing=20)
        .configure(background="transparent", aria=False, font="system-ui, sans-serif", padding=4)
        .configure_view(stroke=None)
        .configure_header(
            labelOrient="top", labelAnchor="start", labelColor="currentColor", labelFontSize=13,
            labelFontWeight=600, labelLimit=220, labelPadding=6,
        )
        .configure_axis(
            labelColor="currentColor", titleColor="currentColor", gridColor="currentColor", tickColor="currentColor",
            domainColor="currentColor", gridOpacity=0.14, domainOpacity=0, tickOpacity=0.3, labelFontSize=11,
            titleFontSize=11, titleFontWeight="normal", labelOpacity=0.8, titleOpacity=0.8,
        )
        .configure_axisX(grid=False, domainOpacity=0.3)
        .configure_axisY(minExtent=MARGIN - 18, maxExtent=MARGIN - 18, ticks=False)
        .to_dict()
    )  # fmt: skip
    return chart
