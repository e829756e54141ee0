"""`sentio demos check`: twins, labels that contradict, balance, and leaks into an evaluation split."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sentio.retrieval.default import DEFAULT

if TYPE_CHECKING:
    from sentio.retrieval.check import Check
    from sentio.retrieval.repository import Repository


def check(
    repository: Path = DEFAULT,
    *,
    against: str | None = None,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
) -> None:
    """Look through a repository, and for the utterances of an evaluation split in it.

    Examples:

    sentio demos check
    sentio demos check demos
    sentio demos check demos --against meld:validation --data DATA
    sentio demos check demos --format json | jq .labels

    Parameters
    ----------
    repository
        A folder that `sentio demos build` has written; by default "everyday", the demonstrations that come with sentio.
    against
        CORPUS:SPLIT that is evaluated on, or your own table.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print: table, or json.
    """
    from sentio.cli.demos.opened import opened
    from sentio.corpora.sources import open_source
    from sentio.retrieval.check import check as run

    held = opened(repository)
    evaluated = None
    if against is not None:
        corpus, split = open_source(against, data)
        evaluated = corpus.conversations(split)
    found = run(held, evaluated)
    print(found.model_dump_json(indent=2) if format == "json" else _table(held, found, against))


def _table(held: "Repository", found: "Check", against: str | None) -> str:
    from sentio.cli.alignment import aligned
    from sentio.corpora.leaks import LONG
    from sentio.files.writers.terminal import literal

    sources = ", ".join(f"{source.corpus}:{source.split} {source.entries}" for source in held.manifest.sources)
    labels = ", ".join(f"{label} {_share(n, found.entries)}" for label, n in found.labels.items())
    rows = [
        ("entries", f"{found.entries}: {sources}"),
        ("  without a token, never found", f"{found.silent}"),
        ("  with a twin, verbatim", _share(found.repeats.rows, found.entries)),
        ("texts that recur", f"{found.repeats.texts}"),
        ("  with emotions that differ", _share(found.repeats.conflicting, found.repeats.texts)),
        ("emotions", labels),
        ("  balance, 1 where all are equally frequent", f"{found.balance:.2f}"),
    ]
    if (leaks := found.leaks) is not None:
        rows += [
            (f"utterances of {against}", f"{leaks.utterances}"),
            ("  verbatim in the repository", _share(leaks.verbatim, leaks.utterances)),
            (f"  of {LONG} words or more, verbatim", _share(leaks.verbatim_long, leaks.long)),
            (f"  of {LONG} words or more, else nearly there", _share(leaks.near, leaks.long)),
        ]
    return aligned([(name, literal(value)) for name, value in rows])


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else f"{part}"
