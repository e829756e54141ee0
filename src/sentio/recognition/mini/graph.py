"""The ONNX graph of `mini`, written by hand: token ids in, 28 scores and one vector a text out.

Three decisions make it fast and its answers steady:

- All texts of a batch have the same number of tokens, so there is no padding and no mask.
- Matrix products run in 8-bit integers with scales fixed at export. Nothing in the graph depends on
  the neighbours in the batch: a text gets the same scores wherever it stands.
- Inputs of a product are divided by one factor a channel, and the weights multiplied by it (Xiao et
  al., SmoothQuant, ICML 2023), so that a few loud channels do not use up the 256 steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]
CONTRIB = "com.microsoft"
OPSET, IR_VERSION = 21, 10
ZERO_STEP = 128
"""The unsigned step that stands for 0 in activations that spread to both sides."""


PAIR_LIMIT = 127
"""Two neighbouring weights of one sign: 255 * (127 + 1 for rounding) is the most that 16 bits hold."""


@dataclass(frozen=True)
class Site:
    """How the input of one matrix product becomes 8-bit: `round(x / smooth / scale) + zero`."""

    smooth: Array
    scale: float
    zero: int


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT encoder; `window` is the longest text in tokens."""

    layers: int
    hidden: int
    heads: int
    window: int
    epsilon: float


class Graph:
    """Collects nodes and constants; every method that adds one returns the name of its output."""

    def __init__(self, begun: onnx.GraphProto | None = None) -> None:
        """Empty, or with what an earlier graph holds."""
        self.nodes: list[onnx.NodeProto] = [] if begun is None else list(begun.node)
        self.constants: list[onnx.TensorProto] = [] if begun is None else list(begun.initializer)
        taken = [int(each.name[1:]) for each in self.constants]
        taken += [int(name[1:]) for node in self.nodes for name in node.output if name[1:].isdigit()]
        self._fresh = count(max(taken, default=-1) + 1)

    def constant(self, value: NDArray[Any] | np.generic) -> str:
        name = f"c{next(self._fresh)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def add(self, op: str, *inputs: str, out: str = "", domain: str = "", **attributes: int | float | list[int]) -> str:
        name = out or f"t{next(self._fresh)}"
        self.nodes.append(helper.make_node(op, inputs, [name], None, None, domain, None, **attributes))
        return name

    def model(self, inputs: Sequence[onnx.ValueInfoProto], outputs: Mapping[str, int]) -> onnx.ModelProto:
        """The whole; `outputs` are the widths of what each text or turn gets, by name."""
        given = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", wide]) for name, wide in outputs.items()
        ]
        graph = helper.make_graph(self.nodes, "mini", inputs, given, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="sentio")


def build(weights: Mapping[str, Array], shape: Shape, sites: Mapping[str, Site]) -> onnx.ModelProto:
    """The whole graph from a state dict of `EmotionEncoder` and one `Site` a quantised product.

    `sites` is keyed by the module whose input it describes (`calibration.sites`); a product without
    a site stays in 32-bit floats, so `build(weights, shape, {})` is the exact reference.
    """
    build = Builder(Graph(), weights, shape, sites)
    hidden = build.embeddings()
    for layer in range(shape.layers):
        hidden = build.layer(hidden, f"encoder.encoder.layer.{layer}")
    build.mean(hidden, out="vectors")
    build.graph.add("Sigmoid", build.by_label(hidden), out="scores")
    return build.graph.model([IDS], {"scores": len(weights["head.bias"]), "vectors": shape.hidden})


IDS = helper.make_tensor_value_info("ids", TensorProto.INT32, ["rows", "tokens"])
"""What the encoder reads: the tokens of texts of one length."""


