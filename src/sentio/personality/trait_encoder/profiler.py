"""The network, what a run says of itself (`training.fold_networks`), and how its models answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.conversation import Conversation
from sentio.nn.ngram_reader import NgramReader
from sentio.personality.base import TRAITS, Traits, words_of
from sentio.training.fold_networks import FoldedByNgrams, read_folds
from sentio.training.folds import Unseen
from sentio.training.manifest_file import read_manifest
from sentio.training.ngram_numbers import NgramNumbers

NAME = "model.json"


class Settings(BaseModel):
    """Sizes for some thousand speakers' words (our design)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=96, ge=1)
    dropout: float = Field(default=0.2, ge=0, lt=1)


class Manifest(FoldedByNgrams):
    """`model.json`, with the settings of the network."""

    network: Settings


class TraitNetwork(nn.Module):
    """The mean of a speaker's utterances, read by n-grams, into five logits."""

    def __init__(self, ngrams: int, settings: Settings) -> None:
        super().__init__()
        self.reader = NgramReader(ngrams, settings.width)
        self.dropout = nn.Dropout(settings.dropout)
        self.outputs = nn.Linear(self.reader.width, len(TRAITS))

    def forward(self, codes: Tensor, speaker: Tensor, speakers: int) -> Tensor:
        """Logits, shape (speakers, 5), of utterances as `codes` (n, length), each of the `speaker` (n,), from 0."""
        read = self.reader(codes)
        total = read.new_zeros(speakers, read.shape[1]).index_add(0, speaker, read)
        counts = torch.bincount(speaker, minlength=speakers).clamp(min=1)[:, None]
        logits: Tensor = self.outputs(self.dropout(total / counts))
        return logits


class TraitEncoder:
    """The profiler of a run: the models that have not seen a conversation answer with their mean, else all do."""

    def __init__(
        self,
        folds: Sequence[tuple[NgramNumbers, Sequence[TraitNetwork]]],
        unseen: Unseen,
        corpus: str | None,
    ) -> None:
        self._folds, self._unseen, self._corpus = folds, unseen, corpus

    def profile(self, conversations: Iterable[Conversation]) -> Iterator[Mapping[str, Traits]]:
        """See `Profiler.profile`."""
        for conversation in conversations:
            found = self.by_seed(conversation).mean(axis=0).tolist()
            yield {
                name: dict(zip(TRAITS, row, strict=True))
                for name, row in zip(conversation.speakers, found, strict=True)
            }

    def by_seed(self, conversation: Conversation) -> NDArray[np.float64]:
        """What the models of each seed say, shape (seeds, speakers, 5), 0..1; each speaker is read alone."""
        chosen = [self._folds[number] for number in self._unseen.models(conversation, self._corpus)]
        said = words_of(conversation).values()
        found = np.zeros((len(chosen), len(chosen[0][1]), len(said), len(TRAITS)))
        with torch.no_grad():
            for fold, (numbers, networks) in enumerate(chosen):
                for speaker, texts in enumerate(said):
                    told = told_by([texts], numbers)
                    for seed, network in enumerate(networks):
                        found[fold, seed, speaker] = network(*told, 1)[0].sigmoid().numpy()
        mean: NDArray[np.float64] = found.mean(axis=0)
        return mean


def told_by(said: Sequence[Sequence[str]], numbers: NgramNumbers) -> tuple[Tensor, Tensor]:
    """What speakers say, as the network reads it: n-grams of all utterances, and who says each."""
    codes = numbers.codes([text for texts in said for text in texts])
    speaker = [number for number, texts in enumerate(said) for _ in texts]
    return torch.from_numpy(codes).long(), torch.tensor(speaker, dtype=torch.long)


def opened(model: Path, corpus: str | None) -> TraitEncoder:
    """The profiler of a run's model folder; raises `SentioError` where it is damaged."""
    manifest = read_manifest(model / NAME, Manifest)
    folds = read_folds(model, manifest, lambda ngrams: TraitNetwork(ngrams, manifest.network))
    return TraitEncoder(folds, Unseen(manifest.folds, manifest.corpus), corpus)
