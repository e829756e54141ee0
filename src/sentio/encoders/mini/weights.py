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


ALONE = "alone."
"""How the outputs of what reads single texts begin where the graph has a choice."""


def nodes_alone(graph: "onnx.GraphProto") -> "list[onnx.NodeProto]":
    """The nodes that read single texts, as they are in a graph that reads nothing else (`mini.context_graph`)."""
    import onnx

    nodes: list[onnx.NodeProto]
    *nodes, last = graph.node
    if last.op_type != "If":
        return [*nodes, last]
    branches = {attribute.name: attribute.g for attribute in last.attribute}
    for node in branches["else_branch"].node:
        if node.op_type != "Constant":  # what stands for the outputs of the other branch
            own = onnx.NodeProto()
            own.CopyFrom(node)
            own.output[0] = node.output[0].removeprefix(ALONE)
            nodes.append(own)
    return nodes


class _Reader:
    """Walks the nodes in the order in which `recognition.mini.graph` adds them."""

    def __init__(self, graph: "onnx.GraphProto", constants: Mapping[str, NDArray[np.generic]]) -> None:
        self.nodes, self.constants = nodes_alone(graph), constants
        self.made_by = {name: node for node in self.nodes for name in node.output}

    def named(self) -> Iterator[tuple[str, Array]]:
        norms, products = self._of("LayerNormalization"), self._of("MatMulIntegerToFloat")
        gathers = self._of("Gather")
        words, scales = (self._floats(next(gathers), 0) for _ in range(2))
        yield "embeddings.word_embeddings.weight", words * scales
        yield "embeddings.position_embeddings.weight", self._floats(next(self._of("Slice")), 0)
        yield from self._norm(next(norms), "embeddings.LayerNorm")
        for layer, query in enumerate(products):
            prefix = f"encoder.layer.{layer}"
            width = len(self._floats(query, 6)) // HEADS
            yield from self._product(query, f"{prefix}.attention.self.query", rows=width**0.5)
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
            yield f"{name}.{part}", self._floats(node, place)

    def _product(self, node: "onnx.NodeProto", name: str, rows: float = 1.0) -> Iterator[tuple[str, Array]]:
        steps, scale, bias = (self._floats(node, place) for place in (1, 3, 6))
        yield f"{name}.weight", steps.T * scale[:, None] * self._divided(node) * np.float32(rows)
        yield f"{name}.bias", bias * np.float32(rows)

    def _divided(self, node: "onnx.NodeProto") -> Array:
        """What the input of a product is multiplied by before it becomes steps."""
        before = self.made_by[self.made_by[node.input[0]].input[0]]
        if before.op_type == "Mul" and before.input[1] in self.constants:
            return self._floats(before, 1)
        return np.ones(1, np.float32)

    def _heads(self) -> Iterator[tuple[str, Array]]:
        outer = [self._floats(node, 1) for node in self._of("MatMul") if node.input[1] in self.constants]
        for name, weight in zip(("query", "head"), outer, strict=True):
            yield f"{name}.weight", weight.T
        logits = self.made_by[next(self._of("Sigmoid")).input[0]]
        yield "head.bias", self._floats(logits, 1)

    def _floats(self, node: "onnx.NodeProto", place: int) -> Array:
        """The constant that a node takes at this place."""
        return np.asarray(self.constants[node.input[place]], dtype=np.float32)
