"""A verification as a table of the terminal."""

from collections.abc import Iterator

from sentio.annotation import Verification
from sentio.annotation.verdicts import Verdict

TOLD: dict[Verdict, str] = {
    "verified": "verified: all annotators agree with the author",
    "adjudicated": "adjudicated: most votes agree",
    "disputed": "disputed",
    "open": "not yet labelled by two annotators",
}


def table(found: Verification) -> str:
    """The report: utterances, agreement by label, annotators, pairs of them, confusion, and what does not hold."""
    from sentio.files.writers.terminal import literal

    parts = [_counts(found), _labels(found), _annotators(found)]
    parts += [_pairs(found)] * bool(found.pairs) + [_confusion(found)] * bool(found.confusion)
    parts += ["\n".join(f"does not hold: {literal(fault)}" for fault in found.faults)] * bool(found.faults)
    return "\n\n".join(parts)


def _counts(found: Verification) -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    heading = f"{', '.join(found.sources)}: {found.utterances:,} utterances of {found.conversations:,} conversations"
    if found.left_out:
        heading += f", {found.left_out:,} with neither one label nor votes left out"
    rows = [(f"  {told}", f"{found.verdicts[verdict]:,}", _part(found, verdict)) for verdict, told in TOLD.items()]
    return f"{literal(heading)}\n" + aligned(rows, numbers_from=1)


def _part(found: Verification, verdict: Verdict) -> str:
    return f"{found.verdicts[verdict] / found.utterances:.1%}"


def _labels(found: Verification) -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    rows = [["Krippendorff's alpha", "all votes", "annotators", "author's", "verified", "", "adjudicated"]]
    rows.append(["all labels", _two(found.alpha.all), _two(found.alpha.annotators), *_sums(found)])
    for label, of in found.labels.items():
        share = f"{of.verified / of.author:.1%}" if of.author else ""
        counts = f"{of.author:,}", f"{of.verified:,}", share, f"{of.adjudicated:,}"
        rows.append([f"  {literal(label)}", _two(of.alpha.all), _two(of.alpha.annotators), *counts])
    return aligned(rows, numbers_from=1)


def _sums(found: Verification) -> Iterator[str]:
    author = sum(of.author for of in found.labels.values())
    yield f"{author:,}"
    yield f"{found.verdicts['verified']:,}"
    yield f"{found.verdicts['verified'] / author:.1%}" if author else ""
    yield f"{found.verdicts['adjudicated']:,}"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _annotators(found: Verification) -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    rows = [["annotator", "kind", "votes", "as the author"]]
    for one in found.annotators:
        kind = one.kind if one.model is None else f"{one.kind} {one.model}"
        share = "" if one.with_author is None else f"{one.with_author:.1%}"
        rows.append([literal(one.name), literal(kind), f"{one.votes:,}", share])
    if found.anonymous:
        rows.append(["numbered", "", f"{found.anonymous:,}", ""])
    return aligned(rows, numbers_from=2)


def _pairs(found: Verification) -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    rows = [["annotators", "utterances", "agree"]]
    for pair in found.pairs:
        both = literal(f"{pair.first} and {pair.second}")
        rows.append([both, f"{pair.utterances:,}", f"{pair.agreement:.1%}"])
    return aligned(rows, numbers_from=1)


def _confusion(found: Verification) -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    labels = [label for label in found.labels if any(row[label] for row in found.confusion.values())]
    rows = [["author / annotators", *map(literal, labels)]]
    for author, votes in found.confusion.items():
        rows.append([literal(author), *(f"{votes[label]:,}" for label in labels)])
    return aligned(rows, numbers_from=1)
