"""A Parquet table, one utterance a row, with the columns of a CSV file:

    ┌─────────────┬─────────┬─────────────────────────────┐
    │ dialogue_id ┆ speaker ┆ text                        │
    │ i64         ┆ str     ┆ str                         │
    ╞═════════════╪═════════╪═════════════════════════════╡
    │ 0           ┆ Bhavna  ┆ Did you call him?           │
    └─────────────┴─────────┴─────────────────────────────┘

Rows are read in batches, and of the columns only those that are needed.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sentio.card import Card
from sentio.files.base import Columns, Report, Turn
from sentio.files.columns import Found, find, missing, seconds
from sentio.files.source import DAMAGE, Source

if TYPE_CHECKING:
    import polars

card = Card(
    title="Parquet",
    summary="one utterance a row; columns found by name or given by flags",
    suffixes=(".parquet", ".pq"),
)

_BATCH = 10_000


def sniff(source: Source) -> float:
    """Certain by the four bytes that open every Parquet file."""
    return 1.0 if source.head.startswith(b"PAR1") else 0.0


def read(source: Source, columns: Columns, report: Report) -> Iterator[Turn]:
    """Rows as turns; raises `InputError` for a damaged file or a missing column; rows without a text or
    a speaker are reported."""
    import polars

    try:
        # Standard input cannot be read from its end, where Parquet keeps its table of contents.
        table = polars.scan_parquet(source.path or source.raw().read())
        schema = table.collect_schema()
        names = schema.names()
        found = find(names, columns)
        if cause := missing(found, names, columns):
            raise source.error(cause)
        number = 0
        for batch in table.select(_wanted(found, schema)).collect_batches(chunk_size=_BATCH, lazy=True):
            for row in batch.iter_rows():
                number += 1
                if (turn := _turn(row)) is not None:
                    yield turn
                else:
                    report(source.error("no speaker or no text in this row", number))
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, *DAMAGE) as error:
        raise source.error(f"not a readable Parquet file: {' '.join(str(error).split())[:120]}") from error


def _wanted(found: Found, schema: "polars.Schema") -> "list[polars.Expr]":
    """A column a purpose, in the order of `Found`. Data sets of sounds keep the sounds themselves in a column
    of that name: only one of words holds paths."""
    import polars

    words = (polars.String, polars.Categorical, polars.Enum)
    absent = {name for name in (found.audio, found.video) if name and not isinstance(schema[name], words)}
    return [
        (polars.lit(None) if name is None or name in absent else polars.col(name)).alias(purpose)
        for purpose, name in found._asdict().items()
    ]


def _turn(row: tuple[Any, ...]) -> Turn | None:
    text, speaker, conversation, utterance, start, end, audio, video = row
    if text is None or speaker is None or not str(speaker).strip():
        return None
    id, conversation = _word(utterance), _word(conversation)
    return Turn(str(speaker).strip(), str(text), id, conversation, seconds(start), seconds(end), audio, video)


def _word(value: object) -> str | None:
    return None if value is None else str(value)
