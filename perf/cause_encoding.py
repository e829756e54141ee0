"""Causes of a conversation whose utterances are all emotional: read once, beside each pair as a text of its own.

    OMP_NUM_THREADS=1 python perf/cause_encoding.py
    OMP_NUM_THREADS=1 python perf/cause_encoding.py --turns 30 --context   # each pair with its history, as published

- `once`: `cause_encoder`, all of it: the layers, the pairs, the words;
- `pair by pair`: the texts of RECCON's causal emotion entailment ("emotion <SEP> target <SEP> candidate", with
  --context and the history, up to 512 tokens) through the same six layers, those of like length together; without any
  head.

22 million random weights, invented words, processor time, the best of two rounds each in turns.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from tokenizers import Tokenizer

from sentio.causes.base import Felt
from sentio.causes.cause_encoder.finder import judge
from sentio.causes.cause_encoder.reading import Reader
from sentio.conversation import Conversation, Utterance
from sentio.corpora.reccon_folds import SEPARATOR
from sentio.encoders.mini import MODEL
from sentio.labels import space
from sentio.nn.cause_pairs import CauseEncoder, CauseShape
from sentio.nn.conversation_encoder import Lower, by_length

VOCABULARY, WINDOW = 30_522, 512
WORDS = "the a my our rain cup letter game train boat lost found broke likes never again today is was we you".split()
LENGTHS = (4, 24)
"""Words of an utterance: 14 on average, as in RECCON's training dialogues (17 tokens with begin and end)."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="causes of a conversation, read once and pair by pair")
    parser.add_argument("--turns", type=int, nargs="+", default=[10, 30, 100])
    parser.add_argument("--upper", type=int, default=0, help="layers that read the conversation")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--context", action="store_true", help="give each pair its history")
    wanted = parser.parse_args()
    torch.manual_seed(0)
    shape = CauseShape(emotions=7, upper=wanted.upper)
    model, below = CauseEncoder(shape).eval(), Lower(shape.encoder, VOCABULARY, WINDOW)
    whole = Lower(shape.encoder.model_copy(update={"upper": 0}), VOCABULARY, WINDOW).eval()
    reader = Reader(MODEL / "tokenizer.json", below, WINDOW, space("dailydialog"))
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(WINDOW)
    for turns in wanted.turns:
        felt = _felt(turns)
        once, pairwise = _in_turns(
            [partial(_once, reader, model, felt), partial(_pairwise, tokenizer, whole, felt, wanted.context)],
            wanted.rounds,
        )
        pairs = turns * (turns + 1) // 2
        print(f"{turns:4} utterances, {pairs:5} pairs: once {once:8.3f} s, pair by pair {pairwise:8.2f} s", end="")
        print(f"   {pairwise / once:6.1f} times")


def _felt(turns: int) -> Felt:
    dice = np.random.default_rng(turns)
    texts = [" ".join(dice.choice(WORDS, dice.integers(*LENGTHS))) for _ in range(turns)]
    said = tuple(Utterance(id=str(n), speaker="AB"[n % 2], text=text) for n, text in enumerate(texts))
    return Felt(Conversation(id="invented", utterances=said), {each.id: "happiness" for each in said})


def _once(reader: Reader, model: CauseEncoder, felt: Felt) -> None:
    (reading,) = reader.read([felt], exact=True)
    judge([model], [0.0], reading, torch.arange(len(felt.conversation)))


def _pairwise(tokenizer: Tokenizer, whole: Lower, felt: Felt, context: bool) -> None:
    said = [utterance.text for utterance in felt.conversation.utterances]
    texts = []
    for turn, target in enumerate(said):
        before = [" ".join(said[: turn + 1])] if context else []
        texts += [SEPARATOR.join(["happiness", target, candidate, *before]) for candidate in said[: turn + 1]]
    ids = [torch.tensor(encoding.ids) for encoding in tokenizer.encode_batch(texts)]
    with torch.no_grad():
        for _, block, mask in by_length(ids):
            whole(block, mask)


def _in_turns(works: list[Callable[[], None]], rounds: int) -> list[float]:
    """Processor seconds of each work's best round."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for took, work in zip(times, works, strict=True):
            started = time.process_time()
            work()
            took.append(time.process_time() - started)
    return [min(took) for took in times]


if __name__ == "__main__":
    main()
