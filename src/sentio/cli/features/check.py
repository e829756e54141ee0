"""`sentio features check`: what a file of features holds, and whether it fits a corpus."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.features.checking import Check


def check(
    file: str,
    *,
    corpus: Annotated[list[str] | None, Parameter(name="--corpus", negative="")] = None,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
) -> None:
    """Look through a file of features: rows, widths, broken and constant numbers, and what of a corpus is missing.

    Examples:

    sentio features check meld.npz --corpus meld:train --corpus meld:validation --data DATA
    sentio features check mosi/mosi_bclstm_train.npz --corpus mosi:train --format json
    sentio features check "meld_features/meld_dev_embeddings.npz#+1039" --corpus meld:validation

    Parameters
    ----------
    file
        PATH for all arrays of a file, PATH#ARRAY for one; +N after it adds N to the numbers of its conversations,
        which MELD counts anew in each split. Looked for here, then in the folder of the corpora.
    corpus
        CORPUS:SPLIT, or your own table, whose utterances should be in it; give it once for each.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print: table, or json.
    """
    from sentio.cli.features.source import conversations
    from sentio.cli.progress import Progress
    from sentio.errors import InputError
    from sentio.features.address import SUFFIXES, located, parsed
    from sentio.features.checking import check as run

    address = parsed(file)
    if address is None:
        raise InputError(f"no file of features: {', '.join(SUFFIXES)}, PATH or PATH#ARRAY", path=file)
    with Progress(shown=False) as progress:
        wanted = conversations(corpus, (), data, progress) if corpus else None
        found = run(address._replace(path=located(address.path, data)), wanted)
    print(found.model_dump_json(indent=2) if format == "json" else _table(found, corpus or ()))


def _table(found: "Check", corpora: Sequence[str]) -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    facts = [("rows", f"{found.rows}")]
    if found.corpus is not None:
        facts += [
            (literal(f"utterances of {', '.join(corpora)}"), f"{found.corpus.utterances}"),
            ("  missing", literal(_named(found.corpus.missing, found.corpus.named))),
            ("rows of no such utterance", f"{found.corpus.strangers}"),
        ]
    heads = ["array", "width", "constant columns", "rows of zeros", "broken rows"]
    arrays = [
        [each.array, f"{each.width}", f"{each.constant}", f"{each.zeros}", _named(each.broken, each.named)]
        for each in found.arrays
    ]
    return "\n".join([aligned(facts), "", aligned([heads, *([literal(cell) for cell in row] for row in arrays)])])


def _named(count: int, names: tuple[str, ...]) -> str:
    """So many, the first of them by name."""
    more = ", ..." if count > len(names) else ""
    return f"{count}: {', '.join(names)}{more}" if names else f"{count}"
