"""The weights of a `mini` model as floats again, to train further from: read back from its 8-bit graph.

Nothing but the shipped file is needed. Each product's steps times its scale is its weight, divided by what
its input was smoothed with; the query's share of the attention's scale is taken out again.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sentio.errors import SentioError

if TYPE_CHECKING:
    import onnx

Array = NDArray[np.float32]

HEADS = 12
"""Attention heads of all-MiniLM-L6-v2; the graph does not say."""


def read_weights(path: Path) -> dict[str, Array]:
    """Weights by the names they have in `transformers.BertModel`, besides `query.weight`, `head.weight` and `head.bias`
    of the 28 labels, shape (28, hidden) and (28,).

    `embeddings.position_embeddings.weight` ends with the model's window and holds the one token type that is used.
    Raises `SentioError` for a graph of another kind.
    """
    import onnx
    from onnx import numpy_helper

    try:
        graph = onnx.load(path).graph
        constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        return dict(_Reader(graph, constants).named())
    except (OSError, ValueError, KeyError, StopIteration, onnx.onnx_cpp2py_export.checker.ValidationError) as error:
        raise SentioError(f"{path}: not a graph of mini: {error}") from error


class _Reader:
    """Walks the nodes in the order in which `recognition.mini.graph` adds them."""

    def __init__(self, graph: "onnx.GraphProto", constants: Mapping[str, NDArray[np.generic]]) -> None:
        self.nodes, self.constants = list(graph.node), constants
        self.made_by = {name: node for node in self.nodes for name in node.output}

    def named(self) -> Iterator[tuple[str, Array]]:
        norms, products = self._of("LayerNormalization"), self._of("MatMulIntegerToFloat")
        gathers = self._of("Gather")
        words, scales = (self.constants[next(gathers).input[0]] for _ in range(2))
        yield "embeddings.word_embeddings.weight", np.float32(words) * np.float32(scales)
        yield "embeddings.position_embeddings.weight", np.float32(self.constants[next(self._of("Slice")).input[0]])
        yield from self._norm(next(norms), "embeddings.LayerNorm")
        for layer, query in enumerate(products):
            prefix = f"encoder.layer.{layer}"
            width = len(self.constants[query.input[6]]) // HEADS
            yield from self._product(query, f"{prefix}.attention.self.query", rows=np.float32(width) ** 0.5)
            for name in ("attention.self.key", "attention.self.value", "attention.output.dense"):
                yield from self._product(next(products), f"{prefix}.{name}")
            yield from self._norm(next(norms), f"{prefix}.attention.output.LayerNorm")
            for name in ("intermediate.dense", "output.dense"):
                yield from self._product(next(products), f"{prefix}.{name}")
            yield from self._norm(next(norms), f"{prefix}.output.LayerNorm")
        yield from self._heads()

    def _of(self, kind: str) -> "Iterator[onnx.NodeProto]":
        return iter([node for node in self.nodes if node.op_type == kind])

    def _norm(self, node: "onnx.NodeProto", name: str) -> Iterator[tuple[str, Array]]:
        for part, place in (("weight", 1), ("bias", 2)):
            yield f"{name}.{part}", np.float32(self.constants[node.input[place]])

    def _product(
        self, node: "onnx.NodeProto", name: str, rows: np.float32 = np.float32(1)
    ) -> Iterator[tuple[str, Array]]:
        steps, scale, bias = (self.constants[node.input[place]] for place in (1, 3, 6))
        weight = np.float32(steps).T * np.float32(scale)[:, None]
        yield f"{name}.weight", weight * self._divided(node)[None, :] * rows
        yield f"{name}.bias", np.float32(bias) * rows

    def _divided(self, node: "onnx.NodeProto") -> Array:
        """What the input of a product is multiplied by before it becomes steps."""
        before = self.made_by[self.made_by[node.input[0]].input[0]]
        if before.op_type == "Mul" and before.input[1] in self.constants:
            return np.float32(self.constants[before.input[1]])
        return np.ones(self.constants[node.input[1]].shape[0], np.float32)

    def _heads(self) -> Iterator[tuple[str, Array]]:
        outer = [node.input[1] for node in self._of("MatMul") if node.input[1] in self.constants]
        query, head = (np.float32(self.constants[name]).T for name in outer)
        yield "query.weight", query
        yield "head.weight", head
        logits = self.made_by[next(self._of("Sigmoid")).input[0]]
        yield "head.bias", np.float32(self.constants[logits.input[1]])
