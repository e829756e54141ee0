"""`Mini`: texts in, unit vectors out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio.encoders.base import unit
from sentio.encoders.files import version_of
from sentio.encoders.mini.model_folder import FILES, read_manifest
from sentio.encoders.onnx_graph import Encoder


class Mini:
    """Unit vectors of the default system. A text longer than its window has the mean of its windows."""

    name = "mini"

    def __init__(self, folder: Path) -> None:
        window = read_manifest(folder).window
        self._graph = Encoder(folder, window)
        # Labels and thresholds of model.json do not touch the vectors.
        self.version = version_of((folder / name for name in FILES[1:]), window)

    @property
    def width(self) -> int:
        """Length of a vector."""
        return self._graph.width

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, width); a text that comes again is computed once."""
        different = list(dict.fromkeys(texts))
        row = {text: number for number, text in enumerate(different)}
        return unit(self._graph.encode(different)[1])[[row[text] for text in texts]]
