"""The graphs that read conversations: a branch of the encoder's graph, and one that reads what was said before.

Where the layers that are shared end the graph has a choice (ONNX's `If`), because onnxruntime computes all that a graph
can give, whatever is asked for: texts `in_conversation` take the branch, others what was there before. The branch gives
each text `own`, a logit a label by its words alone, and `turns`, what else a later turn may read of it. The other graph
reads both, by conversation:

  own (rows, labels), turns (rows, wide), history (rows, span), same (rows, span)  ->  scores (rows, labels)
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sentio.encoders.mini.weights import ALONE, nodes_alone
from sentio.encoders.onnx_graph import CONDITION
from sentio.nn.history_means import LOW, HistoryShape
from sentio.recognition.mini.graph import CONTRIB, IDS, Array, Builder, Graph, Shape, Site

TOGETHER = "together."
"""How the outputs of the branch begin within it."""


def without_branch(encoder: onnx.ModelProto) -> onnx.ModelProto:
    """The encoder's graph as `graph.build` makes it, whatever else is in it."""
    graph = Graph(encoder.graph)
    graph.nodes = nodes_alone(encoder.graph)
    used = {name for node in graph.nodes for name in node.input}
    graph.constants = [constant for constant in graph.constants if constant.name in used]
    given = {name for node in graph.nodes for name in node.output}
    return graph.model([IDS], {name: wide for name, wide in _widths(encoder).items() if name in given})


def with_branch(
    encoder: onnx.ModelProto, weights: Mapping[str, Array], shape: Shape, sites: Mapping[str, Site], upper: int
) -> onnx.ModelProto:
    """The encoder's graph, as `graph.build` makes it, and the branch: what was in it gives what it gave.

    `weights` are those of an `EmotionEncoder` whose `upper` layers and head are the branch's, and `inputs.weight`,
    `inputs.bias`; `sites` as for `graph.build`.
    """
    graph = Graph(encoder.graph)
    build = Builder(graph, weights, shape, sites)
    norms = [node.output[0] for node in encoder.graph.node if node.op_type == "LayerNormalization"]
    shared = shape.layers - upper
    hidden = norms[2 * shared]  # one norm behind the embeddings, two a layer
    place = 1 + next(place for place, node in enumerate(graph.nodes) if hidden in node.output)
    below, above, graph.nodes = graph.nodes[:place], graph.nodes[place:], []
    for layer in range(shared, shape.layers):
        hidden = build.layer(hidden, f"encoder.encoder.layer.{layer}")
    build.by_label(hidden, out=f"{TOGETHER}own")
    _linear(graph, weights, "inputs", build.mean(hidden), out=f"{TOGETHER}turns")
    branch, graph.nodes = graph.nodes, below
    new = {"own": len(weights["head.bias"]), "turns": len(weights["inputs.bias"])}
    return _with_choice(graph, above, branch, _widths(encoder), new)


def _with_choice(
    graph: Graph,
    alone: Sequence[onnx.NodeProto],
    together: Sequence[onnx.NodeProto],
    old: Mapping[str, int],
    new: Mapping[str, int],
) -> onnx.ModelProto:
    """The graph with a choice behind its nodes; `old` and `new` are the widths of what the two ways give."""
    outputs = {**old, **new}
    ways = {
        "then_branch": _way(TOGETHER, together, outputs, old),
        "else_branch": _way(ALONE, [_renamed(node, old) for node in alone], outputs, new),
    }
    graph.nodes.append(helper.make_node("If", [CONDITION], list(outputs), **ways))
    return graph.model([IDS, helper.make_tensor_value_info(CONDITION, TensorProto.BOOL, [])], outputs)


def _renamed(node: onnx.NodeProto, outputs: Collection[str]) -> onnx.NodeProto:
    """The node; where it gives an output of the whole, under the name that this has within its way."""
    own = onnx.NodeProto()
    own.CopyFrom(node)
    if own.output[0] in outputs:
        own.output[0] = f"{ALONE}{own.output[0]}"
    return own


def _way(
    prefix: str, nodes: Sequence[onnx.NodeProto], outputs: Mapping[str, int], lacking: Mapping[str, int]
) -> onnx.GraphProto:
    """One way of the choice. Both must give all outputs: of those that it lacks it gives no row."""
    nothing = []
    for name, wide in lacking.items():
        empty = numpy_helper.from_array(np.zeros((0, wide), np.float32))
        nothing.append(helper.make_node("Constant", [], [f"{prefix}{name}"], value=empty))
    given = [_rows(f"{prefix}{name}", TensorProto.FLOAT, wide) for name, wide in outputs.items()]
    return helper.make_graph([*nodes, *nothing], prefix.rstrip("."), [], given)


def _widths(encoder: onnx.ModelProto) -> dict[str, int]:
    return {each.name: each.type.tensor_type.shape.dim[1].dim_value for each in encoder.graph.output}


def history_graph(weights: Mapping[str, Array], shape: HistoryShape) -> onnx.ModelProto:
    """The graph of a `HistoryMeans` with these weights."""
    graph, labels = Graph(), len(weights["outputs.bias"])
    words = graph.add("Concat", "own", "turns", axis=1)
    means = _means(graph, weights["fading"], words)
    before = graph.add("Reshape", means, graph.constant(np.array([0, weights["before.weight"].shape[1]])))
    read = graph.add("Add", _linear(graph, weights, "own", words), _linear(graph, weights, "before", before))
    change = _linear(graph, weights, "outputs", graph.add("Gelu", read, domain=CONTRIB))
    straight = graph.add("MatMul", before, graph.constant(weights["straight.weight"].T))
    logits = graph.add("Add", "own", graph.add("Add", change, straight))
    graph.add("Sigmoid", logits, out="scores")
    floats = [_rows(name, TensorProto.FLOAT, wide) for name, wide in (("own", labels), ("turns", shape.wide))]
    places = [_rows(name, TensorProto.INT64, shape.span) for name in ("history", "same")]
    return graph.model([*floats, *places], {"scores": labels})


def _means(graph: Graph, fading: Array, words: str) -> str:
    """The means of the turns before, by who said them, each with a 1 behind it where there are such turns: shape (rows,
    groups, labels + wide + 1)."""
    zero = graph.constant(np.array(0))
    there = graph.add("GreaterOrEqual", "history", zero)
    mine = graph.add("Equal", "same", graph.constant(np.array(1)))
    axis = graph.constant(np.array([1]))
    groups = [graph.add("And", there, mine), graph.add("And", there, graph.add("Not", mine)), there]
    belongs = graph.add("Concat", *(graph.add("Unsqueeze", group, axis) for group in groups), axis=1)
    low = graph.add("Cast", graph.add("Not", belongs), to=TensorProto.FLOAT)
    low = graph.add("Mul", low, graph.constant(np.float32(LOW)))
    weight = graph.add("Softmax", graph.add("Add", low, graph.constant(fading)), axis=-1)
    last = graph.constant(np.array([2]))
    some = graph.add("ReduceMax", graph.add("Cast", belongs, to=TensorProto.FLOAT), last, keepdims=1)
    before = graph.add("Gather", words, graph.add("Max", "history", zero), axis=0)
    means = graph.add("MatMul", graph.add("Mul", weight, some), before)
    return graph.add("Concat", means, some, axis=2)


def _linear(graph: Graph, weights: Mapping[str, Array], name: str, states: str, out: str = "") -> str:
    product = graph.add("MatMul", states, graph.constant(weights[f"{name}.weight"].T))
    return graph.add("Add", product, graph.constant(weights[f"{name}.bias"]), out=out)


def _rows(name: str, kind: int, wide: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["rows", wide])
