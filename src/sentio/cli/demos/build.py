"""`sentio demos build`: from corpora and tables to a repository."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.retrieval.repository import Manifest


def build(
    *,
    corpus: Annotated[list[str], Parameter(name="--corpus", negative="")],
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    encoder: str = "minilm",
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> None:
    """Write a repository of all labelled utterances of corpora and tables.

    Killed and called again, it goes on where it was. A repository that is there is replaced when the new one is whole.

    Examples:

    sentio demos build --corpus meld:train --out demos --data DATA
    sentio demos build --corpus meld:train --corpus prc_demonstrations:train --corpus mine.csv --out demos
    sentio demos build --corpus iemocap:train --out demos --encoder mini

    Parameters
    ----------
    corpus
        CORPUS:SPLIT, by a name of `sentio corpora ls`, or your own CSV, TSV or JSON-lines file with labels; give it
        once for each.
    out
        The folder to write.
    encoder
        minilm: all-MiniLM-L6-v2, as PRC-Emo; mini: by feeling, without torch; or the folder of a
        sentence-transformers model.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print what was built: table, or json (that of manifest.json).
    quiet
        No progress.
    """
    from sentio.cli.progress import Progress
    from sentio.retrieval import build as run

    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        manifest = run(corpus, out, encoder=encoder, data=data, progress=progress.advance).manifest
    print(manifest.model_dump_json(indent=2) if format == "json" else _table(manifest))


def _table(manifest: "Manifest") -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    rows = [["source", "entries", "left out", "labels"]]
    for source in manifest.sources:
        labels = ", ".join(f"{label} {n}" for label, n in manifest.labels[source.corpus].items())
        rows.append([f"{source.corpus}:{source.split}", f"{source.entries}", f"{source.left_out}", labels])
    heading = f"{manifest.entries} entries, {manifest.width} numbers each by {manifest.encoder} {manifest.version}"
    return "\n".join(
        [literal(heading), "", *map(str.rstrip, aligned([[literal(c) for c in r] for r in rows]).split("\n"))]
    )
