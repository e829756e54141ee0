"""Utterances a second that get a distribution over seven labels, by the ways there are.

    python perf/label_scoring.py --count 12
    python perf/label_scoring.py --hidden 4096 --layers 36 --vocabulary 151936 --dtype bfloat16 --count 256  # on a GPU

A Qwen3 of random weights reads prompts of 300 to 500 tokens, of which the first 160 are the same for all (what a
prompt with instruction and demonstrations looks like), and labels of one to three tokens and the end of the turn:

- `tree`: the prompt once, all labels behind it in one pass (`label_logprobs`);
- `row a label`: prompt and label as one row for each label, in batches of as many tokens, the usual way;
- `greedy`: the label is written, three tokens, in batches of 16; a word, and no distribution.

All run in turns and the best rounds are compared: on a CPU in processor time, of one thread with OMP_NUM_THREADS=1,
because that is the same on a busy machine. The scores of the first two are compared, too.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from transformers import PreTrainedModel, Qwen3Config, Qwen3ForCausalLM

from sentio.llms.batches import batches
from sentio.llms.label_scoring import BATCH_TOKENS, label_logprobs, row_by_row
from sentio.llms.label_tree import Logprobs, reduced

SHARED, SHORTEST, LONGEST = 160, 300, 500
LENGTHS = (1, 1, 1, 2, 2, 2, 3)
"""Tokens of the labels: what Qwen3 makes of MELD's seven lies between one and three."""
WRITTEN, ROWS = 3, 16
END = 2

Ids = list[int]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="label scoring beside its alternatives")
    for name, default in (("hidden", 256), ("layers", 8), ("vocabulary", 16384), ("count", 12), ("repeats", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--dtype", default="float32")
    wanted = parser.parse_args()
    model = _model(wanted.hidden, wanted.layers, wanted.vocabulary, getattr(torch, wanted.dtype))
    prompts, labels = _texts(wanted.vocabulary, wanted.count)
    works: dict[str, Callable[[], Logprobs | None]] = {
        "tree": partial(label_logprobs, model, prompts, labels),
        "row a label": partial(row_by_row, model, prompts, labels, BATCH_TOKENS),
        "greedy": partial(_greedy, model, prompts),
    }
    seconds, scores = _in_turns(works, wanted.repeats)
    for name, took in seconds.items():
        print(
            f"{name:12} {wanted.count / took:8.1f} utterances/s   {took / seconds['tree']:5.2f} times the tree's time"
        )
    sums = [reduced(scores[name], mean=False) for name in ("tree", "row a label")]
    print(f"largest difference of a score {np.abs(sums[0] - sums[1]).max():.1e}")
    if torch.cuda.is_available():
        print(f"peak memory {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB")


def _model(hidden: int, layers: int, vocabulary: int, dtype: torch.dtype) -> PreTrainedModel:
    config = Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=max(2, hidden // 128) if hidden >= 1024 else 8,
        num_key_value_heads=8 if hidden >= 1024 else 4,
        head_dim=128 if hidden >= 1024 else 32,
        eos_token_id=None,
        pad_token_id=0,
        dtype=dtype,
    )
    torch.manual_seed(0)
    torch.set_default_dtype(dtype)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.device(device):
        model: PreTrainedModel = Qwen3ForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    model.train(False)
    return model


def _texts(vocabulary: int, count: int) -> tuple[list[Ids], list[Ids]]:
    dice = np.random.default_rng(0)

    def draw(length: int) -> Ids:
        ids: Ids = dice.integers(3, vocabulary, length).tolist()
        return ids

    shared = draw(SHARED)
    prompts = [shared + draw(int(dice.integers(SHORTEST, LONGEST)) - SHARED) for _ in range(count)]
    return prompts, [[*draw(length), END] for length in LENGTHS]


def _greedy(model: PreTrainedModel, prompts: list[Ids]) -> None:
    generate: Callable[..., torch.Tensor] = model.generate  # type: ignore[assignment]
    for batch in batches([len(ids) for ids in prompts], BATCH_TOKENS, ROWS):
        width = len(prompts[batch[0]])
        ids = torch.zeros(len(batch), width, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, i in enumerate(batch):
            ids[row, width - len(prompts[i]) :] = torch.tensor(prompts[i])
            mask[row, width - len(prompts[i]) :] = 1
        generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            max_new_tokens=WRITTEN,
            do_sample=False,
        )


def _in_turns(
    works: dict[str, Callable[[], Logprobs | None]], repeats: int
) -> tuple[dict[str, float], dict[str, Logprobs]]:
    """Seconds of each work's best round, and what the works gave."""
    cuda = torch.cuda.is_available()
    clock = time.perf_counter if cuda else time.process_time
    times: dict[str, list[float]] = {name: [] for name in works}
    given: dict[str, Logprobs] = {}
    for _ in range(repeats):
        for name, work in works.items():
            started = clock()
            if (result := work()) is not None:
                given[name] = result
            if cuda:
                torch.cuda.synchronize()
            times[name].append(clock() - started)
    return {name: min(took) for name, took in times.items()}, given


if __name__ == "__main__":
    main()
