"""Named columns in the three formats of features: what any of them holds, read whole, and written.

A column is an array with a row an utterance: ids or labels of shape (rows,), vectors of shape (rows, width). In
Parquet vectors are a list column; in safetensors ids are lists in JSON in the file's metadata. What would have to be
unpickled is refused.
"""

import json
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sentio.errors import InputError, MissingExtra

if TYPE_CHECKING:
    import polars

Array = NDArray[Any]
Wanted = Callable[[str], bool]
"""Says of a column's name whether it is to be read: a file may hold far more than is asked for."""

DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, OverflowError, MemoryError, RuntimeError)
"""What libraries raise for files that are not what they seem."""


def read(path: Path, wanted: Wanted) -> dict[str, Array]:
    """The wanted columns of a file, by name. Raises `InputError` where it is damaged or holds pickled or ragged ones,
    `MissingExtra` where the library for its format is absent."""
    return {".npz": _npz, ".parquet": _parquet, ".safetensors": _safetensors}[path.suffix.lower()](path, wanted)


def write(
    file: BinaryIO, suffix: str, ids: Mapping[str, list[str]], vectors: Mapping[str, NDArray[np.float32]]
) -> None:
    """Write columns of ids (rows,) and vectors (rows, width) in the format of that suffix."""
    if suffix == ".npz":
        np.savez(file, allow_pickle=False, **{name: np.array(column) for name, column in ids.items()}, **vectors)
    elif suffix == ".parquet":
        import polars

        columns = {name: polars.Series(column, dtype=polars.String) for name, column in ids.items()}
        # Into memory first: Polars tells a full disk as an error of its own.
        whole = BytesIO()
        polars.DataFrame(columns | {name: polars.Series(each) for name, each in vectors.items()}).write_parquet(whole)
        file.write(whole.getbuffer())
    else:
        try:
            from safetensors.numpy import save
        except ModuleNotFoundError as error:
            raise MissingExtra("train") from error
        # ASCII, in which JSON can say anything; the header of the format takes no half of a surrogate pair.
        file.write(save(dict(vectors), metadata={name: json.dumps(column) for name, column in ids.items()}))


def _npz(path: Path, wanted: Wanted) -> dict[str, Array]:
    try:
        # NumPy leaves a file open that it opens itself and finds damaged.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise InputError("a single array; an archive of several is expected", path=path)
            return {name: archive[name] for name in archive if wanted(name)}
    except (*DAMAGE, BadZipFile, zlib.error) as error:
        cause = "holds pickled objects, which are never loaded" if "pickle" in str(error).lower() else str(error)
        raise InputError(f"not an archive of arrays: {cause}", path=path) from error


def _parquet(path: Path, wanted: Wanted) -> dict[str, Array]:
    import polars

    try:
        names = [name for name in polars.scan_parquet(path).collect_schema().names() if wanted(name)]
        frame = polars.read_parquet(path, columns=names)
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, *DAMAGE) as error:
        raise InputError(f"not a readable Parquet file: {str(error)[:120]}", path=path) from error
    return {column.name: _column(column, path) for column in frame}


def _column(column: "polars.Series", path: Path) -> Array:
    """A Parquet column; raises `InputError` for one with gaps, or with lists that are not equally long."""
    import polars

    if column.null_count():
        row = int(column.is_null().arg_max() or 0)
        raise InputError(f"{column.name!r} has nothing in row {row + 1}; leave such rows out", path=path)
    if not isinstance(column.dtype, polars.List):
        return np.array(column.to_list()) if column.dtype == polars.String else column.to_numpy()
    lengths = column.list.len()
    if lengths.n_unique() > 1:
        row = int((lengths != lengths[0]).arg_max() or 0)
        cause = f"vectors of {column.name!r} are not equally long: row 1 has {lengths[0]}, row {row + 1} {lengths[row]}"
        raise InputError(cause, path=path)
    # A number that is not there is not a number.
    parts = column.explode().cast(polars.Float32, strict=False).fill_null(float("nan")).to_numpy()
    return parts.reshape(len(column), -1)


def _safetensors(path: Path, wanted: Wanted) -> dict[str, Array]:
    try:
        from safetensors import SafetensorError, safe_open
    except ModuleNotFoundError as error:
        raise MissingExtra("train") from error
    try:
        with safe_open(path, framework="numpy") as file:
            lists = {name: json.loads(text) for name, text in (file.metadata() or {}).items() if wanted(name)}
            named = {name: np.array(each) for name, each in lists.items() if isinstance(each, list)}
            names = file.keys()
            return named | {name: file.get_tensor(name) for name in names if wanted(name)}
    except (*DAMAGE, SafetensorError) as error:
        raise InputError(f"not a readable safetensors file: {str(error)[:120]}", path=path) from error
