"""The catalogue's files: read, written and filtered.

One CSV line a result, a column a field of `Result`; modalities are joined by `+`, what is unknown is empty.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from pydantic import ValidationError

from sentio.errors import InputError, OutputError, UnknownName
from sentio.evaluation.catalogue.record import Result, Selection

FOLDER = Path(__file__).parent
PUBLISHED, OWN = FOLDER / "published.csv", FOLDER / "own.csv"
COLUMNS = tuple(Result.model_fields)


def published() -> tuple[Result, ...]:
    """The results that others reported, and floors recomputed on their corpora, in the order of the file."""
    return read(PUBLISHED)


def ours() -> tuple[Result, ...]:
    """The results of our own run folders that were added to the catalogue."""
    return read(OWN)


def read(path: Path) -> tuple[Result, ...]:
    """All results of a CSV file in the catalogue's columns.

    Raises `InputError` with file, line and, for a word that is none of a field's, the words that are.
    """
    try:
        with path.open(encoding="utf8", newline="") as file:
            table = csv.DictReader(file, strict=True)
            if tuple(table.fieldnames or ()) != COLUMNS:
                raise InputError(f"the columns must be {', '.join(COLUMNS)}", path=path, line=1)
            return tuple(_result(row, path, table.line_num) for row in table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", path=path) from error


def _result(row: dict[str | None, str], path: Path, line: int) -> Result:
    if None in row or None in row.values():
        raise InputError(f"{len(COLUMNS)} cells expected", path=path, line=line)
    given: dict[str | None, object] = {name: cell for name, cell in row.items() if cell}
    if "modalities" in given:
        given["modalities"] = row["modalities"].split("+")
    try:
        return Result.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{'.'.join(map(str, first['loc'])) or 'row'}: {first['msg']}", path=path, line=line) from None


def text(results: Iterable[Result]) -> str:
    """Results as the text of a CSV file: what `read` reads."""
    lines = StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(COLUMNS)
    for result in results:
        row = result.model_dump()
        row["modalities"] = "+".join(result.modalities)
        table.writerow(["" if row[name] is None else row[name] for name in COLUMNS])
    return lines.getvalue()


def write(results: Iterable[Result], path: Path) -> None:
    """Write results as a CSV file; raises `OutputError` where that is impossible."""
    try:
        path.write_text(text(results), "utf8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def select(
    results: Sequence[Result],
    *,
    task: str | None = None,
    ability: str | None = None,
    method: str | None = None,
    corpus: str | None = None,
    system: str | None = None,
    metric: str | None = None,
    modality: str | None = None,
    selection: Selection | None = None,
) -> tuple[Result, ...]:
    """The results that agree with all that is given, in whatever case.

    `modality` is exact: "text" leaves out what also hears. `selection="validation"` gives only rows whose
    way of selection is known from somewhere; unknown ones come when they are asked for.
    Raises `UnknownName`, with the nearest one, for a word of no result.
    """
    asked = {
        "task": task,
        "ability": ability,
        "method": method,
        "corpus": corpus,
        "system": system,
        "metric": metric,
        "modality": modality,
    }
    kept = tuple(results)
    for field, wanted in asked.items():
        if wanted is None:
            continue
        known = {_value(row, field) for row in results} - {""}
        if wanted.casefold() not in {name.casefold() for name in known}:
            raise UnknownName(f"{field} of the catalogue", wanted, known)
        kept = tuple(row for row in kept if _value(row, field).casefold() == wanted.casefold())
    return kept if selection is None else tuple(row for row in kept if row.selection == selection)


def _value(row: Result, field: str) -> str:
    return "+".join(row.modalities) if field == "modality" else str(getattr(row, field) or "")
