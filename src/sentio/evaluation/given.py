"""Predictions that somebody else's program made: a file as a system.

A CSV, TSV, JSONL or Parquet file with the columns `conversation`, `utterance` and `predicted`, for causes also
`evidence`; `sentio evaluate` writes such files itself. Several labels are a list, in CSV with ";" or "," between.

    conversation,utterance,predicted
    1039,0,joy
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import InputError
from sentio.evaluation.base import SETS, Answer, Asked, Target, Task
from sentio.evaluation.tasks.classification import Classification
from sentio.gold import Value

if TYPE_CHECKING:
    import polars

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")
Key = tuple[str, str, str]


class GivenAnswers:
    """Looks every answer up in a file."""

    def __init__(self, path: Path, task: Task) -> None:
        """Raises `InputError` for a file that is no such table, lacks a column, holds something else in it, has a cell
        without prediction or two different predictions for one target.
        """
        self._path, self._task = path, task
        any_case = isinstance(task, Classification) and task.any_case
        self._known = {label.casefold(): label for label in task.labels} if any_case else {}
        self._answers: dict[Key, Answer] = {}
        found = _table(path)
        _require_types(found, task, path)
        shares = _probabilities(found, task)
        for number, row in enumerate(found.iter_rows(named=True), start=1):
            key = (str(row["conversation"]), str(row["utterance"]), str(row.get("evidence") or ""))
            answer = Answer(self._value(row["predicted"], number), tuple(row["probabilities"]) if shares else None)
            if self._answers.setdefault(key, answer).value != answer.value:
                raise InputError(f"two predictions for {_told(key)}", path=path)

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            yield [self._found(one.item.id, target) for target in one.targets]

    def _found(self, conversation: str, target: Target) -> Answer:
        key = (conversation, target.utterance, target.evidence)
        if key not in self._answers:
            raise InputError(f"no prediction for {_told(key)}", path=self._path)
        return self._answers[key]

    def _value(self, cell: object, number: int) -> Value:
        if isinstance(cell, list):
            return tuple(map(self._label, cell))
        text = "" if cell is None else str(cell).strip()
        if not text and self._task.name not in (*SETS, "reply", "text", "spans"):
            raise InputError(f"prediction {number} is empty", path=self._path)
        if self._task.name in SETS:
            return tuple(self._label(label) for label in re.split("[;,]", text) if label.strip())
        if self._task.name == "regression":
            try:
                return float(text)
            except ValueError:
                raise InputError(f"prediction {number} is no number: {text!r}", path=self._path) from None
        return self._label(text)

    def _label(self, text: str) -> str:
        label = text.strip()
        return self._known.get(label.casefold(), label)


def _table(path: Path) -> "polars.DataFrame":
    import polars

    try:
        match path.suffix:
            case ".parquet":
                found = polars.read_parquet(path, glob=False)
            case ".jsonl":
                found = polars.read_ndjson(path, infer_schema_length=None)
            case suffix:
                # Ids such as 007 are names, not numbers.
                separator = "\t" if suffix == ".tsv" else ","
                found = polars.read_csv(path, separator=separator, infer_schema=False, glob=False)
    except (polars.exceptions.PolarsError, OSError) as error:
        raise InputError(f"cannot be read as a table: {error}", path=path) from error
    for column in ("conversation", "utterance", "predicted"):
        if column not in found.columns:
            raise InputError(f"no column {column!r}; it has {', '.join(found.columns)}", path=path)
    if "seed" in found.columns and found["seed"].n_unique() > 1:
        raise InputError("holds predictions of several seeds; keep those of one", path=path)
    return found


def _require_types(found: "polars.DataFrame", task: Task, path: Path) -> None:
    """Names are texts or whole numbers, answers texts; a set may be a list of texts, a score a number."""
    import polars

    text = (polars.String, polars.Categorical, polars.Enum, polars.Null)
    for column in ("conversation", "utterance", "evidence", "predicted"):
        if column not in found.columns:
            continue
        kind = found.schema[column]
        inner = kind.inner if isinstance(kind, polars.List) and column == "predicted" and task.name in SETS else kind
        number = kind.is_integer() if column != "predicted" else kind.is_numeric() and task.name == "regression"
        if not number and not isinstance(inner, text):
            raise InputError(f"column {column!r} holds {kind}, which is nothing for {task.name}", path=path)
    if (
        isinstance(found.schema["predicted"], polars.List)
        and found["predicted"].list.eval(polars.element().is_null()).list.any().any()
    ):
        raise InputError("a list of predictions has an empty place", path=path)


def _probabilities(found: "polars.DataFrame", task: Task) -> bool:
    """Whether the file has probabilities of the task's labels, in their order: each row's answer is its likeliest."""
    import polars

    if "probabilities" not in found.columns or task.name not in ("classification", "next emotion", "strategy"):
        return False
    shares = found["probabilities"]
    if not isinstance(shares.dtype, polars.List) or not shares.dtype.inner.is_float() or shares.null_count():
        return False
    if (shares.list.len() != len(task.labels)).any():
        return False
    return all(
        label in task.labels and row[task.labels.index(label)] == max(row)
        for label, row in zip(found["predicted"].to_list(), shares.to_list(), strict=True)
    )


def _told(key: Key) -> str:
    conversation, utterance, evidence = key
    candidate = f" with candidate {evidence!r}" if evidence else ""
    return f"utterance {utterance!r} of conversation {conversation!r}{candidate}"
