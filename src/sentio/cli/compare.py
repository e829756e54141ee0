"""`sentio compare`: is one run better than another, and where do they disagree?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentio.evaluation.comparison import Comparison, Difference, MetricDifference
    from sentio.evaluation.judging import Judgement
    from sentio.metrics.spread import Spread

TEXT = 60
"""Characters of an utterance in the table; the page and JSON have all of them."""


def compare(
    first: Path,
    second: Path,
    /,
    *,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    format: Literal["table", "json"] = "table",
    limit: Annotated[int, Parameter(validator=Number(gte=0))] = 20,
    judge: str | None = None,
    judged: Annotated[int, Parameter(validator=Number(gte=1))] = 200,
    cache: Path | None = None,
    data: Path | None = None,
) -> int:
    """Compare two finished runs on the same targets, metric by metric, label by label, answer by answer.

    Differences are first minus second, with the 95 % paired bootstrap interval and the p of an approximate
    randomisation test, both over whole conversations.

    Examples:

    sentio compare runs/mini-meld-validation-emotion runs/tfidf-meld-validation-emotion
    sentio compare runs/mini-meld-validation-emotion runs/mini-meld-validation-emotion/baselines/majority.parquet
    sentio compare runs/a runs/b --out comparison.html --limit 200
    sentio compare runs/a runs/b --format json | jq .metrics[0]
    sentio compare runs/hef-meld-validation-reply runs/support-meld-validation-reply --judge openai/MODEL@URL

    Parameters
    ----------
    first
        A run folder of `sentio evaluate`, or the answers of a baseline in one.
    second
        The same, of the same corpus, split and target.
    out
        Write an HTML page, too.
    format
        How to print: table, or json.
    limit
        How many of the targets that were answered differently are listed.
    judge
        A language model that compares the replies of two runs of `--target reply`, each pair in both orders.
    judged
        How many replies it compares at most, drawn at random.
    cache
        An SQLite file that keeps its answers.
    data
        The folder of the corpora, for the judge to read the conversations; SENTIO_DATA by default.
    """
    from sentio.cli.outputs import REPORT
    from sentio.errors import OutputError
    from sentio.evaluation.comparison import compare as run

    if out is not None and out.suffix.lower() not in REPORT:
        raise OutputError(f"{out}: a comparison is written as a page; name it .html")
    comparison = run(first, second, limit=limit)
    if judge is not None:
        judgement = _judged(judge, cache, first, second, judged, data)
        comparison = comparison.model_copy(update={"judgement": judgement})
    if out is not None:
        from sentio.report.comparison import write

        write(comparison, out)
    print(comparison.model_dump_json(indent=2) if format == "json" else _table(comparison))
    return 0


def _judged(judge: str, cache: Path | None, first: Path, second: Path, at_most: int, data: Path | None) -> "Judgement":
    """What a language model says of the replies of both runs."""
    from sentio import llms
    from sentio.evaluation.judging import judged
    from sentio.evaluation.reply_pairs import reply_pairs

    return judged(llms.open(judge, cache), reply_pairs(first, second, at_most, data))


def _table(found: "Comparison") -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    heading = (
        f"{found.corpus}/{found.split}, {found.target}: "
        f"{found.targets} targets in {found.conversations} conversations, {_seeds(found.seeds)}"
    )
    blocks = [literal(heading), aligned(_metrics(found), numbers_from=1)]
    if found.labels:
        blocks.append(aligned(_labels(found), numbers_from=1))
    if found.agreement:
        each = found.agreement
        one, other = _names(found)
        blocks.append(
            f"right: both {each.both}, only {one} {each.only_first}, only {other} {each.only_second}, "
            f"neither {each.neither}"
        )
    if found.judgement:
        blocks.append("\n".join(_judgement(found, found.judgement)))
    blocks.append(f"answered differently: {found.disagreeing} of {found.targets}" + _some(found))
    if found.disagreements:
        blocks.append(aligned(_disagreements(found)))
    if notes := _notes(found):
        blocks.append("\n".join(map(literal, notes)))
    return "\n\n".join(blocks)


def _names(found: "Comparison") -> list[str]:
    from sentio.files.writers.terminal import literal

    return [literal(name) for name in found.names]


def _metrics(found: "Comparison") -> list[list[str]]:
    from sentio.cli.figures import spread as of_seeds

    names = _names(found)
    spread = [name for name, side in zip(names, (found.first, found.second), strict=True) if side.seeds > 1]
    rows = [["", *names, "difference", "95 % interval", "p", *(f"{name}, all seeds" for name in spread)]]
    for metric in found.metrics:
        seeds = [of_seeds(each) for each in _spreads(found, metric)]
        p = "" if metric.p is None else f"{metric.p:.4f}"
        name = metric.name + " (less is better)" * metric.less_is_better
        rows.append([name, *_figures(metric), p, *seeds])
    return rows


def _spreads(found: "Comparison", metric: "MetricDifference") -> list["Spread | None"]:
    pairs = ((found.first, metric.first_spread), (found.second, metric.second_spread))
    return [spread for side, spread in pairs if side.seeds > 1]


def _labels(found: "Comparison") -> list[list[str]]:
    rows = [["F1 of", "targets", *_names(found), "difference", "95 % interval"]]
    return rows + [[_short(label.label), str(label.support), *_figures(label)] for label in found.labels]


def _figures(one: "Difference") -> list[str]:
    interval = "" if one.interval is None else f"{one.interval[0]:+.4f} to {one.interval[1]:+.4f}"
    scores = ("undefined" if score is None else f"{score:.4f}" for score in (one.first, one.second))
    return [*scores, "" if one.difference is None else f"{one.difference:+.4f}", interval]


def _judgement(found: "Comparison", told: "Judgement") -> list[str]:
    from sentio.files.writers.terminal import literal

    one, other = _names(found)
    interval = "" if told.interval is None else f" (95 % {told.interval[0]:.3f} to {told.interval[1]:.3f})"
    shown = "" if told.first_shown is None else f", names the one shown first {told.first_shown:.1%} of the time"
    return [
        f"judged by {literal(told.judge)}, {told.judged} pairs in both orders ({told.failed} without an answer):",
        f"  {one} {told.wins}, {other} {told.losses}, equal {told.equal}",
        f"  win rate of {one} {told.win_rate:.3f}{interval}, at equal length {told.controlled:.3f}; "
        f"words a reply: {told.words[0]:.1f} and {told.words[1]:.1f}",
        f"  the judge agrees with itself on {told.agreement:.1%}{shown}",
    ]


def _disagreements(found: "Comparison") -> list[list[str]]:
    from sentio.cli.figures import said

    rows = [["conversation", "utterance", "speaker", "gold", *_names(found), "text"]]
    for one in found.disagreements:
        place = one.utterance + (f" < {one.evidence}" if one.evidence else "")
        answers = [_short(said(value)) for value in (one.gold, one.first, one.second)]
        rows.append([_short(one.conversation), _short(place), _short(one.speaker), *answers, _short(one.text)])
    return rows


def _short(text: str) -> str:
    from sentio.files.writers.terminal import literal

    line = literal(text)
    return line if len(line) <= TEXT else line[: TEXT - 1] + "…"


def _seeds(seeds: "Sequence[int]") -> str:
    if len(seeds) == 1:
        return f"seed {seeds[0]} of both"
    return f"seeds {', '.join(map(str, seeds))} of both, pair by pair"


def _some(found: "Comparison") -> str:
    shown = len(found.disagreements)
    return f"; the first {shown}" if 0 < shown < found.disagreeing else ""


def _notes(found: "Comparison") -> list[str]:
    told = (
        f"intervals and p from {found.draws:,} draws of conversations; each for itself, not corrected for their number"
    )
    drawn = [told] if found.draws else []
    return [*drawn, *found.cautions]
