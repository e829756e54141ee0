"""`Mini`: texts in, unit vectors out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio.encoders.base import unit
from sentio.encoders.mini.model_folder import read_manifest, version_of_vectors
from sentio.encoders.onnx_graph import Encoder

VECTORS = "vectors"
"""The output of the graph that is read."""


class Mini:
    """Unit vectors of the default system. A text longer than its window has the mean of its windows."""

    name = "mini"

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        self._graph = Encoder(folder, manifest.window)
        self.version = version_of_vectors(folder, manifest)

    @property
    def width(self) -> int:
        """Length of a vector."""
        return self._graph.width(VECTORS)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, width); a text that comes again is computed once."""
        different = list(dict.fromkeys(texts))
        row = {text: number for number, text in enumerate(different)}
        return unit(self._graph.encode(different, VECTORS)[0])[[row[text] for text in texts]]
