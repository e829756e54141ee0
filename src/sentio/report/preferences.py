"""Which strategies a supporter prefers, as a picture: one dot a strategy and contender, over a dialogue and its thirds.

Drawn by Vega-Lite when an evaluation of strategies ends, as an SVG that needs no script and no network.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sentio.evaluation.outcome import Outcome, Row
from sentio.files.writers.output import Output

NAME = "preferences.svg"
PARTS = {
    "preference": "whole dialogue",
    "preference_first": "first third",
    "preference_middle": "middle third",
    "preference_last": "last third",
}
COLOURS = ("#0b6fa4", "#c2491d", "#4f7a28", "#7a4fa3", "#8a6d00", "#555555")
"""Told apart from white and, with the shapes, from each other without colours."""

SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down")


def write(outcome: Outcome, folder: Path) -> Path | None:
    """Draw the preferences of everybody who has some into the run folder; the file, None where nobody has.

    Raises `OutputError` where it cannot be written.
    """
    picture = draw(outcome)
    if picture is None:
        return None
    output = Output(folder / NAME)
    output.write(picture.encode("utf8"))
    output.close()
    return folder / NAME


def draw(outcome: Outcome) -> str | None:
    """The picture as SVG; None where no preference is defined, as for who always chooses the same."""
    import vl_convert

    dots = list(_dots(outcome))
    return vl_convert.vegalite_to_svg(_chart(dots, outcome)) if dots else None


def _dots(outcome: Outcome) -> Iterator[dict[str, Any]]:
    for row in outcome.rows:
        for label in outcome.labels:
            for name, part in PARTS.items():
                if (value := row.per_label.get(label, {}).get(name)) is not None:
                    yield {"strategy": label, "who": _named(row), "part": part, "preference": round(value, 4)}


def _named(row: Row) -> str:
    """Who it is, and what the bias is over whole dialogues."""
    bias = row.metrics.get("bias")
    name = Path(row.name).name + " (reads gold)" * (row.kind == "oracle")
    return f"{name}, B {bias.mean:.2f}" if bias else name


def _chart(dots: list[dict[str, Any]], outcome: Outcome) -> dict[str, Any]:
    import altair as alt

    names = list(dict.fromkeys(dot["who"] for dot in dots))
    colours = [COLOURS[place % len(COLOURS)] for place in range(len(names))]
    shapes = [SHAPES[place % len(SHAPES)] for place in range(len(names))]
    base = alt.Chart()
    x = alt.X("preference:Q", title="preference p; 1 = as often as right").scale(zero=True, nice=True)
    y = alt.Y("strategy:N", title=None, sort=list(outcome.labels)).axis(grid=True, labelLimit=220)
    points = base.mark_point(filled=True, size=60, opacity=0.85).encode(
        x=x,
        y=y,
        color=alt.Color("who:N", title=None, sort=names).scale(domain=names, range=colours),
        shape=alt.Shape("who:N", title=None, sort=names).scale(domain=names, range=shapes),
    )
    even = base.mark_rule(strokeDash=[4, 3], color="#777777").encode(x=alt.datum(1))
    chart: dict[str, Any] = (
        alt.layer(even, points, data=alt.InlineData(values=dots))
        .properties(width=190, height=28 * len(outcome.labels))
        .facet(column=alt.Column("part:N", sort=list(PARTS.values()), title=None), spacing=24)
        .properties(title=f"{outcome.corpus}/{outcome.split}: which strategies are preferred")
        .configure(background="white", font="system-ui, sans-serif", padding=10)
        .configure_view(stroke="#cccccc")
        .configure_legend(orient="bottom", columns=3, labelLimit=400)
        .to_dict()
    )
    return chart
