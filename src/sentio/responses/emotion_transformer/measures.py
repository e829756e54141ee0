"""What a run is worth on validation: perplexity, and what is written beside what was said."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch

from sentio.metrics.spread import spread
from sentio.metrics.text import bleu, distinct
from sentio.responses.emotion_transformer.decoding import Search
from sentio.responses.emotion_transformer.lessons import Lesson, together, turn_by_turn
from sentio.responses.emotion_transformer.network import Network


def written(network: Network, lessons: Sequence[Lesson], search: Search) -> list[list[list[int]]]:
    """A reply to every turn but the last of each conversation, given what was really said up to there."""
    network.eval()
    found: list[list[list[int]]] = [[] for _ in lessons]
    with torch.no_grad():
        for rows in together(lessons):
            for turn in turn_by_turn(network, [lessons[row] for row in rows]):
                for row, ids in zip(turn.rows, search.replies(network, turn.heard, turn.memory), strict=True):
                    found[rows[row]].append(ids)
    return found


def text_measures(gold: Sequence[str], replies: Sequence[str], seen: Collection[str]) -> dict[str, float]:
    """Corpus BLEU-4 without smoothing and the mean of sentences' BLEU-4 smoothed as sacrebleu does ("exp"), both 0..100
    with 13a tokens; Dist-1 and Dist-2 over all replies, and the share that stands verbatim in training, 0..1; words a
    reply. Turns in which nothing is said are no reference and left out of BLEU."""
    pairs = [pair for pair in zip(gold, replies, strict=True) if pair[0].strip()]
    right, said = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return {
        "bleu_corpus_13a_none": bleu(right, said, average="corpus").score,
        "bleu_sentence_13a_exp": bleu(right, said, average="sentence", smoothing="exp").score,
        **{f"distinct_{n}": _distinct(replies, n) for n in (1, 2)},
        "copied": sum(reply in seen for reply in replies) / len(replies),
        "words": sum(len(reply.split()) for reply in replies) / len(replies),
    }


def _distinct(replies: Sequence[str], n: int) -> float:
    """Dist-n; 0 where no reply has n words, as those of a network that has learned little."""
    return distinct(replies, n) if any(len(reply.split()) >= n for reply in replies) else 0.0


def over_seeds(found: Mapping[int, Mapping[str, float]]) -> dict[str, Any]:
    """Each measure of each seed, and its spread over them."""
    names = next(iter(found.values()))
    spreads = {name: asdict(spread([one[name] for one in found.values()])) for name in names}
    return {"seeds": {str(seed): dict(one) for seed, one in found.items()}, **spreads}
