"""What an index on disk was built of, so that it is never searched beside other vectors."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentio.errors import InputError

NAME = "index.json"


def stamp_of(vectors: NDArray[np.float32], **settings: str | int) -> dict[str, Any]:
    """Hash and shape of the vectors, and the settings of the index with its library's version."""
    digest = sha256(np.ascontiguousarray(vectors).tobytes()).hexdigest()
    return {"vectors": digest, "shape": list(vectors.shape), **settings}


def write(folder: Path, stamp: dict[str, Any]) -> None:
    """The last file of an index: where it stands, the others are whole."""
    (folder / NAME).write_text(json.dumps(stamp, indent=2) + "\n", "utf8")


def check(folder: Path, stamp: dict[str, Any]) -> None:
    """Raise `InputError` where the folder holds no index, or one with another stamp."""
    try:
        found = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError) as error:
        raise InputError("no index, or a damaged one; remove the folder and build it again", path=folder) from error
    if found != stamp:
        differing = [name for name, value in stamp.items() if not isinstance(found, dict) or found.get(name) != value]
        what = ", ".join(differing) or "more"
        raise InputError(
            f"an index of another version ({what} differ); remove the folder and build it again", path=folder
        )
