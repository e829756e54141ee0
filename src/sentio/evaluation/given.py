"""Predictions that somebody else's program made: a file as a system.

A CSV, TSV, JSONL or Parquet file with the columns `conversation`, `utterance` and `predicted`, for causes also
`evidence`; `sentio evaluate` writes such files itself. Several labels are a list, in CSV between commas.

    conversation,utterance,predicted
    1039,0,joy
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import InputError
from sentio.evaluation.base import SETS, Answer, Asked, Target, Task
from sentio.gold import Value

if TYPE_CHECKING:
    import polars

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")
Key = tuple[str, str, str]


class GivenAnswers:
    """Looks every answer up in a file."""

    def __init__(self, path: Path, task: Task) -> None:
        """Raises `InputError` for a file that is no such table, lacks a column, has a cell without prediction or
        two different predictions for one target."""
        self._path, self._task = path, task
        self._values: dict[Key, Value] = {}
        for number, row in enumerate(_table(path).iter_rows(named=True), start=1):
            key = (str(row["conversation"]), str(row["utterance"]), str(row.get("evidence") or ""))
            if self._values.setdefault(key, value := self._value(row["predicted"], number)) != value:
                raise InputError(f"two predictions for {_told(key)}", path=path)

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            yield [Answer(self._found(one.item.id, target)) for target in one.targets]

    def _found(self, conversation: str, target: Target) -> Value:
        key = (conversation, target.utterance, target.evidence)
        if key not in self._values:
            raise InputError(f"no prediction for {_told(key)}", path=self._path)
        return self._values[key]

    def _value(self, cell: object, number: int) -> Value:
        if isinstance(cell, list):
            return tuple(map(str, cell))
        text = "" if cell is None else str(cell)
        if not text and self._task.name not in (*SETS, "text", "spans"):
            raise InputError(f"prediction {number} is empty", path=self._path)
        if self._task.name in SETS:
            return tuple(label.strip() for label in text.split(",") if label.strip())
        if self._task.name == "regression":
            try:
                return float(text)
            except ValueError:
                raise InputError(f"prediction {number} is no number: {text!r}", path=self._path) from None
        return text


def _table(path: Path) -> "polars.DataFrame":
    import polars

    try:
        match path.suffix:
            case ".parquet":
                found = polars.read_parquet(path)
            case ".jsonl":
                found = polars.read_ndjson(path, infer_schema_length=None)
            case suffix:
                # Ids such as 007 are names, not numbers.
                found = polars.read_csv(path, separator="\t" if suffix == ".tsv" else ",", infer_schema=False)
    except (polars.exceptions.PolarsError, OSError) as error:
        raise InputError(f"cannot be read as a table: {error}", path=path) from error
    for column in ("conversation", "utterance", "predicted"):
        if column not in found.columns:
            raise InputError(f"no column {column!r}; it has {', '.join(found.columns)}", path=path)
    if "seed" in found.columns and found["seed"].n_unique() > 1:
        raise InputError("holds predictions of several seeds; keep those of one", path=path)
    return found


def _told(key: Key) -> str:
    conversation, utterance, evidence = key
    candidate = f" with candidate {evidence!r}" if evidence else ""
    return f"utterance {utterance!r} of conversation {conversation!r}{candidate}"
