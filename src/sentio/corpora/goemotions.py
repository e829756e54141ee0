"""GoEmotions: 58 k English Reddit comments with 27 emotions and neutral, multi-label, Apache-2.0.

Demszky et al., "GoEmotions: A Dataset of Fine-Grained Emotions", ACL 2020. Files `original/train.tsv`
(43,410 rows) and `original/dev.tsv` (5,426), no header: text, label numbers, comment id.

    This is so funny, thanks for the laugh	1,15	abc12de
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sentio import corpora, labels
from sentio.errors import InputError


class Comments(BaseModel):
    """Comments of one split: texts and marks of shape (rows, 28), in the order of the label space.

    `sha256` is that of the file, so that a run can say what it was trained on.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    texts: list[str]
    marks: NDArray[np.bool_]
    sha256: str


def read(split: str, data: Path | None = None) -> Comments:
    """The `train` or `dev` split; raises `InputError` naming file and line where a row is broken."""
    path = corpora.folder("goemotions", data) / "original" / f"{split}.tsv"
    if not path.is_file():
        raise InputError("missing; GoEmotions has original/train.tsv and original/dev.tsv", path=path)
    classes = len(labels.space("goemotions"))
    texts, numbers = [], []
    with path.open(encoding="utf8", newline="\n") as file:
        for line, row in enumerate(file, start=1):
            try:
                text, marked, _ = row.rstrip("\n").split("\t")
                numbers.append([int(number) for number in marked.split(",")])
                if not all(0 <= number < classes for number in numbers[-1]):
                    raise ValueError
            except ValueError:
                raise InputError("expected text, label numbers 0-27, comment id", path=path, line=line) from None
            texts.append(text)
    marks = np.zeros((len(texts), classes), dtype=bool)
    for row_number, row_labels in enumerate(numbers):
        marks[row_number, row_labels] = True
    return Comments(texts=texts, marks=marks, sha256=sha256(path.read_bytes()).hexdigest())
