"""`sentio corpora leaks`: what of one split stands in another, or twice in itself."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.cli.progress import Progress
    from sentio.corpora import Corpus
    from sentio.corpora.leaks import Place, Twin
    from sentio.gold import AnnotatedConversation

WIDTH = 90
"""Characters of a text that are shown."""

NAMES = 8
"""So many shared names are shown; JSON has all of them."""


def leaks(
    evaluated: str,
    trained: str | None = None,
    *,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> None:
    """Count what of a split stands in another one already: utterances, conversations and speakers.

    Of one split alone: which texts it repeats, and how many of these carry labels that differ.

    Examples:

    sentio corpora leaks meld/validation meld/train
    sentio corpora leaks meld/validation emorynlp/train --format json
    sentio corpora leaks meld/train

    Parameters
    ----------
    evaluated
        CORPUS/SPLIT that is scored, or your own table.
    trained
        CORPUS/SPLIT that is trained on, or your own table.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print: table, or json.
    quiet
        No progress.
    """
    from sentio.cli.progress import Progress

    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        found = (
            _within(_split(evaluated, data, progress), evaluated)
            if trained is None
            else _between(_split(evaluated, data, progress), _split(trained, data, progress), evaluated, trained)
        )
    print(json.dumps(found.values, indent=2) if format == "json" else found.table())


@dataclass(frozen=True)
class Found:
    """A report as it is shown: `values` for JSON, `rows` and examples below a heading for people."""

    heading: str
    values: dict[str, Any]
    rows: list[tuple[str, str]]
    examples: list[str]

    def table(self) -> str:
        """The report for people."""
        from sentio.cli.alignment import aligned

        return "\n".join([self.heading, "", aligned(self.rows), *(["", *self.examples] if self.examples else [])])


def _between(ours: "Split", theirs: "Split", evaluated: str, trained: str) -> Found:
    from sentio.corpora import leaks

    report = leaks.between(ours.items, theirs.items)
    rows = [
        ("utterances", f"{report.utterances}"),
        ("  byte for byte there", _share(report.exact, report.utterances)),
        ("  verbatim there", _share(report.verbatim, report.utterances)),
        (f"utterances of {leaks.LONG} words or more", f"{report.long}"),
        ("  verbatim there", _share(report.verbatim_long, report.long)),
        (f"  else nearly there ({report.threshold:.0%} of the words)", _share(report.near, report.long)),
        ("conversations of the same id", _names(report.shared_conversations)),
        ("speakers of the same name", _names(report.shared_speakers)),
        ("speaker-independent, as far as names tell", "yes" if report.speaker_independent else "no"),
    ]
    return Found(
        heading=f"{evaluated} (evaluated) against {trained} (trained on)",
        values={
            "evaluated": evaluated,
            "trained": trained,
            **asdict(report),
            "speaker_independent": report.speaker_independent,
        },
        rows=rows,
        examples=_examples(report.twins, ours, theirs),
    )


def _within(split: "Split", name: str) -> Found:
    from sentio.corpora import leaks

    layer = next(iter(split.corpus.card.layers), None)
    report = leaks.within(split.items, layer)
    rows = [
        ("utterances", f"{report.utterances}"),
        ("  with a twin, byte for byte", _share(report.exact_rows, report.utterances)),
        ("  with a twin, verbatim", _share(report.rows, report.utterances)),
        ("texts that recur", f"{report.texts}"),
    ]
    if layer:
        rows.append((f"  with values of {layer!r} that differ", _share(report.conflicting, report.texts)))
    return Found(
        heading=f"{name} within itself",
        values={"split": name, "layer": layer, **asdict(report)},
        rows=rows,
        examples=_examples(report.twins, split, split),
    )


@dataclass(frozen=True)
class Split:
    """The conversations of a split, which are compared as a whole."""

    corpus: "Corpus"
    items: "list[AnnotatedConversation]"

    def text(self, place: "Place") -> str:
        """What was said at a place."""
        conversation, utterance = place
        item = next(item for item in self.items if item.id == conversation)
        return next(said.text for said in item.conversation.utterances if said.id == utterance)


def _split(name: str, data: Path | None, progress: "Progress") -> Split:
    """CORPUS/SPLIT, or a table, whose one split need not be named."""
    from sentio import corpora
    from sentio.cli.corpora.reading import counted
    from sentio.errors import SentioError

    table = Path(name).suffix.lower() in corpora.TABLES
    corpus, slash, split = (name, "/", "all") if table else name.rpartition("/")
    if not slash:
        raise SentioError(f"{name!r} names no split; write CORPUS/SPLIT, as in {name}/train")
    opened = corpora.load(corpus, data)
    return Split(opened, list(counted(opened.conversations(split), progress, name)))


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else f"{part}"


def _names(names: Sequence[str]) -> str:
    from sentio.files.writers.terminal import literal

    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return f"{len(names)}: {literal(', '.join(names[:NAMES]))}{more}" if names else "0"


def _examples(twins: "Sequence[Twin]", ours: Split, theirs: Split) -> list[str]:
    """Two lines a pair: how much they share, and what was said where."""
    from sentio.files.writers.terminal import literal

    lines = []
    for twin in twins:
        for head, split, place in ((f"{twin.similarity:.2f}", ours, twin.place), ("", theirs, twin.other)):
            lines.append(f"{head:<4}  {literal('/'.join(place))}  {literal(split.text(place))[:WIDTH]}")
    return lines