class Builder:
    """Adds an encoder's parts to a graph; each method takes and returns names of outputs."""

    def __init__(self, graph: Graph, weights: Mapping[str, Array], shape: Shape, sites: Mapping[str, Site]) -> None:
        self.graph, self.weights, self.shape, self.sites = graph, weights, shape, sites
        width = shape.hidden // shape.heads
        self.split = self.graph.constant(np.array([0, 0, shape.heads, width]))
        self.join = self.graph.constant(np.array([0, 0, shape.hidden]))

    def embeddings(self) -> str:
        """Word vectors are stored as 8-bit integers with one scale a word: half of the file."""
        graph, prefix = self.graph, "encoder.embeddings"
        words = self.weights[f"{prefix}.word_embeddings.weight"]
        scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-9) / 127
        steps = graph.add("Gather", graph.constant(np.round(words / scale).astype(np.int8)), "ids")
        scales = graph.add("Gather", graph.constant(scale), "ids")
        word = graph.add("Mul", graph.add("Cast", steps, to=TensorProto.FLOAT), scales)
        kinds = self.weights[f"{prefix}.token_type_embeddings.weight"]
        places = self.weights[f"{prefix}.position_embeddings.weight"][: self.shape.window] + kinds[0]
        length = graph.add("Shape", "ids", start=1, end=2)
        zero = graph.constant(np.array([0]))
        place = graph.add("Slice", graph.constant(places), zero, length, zero)
        return self.norm(graph.add("Add", word, place), f"{prefix}.LayerNorm")

    def layer(self, hidden: str, prefix: str) -> str:
        graph, attention = self.graph, f"{prefix}.attention"
        mixed = self.attend(hidden, attention)
        mixed = self.linear(self.quantised(mixed, f"{attention}.output.dense"), f"{attention}.output.dense")
        hidden = self.norm(graph.add("Add", mixed, hidden), f"{attention}.output.LayerNorm")
        up, down = f"{prefix}.intermediate.dense", f"{prefix}.output.dense"
        inner = graph.add("Gelu", self.linear(self.quantised(self.smoothed(hidden, up), up), up), domain=CONTRIB)
        outer = self.linear(self.quantised(self.smoothed(inner, down), down), down)
        return self.norm(graph.add("Add", outer, hidden), f"{prefix}.output.LayerNorm")

    def attend(self, hidden: str, prefix: str) -> str:
        """Multi-head attention. The scale of the dot product goes into the query's weights, and the
        smoothing of the result into the value's, where both cost nothing."""
        graph, site = self.graph, f"{prefix}.self.query"
        steps = self.quantised(self.smoothed(hidden, site), site)
        scale = np.full(self.shape.hidden, np.sqrt(self.shape.heads / self.shape.hidden), np.float32)
        after = self.sites.get(f"{prefix}.output.dense")
        value_scale: Array | None = None if after is None else np.float32(1) / after.smooth
        query = self.heads(self.linear(steps, site, rows=scale, site=site), [0, 2, 1, 3])
        key = self.heads(self.linear(steps, f"{prefix}.self.key", site=site), [0, 2, 3, 1])
        value = self.heads(self.linear(steps, f"{prefix}.self.value", rows=value_scale, site=site), [0, 2, 1, 3])
        share = graph.add("Softmax", graph.add("MatMul", query, key), axis=-1)
        mixed = graph.add("Transpose", graph.add("MatMul", share, value), perm=[0, 2, 1, 3])
        return graph.add("Reshape", mixed, self.join)

    def heads(self, hidden: str, order: list[int]) -> str:
        return self.graph.add("Transpose", self.graph.add("Reshape", hidden, self.split), perm=order)

    def smoothed(self, hidden: str, name: str) -> str:
        site = self.sites.get(name)
        if site is None or np.all(site.smooth == 1):
            return hidden
        return self.graph.add("Mul", hidden, self.graph.constant(1 / site.smooth))

    def quantised(self, hidden: str, name: str) -> str:
        if (site := self.sites.get(name)) is None:
            return hidden
        scale, zero = self.graph.constant(np.float32(site.scale)), self.graph.constant(np.uint8(site.zero))
        return self.graph.add("QuantizeLinear", hidden, scale, zero)

    def linear(self, steps: str, name: str, *, rows: Array | None = None, site: str = "") -> str:
        """A product with bias. `rows` scales its outputs; `site` names the site when it is not `name`."""
        weight, offset = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        if rows is not None:
            weight, offset = weight * rows[:, None], offset * rows
        bias = self.graph.constant(offset)
        place = self.sites.get(site or name)
        if place is None:
            return self.graph.add("Add", self.graph.add("MatMul", steps, self.graph.constant(weight.T)), bias)
        whole, scale = whole_steps(weight * place.smooth)
        return self.graph.add(
            "MatMulIntegerToFloat",
            steps,
            self.graph.constant(whole.T),
            self.graph.constant(np.float32(place.scale)),
            self.graph.constant(scale),
            self.graph.constant(np.uint8(place.zero)),
            self.graph.constant(np.zeros(len(scale), np.int8)),
            bias,
            domain=CONTRIB,
        )

    def norm(self, hidden: str, name: str) -> str:
        # Not the fused SkipLayerNormalization: on CPUs it takes eight times as long as these two nodes.
        weight, bias = (self.graph.constant(self.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.graph.add("LayerNormalization", hidden, weight, bias, axis=-1, epsilon=self.shape.epsilon)

    # Sums over the last axis add in the same order whatever the batch; over the middle one they do not, and a job that
    # was resumed would differ from one that was not in the last digit. So tokens are put last before they are summed.

    def mean(self, hidden: str, out: str = "") -> str:
        """The mean of a text's token vectors."""
        turned = self.graph.add("Transpose", hidden, perm=[0, 2, 1])
        return self.graph.add("ReduceMean", turned, self.graph.constant(np.array([2])), out=out, keepdims=0)

    def by_label(self, hidden: str, out: str = "") -> str:
        """A logit a label: the evidence of all tokens, weighted by the label's attention."""
        graph = self.graph
        asked = graph.add("MatMul", hidden, graph.constant(self.weights["query.weight"].T))
        evidence = graph.add("MatMul", hidden, graph.constant(self.weights["head.weight"].T))
        weighted = graph.add("Mul", graph.add("Softmax", asked, axis=1), evidence)
        turned = graph.add("Transpose", weighted, perm=[0, 2, 1])
        logits = graph.add("ReduceSum", turned, graph.constant(np.array([2])), keepdims=0)
        return graph.add("Add", logits, graph.constant(self.weights["head.bias"]), out=out)


def whole_steps(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """Weights of shape (outputs, inputs) as 8-bit steps, and the size of each output's step.

    Processors without 8-bit dot products (before 2019) add two neighbouring products, each up to
    255 times a step, in 16 bits. Steps are chosen so that no such pair can overflow: otherwise the
    same model would answer differently there, without a word.
    """
    pairs = np.abs(weight[:, ::2] + weight[:, 1::2]).max(axis=1) / PAIR_LIMIT
    scale = np.maximum(np.maximum(np.abs(weight).max(axis=1) / 127, pairs), 1e-9).astype(np.float32)
    return np.round(weight / scale[:, None]).astype(np.int8), scale
