"""`CauseEncoderFinder`: conversations and what is felt in them in, judgements out, as a stream."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from sentio import labels
from sentio.causes.base import Candidate, Felt, Judgement
from sentio.causes.cause_encoder import manifest as files
from sentio.causes.cause_encoder.reading import Reader, Reading
from sentio.errors import SentioError
from sentio.nn.cause_pairs import CauseEncoder, best_spans
from sentio.nn.conversation_encoder import Lower

PAIRS = 4096
"""Pairs judged together: what bounds memory in long conversations."""


@dataclass(frozen=True)
class Judged:
    """What some models make of the pairs (target, candidate), shape (pairs, 2): log-odds that it is a cause and the
    first and last token of the cause, shape (pairs,)."""

    pairs: Tensor
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
        if seed is not None and seed not in manifest.thresholds:
            raise SentioError(f"{model} has no seed {seed}; it has {', '.join(map(str, manifest.thresholds))}")
        self.space = labels.space(manifest.space)
        seeds = manifest.thresholds if seed is None else {seed: manifest.thresholds[seed]}
        self._thresholds = list(seeds.values())
        try:
            lower = _lower(model, manifest)
            self._reader = Reader(model / files.TOKENIZER, lower, manifest.window, self.space)
            self._models = [_upper(model, manifest, each) for each in seeds]
        except (RuntimeError, KeyError, SafetensorError) as error:
            raise SentioError(f"{model}: damaged: {str(error).splitlines()[0]}") from error

    def find(self, asked: Iterable[Felt]) -> Iterator[Judgement]:
        """See `CauseFinder.find`."""
        for felt in asked:
            place = {utterance.id: number for number, utterance in enumerate(felt.conversation.utterances)}
            targets = [place[target] for target in felt.emotions]
            if not targets:
                yield {}
                continue
            (reading,) = self._reader.read([felt], exact=True)
            judged = judge(self._models, self._thresholds, reading, history(targets))
            yield dict(zip(felt.emotions, _candidates(felt, reading, judged, targets), strict=True))


def history(targets: Sequence[int]) -> Tensor:
    """Pairs of each target and every utterance up to it, shape (pairs, 2).

    >>> history([0, 1]).tolist()
    [[0, 0], [1, 0], [1, 1]]
    """
    ends = torch.tensor(targets) + 1
    owner = torch.repeat_interleave(torch.tensor(targets), ends)
    return torch.stack([owner, torch.cat([torch.arange(int(end)) for end in ends])], dim=1)


def judge(models: Sequence[CauseEncoder], thresholds: Sequence[float], reading: Reading, pairs: Tensor) -> Judged:
    """Mean opinion of the models on the pairs of one conversation: log-odds from each one's threshold on, and the words
    that are best for all together (the whole candidate where spans are not learned)."""
    found = []
    with torch.no_grad():
        said = [model.read([reading.heard]) for model in models]
        for some in torch.split(pairs, PAIRS):
            odds, firsts, lasts = [], [], []
            for model, one, threshold in zip(models, said, thresholds, strict=True):
                logits, states = model.judge(one, some[:, 0], some[:, 1])
                first, last = model.point(one, some[:, 1], states)
                odds.append(logits.double() - threshold)
                firsts.append(first.log_softmax(-1))
                lasts.append(last.log_softmax(-1))
            found.append(
                (torch.stack(odds).mean(0), *best_spans(torch.stack(firsts).sum(0), torch.stack(lasts).sum(0)))
            )
    log_odds, first, last = (torch.cat(part) for part in zip(*found, strict=True))
    if not models[0].shape.spans:
        first, last = torch.zeros_like(first), (said[0].lengths[pairs[:, 1]] - 3).clamp(min=0)
    return Judged(pairs, log_odds.numpy(), first.numpy(), last.numpy())


def _candidates(felt: Felt, reading: Reading, judged: Judged, targets: Sequence[int]) -> Iterator[list[Candidate]]:
    """The candidates of each target, in spoken order."""
    said = felt.conversation.utterances
    probabilities = 1 / (1 + np.exp(-np.clip(judged.log_odds, -50, 50)))
    row = 0
    for target in targets:
        found = []
        for number in range(target + 1):
            places, text = reading.places[number], said[number].text
            span = text[places[judged.first[row]][0] : places[judged.last[row]][1]] if places else ""
            found.append(Candidate(said[number].id, float(probabilities[row]), span))
            row += 1
        yield found


def _lower(model: Path, manifest: files.Manifest) -> Lower:
    weights = load_file(model / files.LOWER)
    lower = Lower(manifest.shape.encoder, len(weights["words.weight"]), len(weights["places.weight"]))
    lower.load_state_dict(weights)
    return lower


def _upper(model: Path, manifest: files.Manifest, seed: int) -> CauseEncoder:
    encoder = CauseEncoder(manifest.shape)
    encoder.load_state_dict(load_file(files.weights(model, seed)))
    return encoder.eval()
