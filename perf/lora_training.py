"""Utterances a second and peak memory of LoRA training: the paper's recipe beside ours, on a model of random weights.

    python perf/lora_training.py                 # small, two cores; the shape of Qwen3-8B on CUDA
    python perf/lora_training.py --length 48 --conversations 2

Both see the same invented conversations with knowledge and demonstrations, an update after the same number of
utterances, LoRA of rank 32 on all linear layers, one AdamW step. They differ step by step, so that each step's part in
the ratio can be told:

    released        the released prompts (five utterances after the target, too, definitions, distances) in packed rows
                    of 2,048 tokens, loss and logits on all of them, activations computed again in the backward pass
    padded          our prompts, three a batch, padded to the longest; all else as released
    answers only    the same, logits where the answer is predicted and nowhere else
    prefix tree     the common beginning of a batch's prompts once, no padding
    kept            the same, activations kept for the backward pass: it is faster and takes more memory
    shared layout   ours at its best: prompts that begin with what they have in common, twelve a row

The small model keeps two proportions of Qwen3-8B: its output layer has 9 % of the weights of its other layers, and
attention over 2,048 tokens costs 9 % of their products. On a CPU one thread computes, and its own time is told, so that
other work on the machine does not count.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from zlib import crc32

import numpy as np
import torch
from peft import PeftModel
from torch.nn.functional import cross_entropy
from transformers import Qwen3Config, Qwen3ForCausalLM

from sentio import Conversation, Utterance
from sentio.prompts import erc
from sentio.prompts.parts import Example, Insight, Parts
from sentio.training.lora_model import with_lora
from sentio.training.lora_samples import Sample
from sentio.training.lora_settings import LoraSettings
from sentio.training.lora_trainer import answer_loss, tensors

SMALL = Qwen3Config(
    hidden_size=384,
    intermediate_size=1152,
    num_hidden_layers=2,
    vocab_size=640,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=16,
    tie_word_embeddings=False,
)
LARGE = Qwen3Config(
    hidden_size=4096,
    intermediate_size=12288,
    num_hidden_layers=36,
    vocab_size=151_936,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=128,
    tie_word_embeddings=False,
)
LABELS = ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger")
UPDATE, BATCH, ROW = 12, 3, 2048

Batches = list[Callable[[], torch.Tensor]]


@dataclass(frozen=True)
class Variant:
    """A way to train: `batches` gives the losses of an update over these conversations."""

    name: str
    batches: Callable[[PeftModel, Sequence[Conversation]], Iterator[Batches]]
    checkpointing: bool


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="LoRA training, the paper's recipe beside ours")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--conversations", type=int, default=10)
    parser.add_argument("--length", type=int, help="utterances a conversation, of two speakers; else 4 to 13 of three")
    wanted = parser.parse_args()
    draw = np.random.default_rng(0)
    # MELD has 9.6 utterances a conversation in the mean, IEMOCAP 47.8 of two speakers.
    people = ("Ada", "Bo", "Cleo")[: 2 if wanted.length else 3]
    chats = [conversation(draw, people, wanted.length or 4 + 3 * n % 12) for n in range(wanted.conversations)]
    utterances = sum(map(len, chats))
    torch.set_num_threads(1)
    model = built()
    seconds: dict[str, list[float]] = {variant.name: [] for variant in VARIANTS}
    memory: dict[str, float] = {}
    for number in range(wanted.rounds + 1):
        for variant in VARIANTS:
            took, peak = measured(variant, model, chats)
            memory[variant.name] = max(memory.get(variant.name, 0.0), peak)
            if number:  # the first round warms up
                seconds[variant.name].append(took)
            print(f"round {number}: {variant.name} {took:.1f} s", file=sys.stderr, flush=True)
    first = median(seconds[VARIANTS[0].name])
    print(f"{utterances} utterances, {wanted.rounds} rounds, {device()}; medians")
    for name, of_name in seconds.items():
        rate, spread = utterances / median(of_name), (max(of_name) - min(of_name)) / median(of_name)
        ratio = first / median(of_name)
        print(f"{name:14} {rate:8.2f} utterances/s  x{ratio:5.2f}  {memory[name]:8.1f} MB  ±{spread / 2:.0%}")


def measured(variant: Variant, model: PeftModel, chats: Sequence[Conversation]) -> tuple[float, float]:
    """Seconds of one epoch, on a CPU the processor's, and the most memory used in MB, on a CPU that which a forward
    pass keeps for its backward pass."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4, fused=True)
    model.train()
    if variant.checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    else:
        model.gradient_checkpointing_disable()
    if cuda := torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    clock = time.perf_counter if cuda else time.process_time
    start, kept = clock(), Kept()
    for update in variant.batches(model, chats):
        for loss in update:
            with kept:
                value = loss()
            torch.autograd.backward(value)
        optimizer.step()
        optimizer.zero_grad()
    if cuda:
        torch.cuda.synchronize()
        kept.peak = torch.cuda.max_memory_allocated()
    return clock() - start, kept.peak / 1e6


class Kept:
    """Bytes that a forward pass keeps for its backward pass, the most of any; weights are not counted."""

    def __init__(self) -> None:
        self.peak = 0

    def __enter__(self) -> None:
        self._now: dict[int, int] = {}
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._saved, lambda tensor: tensor)
        self._hooks.__enter__()

    def __exit__(self, *error: object) -> None:
        self._hooks.__exit__(None, None, None)
        self.peak = max(self.peak, sum(self._now.values()))

    def _saved(self, tensor: torch.Tensor) -> torch.Tensor:
        if not isinstance(tensor, torch.nn.Parameter):
            storage = tensor.untyped_storage()
            self._now[storage.data_ptr()] = storage.nbytes()
        return tensor


