"""Runs the ONNX graph: texts in, numbers of each out. No torch.

Each core works on a batch of its own, with one thread inside the runtime: nobody waits at a barrier
after every node of the graph, and a busy neighbour slows down one batch, not all of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from sentio.encoders.cores import usable_cores
from sentio.errors import SentioError

Array = NDArray[np.float32]

BATCH_TOKENS = 768
"""Tokens in a batch: enough for full speed, few enough to stay in a core's cache."""
PIECE = 20_000
"""Characters tokenised in one go; longer texts are cut, so that megabytes cost no more memory."""
GROUP = 2_000_000
"""Characters whose tokens are held at the same time."""


CONDITION = "in_conversation"
"""The input that chooses between the two ways of a graph that reads conversations, too."""
TOGETHER = ("own", "turns")
"""What such a graph gives of texts in conversations, and of no others."""


class Window(NamedTuple):
    """Some consecutive tokens of the text `row`, without the special ones."""

    row: int
    ids: list[int]


class Batch(NamedTuple):
    """Windows of one length: the texts they belong to, and their ids with the special tokens."""

    rows: NDArray[np.int64]
    ids: NDArray[np.int32]


class Encoder:
    """Scores, vectors and what else a graph gives of texts.

    A text longer than the window is cut into consecutive windows; its numbers are the windows' means,
    weighted by their tokens. A text without any token (empty, or only spaces) has nothing to encode:
    its rows stay zero.
    """

    def __init__(self, folder: Path, window: int, threads: int | None = None) -> None:
        self._session = session(folder / "model.onnx")
        self._chooses = CONDITION in {given.name for given in self._session.get_inputs()}
        self._widths = {out.name: int(out.shape[1]) for out in self._session.get_outputs()}
        self._tokenizer = _tokenizer(folder / "tokenizer.json")
        self._first, self._last = self._tokenizer.encode("").ids
        self._content = window - 2
        self._pool = ThreadPoolExecutor(threads or usable_cores(), thread_name_prefix="mini")

    def width(self, output: str) -> int:
        """How many numbers a text gets in this output of the graph."""
        return self._widths[output]

    def encode(self, texts: Sequence[str], *outputs: str) -> tuple[Array, ...]:
        """The outputs of the graph with these names, each of shape (texts, width).

        What texts have in conversations (`TOGETHER`) is computed by another way than the rest: one call gives either.
        """
        found = tuple(np.zeros((len(texts), self._widths[name]), np.float32) for name in outputs)
        tokens = np.zeros((len(texts), 1), np.float32)
        for group in _groups(texts):
            batches = list(self._batches(self._windows(group)))
            answers = self._pool.map(partial(self._run, outputs), (batch.ids for batch in batches))
            for (rows, ids), parts in zip(batches, answers, strict=True):
                size = ids.shape[1] - 2
                np.add.at(tokens, rows, size)
                for whole, part in zip(found, parts, strict=True):
                    np.add.at(whole, rows, part * size)
        tokens[tokens == 0] = 1
        return tuple(whole / tokens for whole in found)

    def _run(self, outputs: Sequence[str], ids: NDArray[np.int32]) -> list[Array]:
        given = {"ids": ids} | ({CONDITION: np.array(outputs[0] in TOGETHER)} if self._chooses else {})
        found: list[Array] = self._session.run(list(outputs), given)
        return found

    def _windows(self, pieces: Sequence[tuple[int, str]]) -> Iterator[Window]:
        found = self._tokenizer.encode_batch_fast([piece for _, piece in pieces], add_special_tokens=False)
        for (row, _), encoding in zip(pieces, found, strict=True):
            ids = encoding.ids
            for start in range(0, len(ids), self._content):
                yield Window(row, ids[start : start + self._content])

    def _batches(self, windows: Iterable[Window]) -> Iterator[Batch]:
        """Windows of one length together, the longest first, so that the cores finish at the same time."""
        ordered = sorted(windows, key=lambda window: -len(window.ids))
        for size, same in groupby(ordered, key=lambda window: len(window.ids)):
            group = list(same)
            ids = np.empty((len(group), size + 2), np.int32)
            ids[:, 0], ids[:, -1] = self._first, self._last
            ids[:, 1:-1] = [window.ids for window in group]
            rows = np.array([window.row for window in group])
            step = max(1, BATCH_TOKENS // (size + 2))
            for start in range(0, len(group), step):
                yield Batch(rows[start : start + step], ids[start : start + step])


def _groups(texts: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """All texts with their row, cut into pieces, `GROUP` characters together."""
    group: list[tuple[int, str]] = []
    held = 0
    for row, text in enumerate(texts):
        for start in range(0, len(text), PIECE):
            # A lone surrogate, as broken JSON has it, is no character: it reads as "?".
            group.append((row, text[start : start + PIECE].encode("utf8", "replace").decode("utf8")))
            held += len(group[-1][1])
            if held >= GROUP:
                yield group
                group, held = [], 0
    if group:
        yield group


def session(path: Path) -> onnxruntime.InferenceSession:
    """A graph made ready, with one thread; raises `SentioError` for a file that is none of this version's."""
    onnxruntime.disable_telemetry_events()  # nothing is told to anybody unasked
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # The graph is fused by hand. Rewriting brings back the slow SkipLayerNormalization, and moves the last sums
    # to an axis on which they add in another order in another batch.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors share no public base class
        raise SentioError(f"{path}: not a model this version of onnxruntime can run: {error}") from error


def _tokenizer(path: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise SentioError(f"{path}: not a tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
