"""`CauseEncoderFinder`: conversations and what is felt in them in, judgements out, as a stream."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sentio import labels
from sentio.causes.base import Candidate, Felt, Judgement
from sentio.causes.cause_encoder import manifest as files
from sentio.causes.cause_encoder.reading import Reader, Reading, words_at
from sentio.nn.cause_pairs import NEXT, CauseEncoder, Said, best_spans
from sentio.training.manifest_file import asked_seeds
from sentio.training.tuned_encoder import TOKENIZER, read_lower
from sentio.training.weights_file import restored, seed_file

PAIRS = 16_384
"""Pairs judged together, those of a target at least: what bounds memory in long conversations."""


@dataclass(frozen=True)
class Opinion:
    """What some models make of pairs: log-odds that the candidate is a cause and the first and last token of the cause,
    shape (pairs,)."""

    log_odds: NDArray[np.float64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


class CauseEncoderFinder:
    """The finder of a training run.

    It answers with the mean of the log-odds of all seeds, each counted from its threshold, or with those of one. A
    conversation is read by itself and in 32 bits: an answer does not depend on its neighbours, to the last bit. Of a
    very long utterance the first tokens are read, as many as the window holds.
    """

    def __init__(self, model: Path, seed: int | None = None) -> None:
        manifest = files.read(model)
        self.space = labels.space(manifest.space)
        seeds = asked_seeds(model, manifest.thresholds, seed)
        self._thresholds = [manifest.thresholds[each] for each in seeds]
        lower = read_lower(model, manifest.shape.encoder)
        self._reader = Reader(model / TOKENIZER, lower, manifest.window, self.space)
        self._models = [restored(CauseEncoder(manifest.shape), seed_file(model, each)) for each in seeds]

    def find(self, asked: Iterable[Felt]) -> Iterator[Judgement]:
        """See `CauseFinder.find`."""
        for felt in asked:
            place = {utterance.id: number for number, utterance in enumerate(felt.conversation.utterances)}
            targets = sorted(felt.emotions, key=place.__getitem__)
            if not targets:
                yield {}
                continue
            (reading,) = self._reader.read([felt], exact=True)
            numbers = [place[target] for target in targets]
            opinion = judge(self._models, self._thresholds, reading, torch.tensor(numbers))
            yield dict(zip(targets, _candidates(felt, reading, opinion, numbers), strict=True))


def judge(models: Sequence[CauseEncoder], thresholds: Sequence[float], reading: Reading, targets: Tensor) -> Opinion:
    """Mean opinion of the models on all pairs of these utterances of a conversation, in ascending order, as
    `nn.pair_grid.grid` numbers them: log-odds from each one's threshold on, and the words that are best for all
    together (the whole candidate where words are not learned)."""
    found = []
    with torch.no_grad():
        said = [model.read([reading.heard]) for model in models]
        for first, new, end in _parts(targets.tolist()):
            skipped = int((targets[first:new] + 1).sum())
            found.append(_together(models, thresholds, said, targets[first:end], skipped))
    return Opinion(*(torch.cat(part).numpy() for part in zip(*found, strict=True)))


def _parts(targets: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Where to judge long lists of targets: first judged, first new, end; an answer rests on `NEXT` targets before.

    >>> list(_parts([9_999, 10_000, 10_001]))
    [(0, 0, 1), (0, 1, 2), (0, 2, 3)]
    """
    new = 0
    while new < len(targets):
        end, pairs = new, 0
        while end < len(targets) and (end == new or pairs + targets[end] < PAIRS):
            pairs += targets[end] + 1
            end += 1
        yield max(0, new - NEXT), new, end
        new = end


def _together(
    models: Sequence[CauseEncoder], thresholds: Sequence[float], said: Sequence[Said], targets: Tensor, skipped: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The parts of an `Opinion` on the pairs of some targets but for the first `skipped`."""
    odds, firsts, lasts = [], [], []
    for model, one, threshold in zip(models, said, thresholds, strict=True):
        judged = model.judge(one, targets)
        candidates = judged.pairs[skipped:, 1]
        first, last = model.point(one, candidates, judged.states[skipped:])
        odds.append(judged.logits[skipped:].double() - threshold)
        firsts.append(first.log_softmax(-1))
        lasts.append(last.log_softmax(-1))
    if not models[0].shape.spans:
        return torch.stack(odds).mean(0), torch.zeros_like(candidates), (said[0].lengths[candidates] - 3).clamp(min=0)
    return torch.stack(odds).mean(0), *best_spans(torch.stack(firsts).sum(0), torch.stack(lasts).sum(0))


def _candidates(felt: Felt, reading: Reading, opinion: Opinion, targets: Sequence[int]) -> Iterator[list[Candidate]]:
    """The candidates of each target, in spoken order."""
    said = felt.conversation.utterances
    probabilities = 1 / (1 + np.exp(-np.clip(opinion.log_odds, -50, 50)))
    row = 0
    for target in targets:
        found = []
        for number in range(target + 1):
            ends = int(opinion.first[row]), int(opinion.last[row])
            span = words_at(said[number].text, reading.places[number], *ends)
            found.append(Candidate(said[number].id, float(probabilities[row]), span))
            row += 1
        yield found
