"""A Parquet table, one utterance a row, with the columns of a CSV file:

    ┌─────────────┬─────────┬─────────────────────────────┐
    │ dialogue_id ┆ speaker ┆ text                        │
    │ i64         ┆ str     ┆ str                         │
    ╞═════════════╪═════════╪═════════════════════════════╡
    │ 0           ┆ Mara    ┆ You are up early.           │
    └─────────────┴─────────┴─────────────────────────────┘

Rows are read in batches, and of the columns only those that are needed.
"""

from collections.abc import Iterator
from typing import Any

from sentio.card import Card
from sentio.files.base import Columns, Report, Turn
from sentio.files.columns import find, missing, seconds
from sentio.files.source import DAMAGE, Source

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
        names = table.collect_schema().names()
        found = find(names, columns)
        if cause := missing(found, names, columns):
            raise source.error(cause)
        wanted = [
            polars.lit(None).alias(str(i)) if name is None else polars.col(name).alias(str(i))
            for i, name in enumerate(found)
        ]
        number = 0
        for batch in table.select(wanted).collect_batches(chunk_size=_BATCH, lazy=True):
            for row in batch.iter_rows():
                number += 1
                if (turn := _turn(row)) is not None:
                    yield turn
                else:
                    report(source.error("no speaker or no text in this row", number))
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, *DAMAGE) as error:
        raise source.error(f"not a readable Parquet file: {' '.join(str(error).split())[:120]}") from error


def _turn(row: tuple[Any, ...]) -> Turn | None:
    text, speaker, conversation, utterance, start, end = row
    if text is None or speaker is None or not str(speaker).strip():
        return None
    return Turn(str(speaker).strip(), str(text), _word(utterance), _word(conversation), seconds(start), seconds(end))


def _word(value: object) -> str | None:
    return None if value is None else str(value)