def released(model: PeftModel, chats: Sequence[Conversation]) -> Iterator[Batches]:
    """Rows of 2,048 tokens, as many an update as hold the utterances of one of ours."""
    samples = [one for chat in chats for one in prompts(chat, Parts(compat="official"))]
    for update in cut(samples, UPDATE):
        ids = [token for one in update for token in one.ids]
        rows = [torch.tensor([ids[start : start + ROW]], device=device()) for start in range(0, len(ids), ROW)]
        yield [partial(full_loss, model, row, None) for row in rows if row.shape[1] > 1]


def full_loss(model: PeftModel, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """The loss of every token, padding left out; logits of all of them."""
    labels = ids if mask is None else ids.masked_fill(mask == 0, -100)
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
    return cross_entropy(logits[:, :-1].flatten(0, 1).float(), labels[:, 1:].flatten())


def padded(model: PeftModel, chats: Sequence[Conversation], answers: bool) -> Iterator[Batches]:
    """Our prompts, padded; the loss on all tokens or on the answers."""
    samples = [one for chat in chats for one in prompts(chat, Parts())]
    for update in cut(samples, UPDATE):
        yield [partial(padded_loss, model, batch, answers) for batch in cut(update, BATCH)]


def padded_loss(model: PeftModel, batch: Sequence[Sample], answers: bool) -> torch.Tensor:
    """Answers stand at the right end, so that their logits are those of the last places."""
    width = max(len(one.ids) for one in batch)
    ids, mask = torch.zeros(len(batch), width, dtype=torch.long), torch.zeros(len(batch), width, dtype=torch.long)
    for row, one in enumerate(batch):
        ids[row, width - len(one.ids) :], mask[row, width - len(one.ids) :] = torch.tensor(one.ids), 1
    ids, mask = ids.to(device()), mask.to(device())
    if not answers:
        return full_loss(model, ids, mask)
    longest = max(len(one.completion) for one in batch)
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=longest + 1).logits[:, :-1]
    return cross_entropy(logits.flatten(0, 1).float(), ids[:, -longest:].flatten(), reduction="sum")


def tree(model: PeftModel, chats: Sequence[Conversation], size: int, parts: Parts) -> Iterator[Batches]:
    """Ours: at most `size` neighbours a row, as many rows an update as hold its utterances."""
    rows = [run for chat in chats for run in cut(prompts(chat, parts), size)]
    update: list[list[Sample]] = []
    for row in rows:
        update.append(row)
        if sum(map(len, update)) >= UPDATE or row is rows[-1]:
            yield [partial(row_loss, model, row) for row in update]
            update = []


def row_loss(model: PeftModel, row: Sequence[Sample]) -> torch.Tensor:
    """As `LoraTrainer` computes it."""
    return answer_loss(model, {name: tensor.to(device()) for name, tensor in tensors(row).items()})


VARIANTS = (
    Variant("released", released, checkpointing=True),
    Variant("padded", partial(padded, answers=False), checkpointing=True),
    Variant("answers only", partial(padded, answers=True), checkpointing=True),
    Variant("prefix tree", partial(tree, size=BATCH, parts=Parts()), checkpointing=True),
    Variant("kept", partial(tree, size=BATCH, parts=Parts()), checkpointing=False),
    Variant("shared layout", partial(tree, size=UPDATE, parts=Parts(layout="shared")), checkpointing=False),
)


def conversation(draw: np.random.Generator, people: Sequence[str], length: int) -> Conversation:
    """Utterances of 8 words in the mean."""
    return Conversation(
        id="invented",
        utterances=tuple(
            Utterance(
                id=str(k), speaker=people[int(draw.integers(len(people)))], text=text(draw, 1 + int(draw.poisson(7)))
            )
            for k in range(length)
        ),
    )


def prompts(chat: Conversation, parts: Parts) -> list[Sample]:
    """What is asked about each utterance: readings of 35 words, a speaker in 100, three demonstrations of 8."""
    draw = np.random.default_rng(len(chat))
    people = {name: text(draw, 100) for name in chat.speakers}
    samples = []
    for place, utterance in enumerate(chat.utterances):
        insight = Insight(text(draw, 35), text(draw, 35), people[utterance.speaker])
        examples = [Example(text(draw, 8), "joy", "meld", 0.6) for _ in range(3)]
        asked = erc.prompt(chat, place, LABELS, insight=insight, examples=examples, parts=parts)
        ids = [token for message in asked.messages for token in (1, *tokens(message.content), 2)]
        samples.append(Sample((*ids, 3, 4), len(ids)))
    return samples


def text(draw: np.random.Generator, words: int) -> str:
    return " ".join(f"word{n}" for n in draw.integers(0, 3000, words)) + "."


def tokens(words: str) -> list[int]:
    """A token a word or sign: about as many as a byte-pair tokenizer makes of English."""
    return [10 + crc32(word.encode()) % 500 for word in re.findall(r"\w+|[^\w\s]", words)]


def cut(items: Sequence[Sample], size: int) -> list[list[Sample]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def built() -> PeftModel:
    """The model for this machine; the small one has a rank that is small for it, too."""
    large = torch.cuda.is_available()
    torch.manual_seed(0)
    with torch.device(device()):
        torch.set_default_dtype(torch.bfloat16 if large else torch.float32)
        base = Qwen3ForCausalLM(LARGE if large else SMALL)
        torch.set_default_dtype(torch.float32)
    model = with_lora(base, LoraSettings(rank=32 if large else 2), seed=0)
    model.enable_input_require_grads()
    return model


def device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


if __name__ == "__main__":
    main()
