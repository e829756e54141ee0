"""Predictions as a table: one row a target and seed, written before anything is computed from them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import InputError
from sentio.evaluation.base import Answer, Asked, Predictions

if TYPE_CHECKING:
    import polars

KEYS = ("conversation", "utterance", "evidence")
COLUMNS = ("seed", *KEYS, "speaker", "text", "gold", "predicted", "probabilities")


def table(asked: Sequence[Asked], answers: Sequence[tuple[int, Iterable[Answer]]]) -> "polars.DataFrame":
    """The rows of several seeds, one below the other, in the order of the corpus.

    `text` and `speaker` are those of the utterance that was asked about, so that a run folder can be read
    without the corpus.
    """
    import polars

    rows: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for seed, answered in answers:
        for (one, number), answer in zip(_places(asked), answered, strict=True):
            target = one.targets[number]
            utterance = one.utterances[target.utterance]
            cells = (
                seed, one.item.id, target.utterance, target.evidence, utterance.speaker, utterance.text,
                target.gold, answer.value, answer.probabilities,
            )  # fmt: skip
            for column, cell in zip(rows.values(), cells, strict=True):
                column.append(cell)
    return polars.DataFrame(rows, schema_overrides={"seed": polars.Int32}, strict=False)


def by_seed(table: "polars.DataFrame") -> Iterator[tuple[int, Predictions]]:
    """Each seed's predictions, ready to be scored."""
    for (seed,), part in table.group_by("seed", maintain_order=True):
        probabilities = part["probabilities"]
        yield (
            int(str(seed)),
            Predictions(
                conversations=part["conversation"].to_list(),
                gold=_values(part["gold"]),
                predicted=_values(part["predicted"]),
                probabilities=None if probabilities.null_count() else probabilities.to_list(),
            ),
        )


def read(path: Path) -> "polars.DataFrame":
    """The predictions of a run folder; raises `InputError` where they are missing or not a table of ours."""
    import polars

    if not path.is_file():
        raise InputError("missing; is this the folder of a finished evaluation?", path=path)
    try:
        found = polars.read_parquet(path, glob=False)
    except (polars.exceptions.PolarsError, OSError) as error:
        raise InputError(f"not a table of predictions: {error}", path=path) from error
    if missing := set(COLUMNS) - set(found.columns):
        raise InputError(f"no column {min(missing)!r}", path=path)
    return found


def _places(asked: Sequence[Asked]) -> Iterator[tuple[Asked, int]]:
    return ((one, number) for one in asked for number in range(len(one.targets)))


def _values(column: "polars.Series") -> list[str | float | tuple[str, ...]]:
    return [tuple(value) if isinstance(value, list) else value for value in column.to_list()]
