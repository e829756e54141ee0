"""`sentio demos search`: what is shown for a text, or for the utterances of a file."""

import json
import sys
from os.path import isdir
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sentio.cli.demos.options import Flags
from sentio.retrieval.options import Retrieval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentio.retrieval import Hit, Query

WIDTH = 90
"""Characters of a text that are shown in a table."""


def search(
    *texts: str,
    file: Path | None = None,
    for_: Annotated[str | None, Parameter(name="--for")] = None,
    format: Literal["table", "json"] = "table",
    data: Path | None = None,
    options: Flags = Retrieval(),  # noqa: B008  (frozen)
) -> None:
    """Show the demonstrations of texts, or of each utterance of a conversation.

    Examples:

    sentio demos search "We won!"
    sentio demos search demos "I can't believe you did that!" "We won!" --for meld --k 5
    sentio demos search everyday --file chat.txt --for meld --format json | jq -c .hits[].label

    Parameters
    ----------
    texts
        A repository, then what is looked for. A repository is a folder that `sentio demos build` has written, or
        "everyday", the demonstrations that come with sentio; it may be left out before a single text, or where only
        --file is given.
    file
        A conversation in any format that `sentio recognize` reads, "-" for standard input.
    for_
        A corpus, your own table or a label space: labels are told in its words, others dropped, and nothing of a
        corpus that shares its conversations is shown. By default every label is shown as it is.
    format
        How to print: table, or json (a line for each text).
    data
        The folder of the corpora; needed for no corpus but a table of your own.
    """
    from sentio.cli.demos.opened import opened
    from sentio.cli.demos.target import target
    from sentio.errors import InputError
    from sentio.retrieval import Retriever

    repository, texts = _parted(texts, file is not None)
    if not texts and file is None:
        raise InputError("nothing to look for; give a text, or a conversation with --file")
    retriever = Retriever(opened(repository), target(for_, data), options)
    for wanted in _wanted(texts, file):
        for query, hits in zip(wanted, retriever.retrieve(wanted), strict=True):
            print(_line(query, hits) if format == "json" else _table(query, hits), flush=True)


def _parted(words: tuple[str, ...], with_file: bool) -> tuple[Path, tuple[str, ...]]:
    """The repository and the texts. One word alone is a text, unless a repository may be meant: a folder of that name
    is there, or the default one is called so.

    >>> _parted(("We won!",), False), _parted(("demos", "We won!"), False)
    ((PosixPath('everyday'), ('We won!',)), (PosixPath('demos'), ('We won!',)))
    """
    from sentio.retrieval import DEFAULT

    alone = len(words) == 1 and not with_file and words[0] != str(DEFAULT) and not isdir(words[0])
    return (DEFAULT, words) if alone or not words else (Path(words[0]), words[1:])


def _wanted(texts: tuple[str, ...], file: Path | None) -> "Iterator[list[Query]]":
    """The texts together, then the utterances of each conversation."""
    from sentio import files
    from sentio.cli import STREAM
    from sentio.retrieval import Query, queries

    if texts:
        yield [Query(text) for text in texts]
    if file is not None:
        for conversation in files.stream("-" if file == Path(STREAM) else file, on_error=_told):
            yield queries(conversation)


def _told(error: Exception) -> None:
    print(f"sentio: skipped: {error}", file=sys.stderr)


def _line(query: "Query", hits: "tuple[Hit, ...]") -> str:
    found = [
        {"label": hit.label, "similarity": round(hit.similarity, 4), "row": hit.row, "entry": hit.entry._asdict()}
        for hit in hits
    ]
    place = {"conversation": query.conversation, "position": query.position, "speaker": query.speaker or None}
    return json.dumps({"text": query.text, **place, "hits": found}, ensure_ascii=False)


def _table(query: "Query", hits: "tuple[Hit, ...]") -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    rows = [
        [f"  {hit.similarity:.2f}", literal(hit.label), literal(hit.entry.corpus), literal(hit.entry.text)[:WIDTH]]
        for hit in hits
    ]
    who = f"{query.speaker}: " if query.speaker else ""
    found = aligned(rows) if rows else "  nothing: no entry may be shown, or the text is empty"
    return "\n".join([literal(who + query.text)[:WIDTH], *(line.rstrip() for line in found.split("\n"))])
