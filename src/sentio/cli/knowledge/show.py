"""`sentio knowledge show`: what a language model wrote."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from sentio.knowledge.records import Record

TITLES = {"interpretation": ("explicit", "implicit"), "characteristics": ("characteristics",)}


def show(
    file: Path,
    *,
    kind: Literal["interpretation", "characteristics"] | None = None,
    dialogue: str | None = None,
    gaps: Annotated[bool, Parameter(negative="")] = False,
    limit: Annotated[int, Parameter(validator=Number(gte=1))] = 5,
) -> int:
    """Show some answers of a knowledge file.

    Examples:

    sentio knowledge show meld.jsonl
    sentio knowledge show meld.jsonl --dialogue 12 --limit 100
    sentio knowledge show meld.jsonl --gaps

    Parameters
    ----------
    file
        A file of `sentio knowledge build`.
    kind
        Only answers of this kind.
    dialogue
        Only answers about this conversation.
    gaps
        Only what has no answer, and why.
    limit
        At most so many.
    """
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal
    from sentio.knowledge.reading import Knowledge

    with Knowledge(file) as known:
        chosen = (
            record
            for key in known
            if kind in (None, key.kind)
            and dialogue in (None, key.dialogue)
            and (record := known.record(key))
            and (not gaps or record.gap or record.error)
        )
        shown = ["\n".join([literal(_title(one)), aligned(list(_rows(one)))]) for one in islice(chosen, limit)]
    print("\n\n".join(shown) if shown else f"{file}: no such answers")
    return 0


def _title(record: "Record") -> str:
    about = f"{record.corpus} {record.dialogue}"
    return f"{about}, {record.speaker}" if record.utterance is None else f"{about}/{record.utterance}, {record.speaker}"


def _rows(record: "Record") -> Iterator[tuple[str, str, str]]:
    from sentio.files.writers.terminal import literal

    for title, text in zip(TITLES[record.kind], record.texts, strict=False):
        yield "", title, literal(text)
    for title, why in (("gap", record.gap), ("error", record.error), ("answer", record.raw)):
        if why:
            yield "", title, literal(why)
