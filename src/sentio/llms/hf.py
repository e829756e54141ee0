"""A model in this process, by `transformers`: `hf/PATH` is a folder with a model or with a LoRA adapter.

Questions are taken four batches ahead, so that those of like length are worked on together.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from sentio.card import Card
from sentio.errors import LanguageModelError
from sentio.llms.address import Address
from sentio.llms.base import Json, LanguageModel, Sampling
from sentio.llms.batches import batches
from sentio.llms.checkpoint import Checkpoint, load_checkpoint
from sentio.llms.generation import write
from sentio.llms.in_process import InProcess, Written
from sentio.llms.label_scoring import BATCH_TOKENS, context_limit, label_logprobs
from sentio.llms.label_tree import Logprobs

card = Card(
    title="Local transformers",
    summary="Runs a model or a LoRA adapter from a folder (hf/PATH): exact label scores, batches by length.",
    extra="hf",
)

AHEAD = 4
Ids = Sequence[int]
T = TypeVar("T")


def load(address: Address, concurrency: int) -> LanguageModel:
    """The model in the folder `address.model`, working on `concurrency` questions in a batch."""
    if address.url is not None:
        raise LanguageModelError(f"{address}: a model in this process has no URL; write hf/{address.model}")
    return InProcess(Transformers(load_checkpoint(Path(address.model)), concurrency))


class Transformers:
    """A checkpoint as the engine of an `InProcess` model, `batch` rows at once, fewer where memory does not suffice.

    >>> model = InProcess(Transformers(load_checkpoint(Path("qwen3-8b"), nf4=True), batch=8))  # doctest: +SKIP
    """

    def __init__(self, checkpoint: Checkpoint, batch: int = 16) -> None:
        self.name = f"hf/{checkpoint.name}"
        self.model, self.tokenizer = checkpoint.model, checkpoint.tokenizer
        self.context = context_limit(checkpoint.model)
        self.batch, self.ahead = batch, AHEAD * batch

    def write(
        self, prompts: Sequence[Ids], sampling: Sampling, samples: Sequence[int], schema: Json | None
    ) -> Iterator[tuple[int, Written | None]]:
        """See `Engine.write`; nothing keeps the model to the schema."""

        def work(rows: Sequence[int]) -> list[Written]:
            asked = [prompts[i] for i in rows]
            return write(self.model, self.tokenizer, asked, sampling, [samples[i] for i in rows])

        for batch in batches([len(ids) for ids in prompts], BATCH_TOKENS, self.batch):
            yield from _in_parts(work, batch)

    def label_logprobs(self, prompts: Sequence[Ids], labels: Sequence[Ids]) -> Logprobs:
        """See `Engine.label_logprobs`."""

        def work(rows: Sequence[int]) -> Sequence[Logprobs]:
            return list(label_logprobs(self.model, [prompts[i] for i in rows], labels))

        scores = np.full((len(prompts), len(labels), max(map(len, labels))), np.nan)
        for i, row in _in_parts(work, range(len(prompts))):
            if row is not None:
                scores[i] = row
        return scores


def _in_parts(work: Callable[[Sequence[int]], Sequence[T]], rows: Sequence[int]) -> list[tuple[int, T | None]]:
    """The work on all rows; where memory does not suffice on each half, and None for a row that is too much alone."""
    import torch

    try:
        return list(zip(rows, work(rows), strict=True))
    except torch.OutOfMemoryError:
        pass  # the halves are tried outside of this block: its traceback holds on to what filled the memory
    torch.cuda.empty_cache()
    if len(rows) == 1:
        return [(rows[0], None)]
    half = len(rows) // 2
    return _in_parts(work, rows[:half]) + _in_parts(work, rows[half:])
