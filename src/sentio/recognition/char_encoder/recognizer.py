"""What a run leaves, and how its models answer.

runs/char-encoder-cped/model/
  model.json                  labels, settings, and each fold with its n-grams
  fold-0-42.safetensors …     the weights, for each fold and seed
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from safetensors import SafetensorError
from safetensors.torch import load_file

from sentio import labels
from sentio.conversation import Conversation
from sentio.errors import SentioError
from sentio.labels import LabelSpace
from sentio.nn.dialogue_batch import Dialogue, DialogueBatch
from sentio.recognition.base import Prediction
from sentio.recognition.char_encoder.network import CharContext, Settings
from sentio.training.folds import LeftOut, Unseen
from sentio.training.manifest_file import read_manifest, require_files
from sentio.training.ngram_numbers import NgramNumbers

NAME = "model.json"


class Manifest(BaseModel):
    """`model.json`. `ngrams` are those of each fold, `length` how many of an utterance are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    space: str
    corpus: str
    folds: tuple[LeftOut, ...]
    ngrams: tuple[tuple[str, ...], ...]
    length: int
    seeds: tuple[int, ...]
    network: Settings


class Fold:
    """The models of a fold, one a seed, and the n-grams they know."""

    def __init__(self, numbers: NgramNumbers, networks: Sequence[CharContext]) -> None:
        self.numbers, self.networks = numbers, networks

    def shares(self, conversation: Conversation) -> NDArray[np.float64]:
        """Probabilities of each model, shape (seeds, utterances, labels)."""
        batch = DialogueBatch.of([dialogue(conversation, self.numbers)])
        with torch.no_grad():
            found = torch.stack([network.probabilities(batch)[0] for network in self.networks])
        return found.double().numpy()


class CharEncoder:
    """The recogniser of a run: the models that have not seen a conversation answer with their mean, else all do."""

    def __init__(self, space: LabelSpace, folds: Sequence[Fold], unseen: Unseen, corpus: str | None) -> None:
        self.space = space
        self._folds, self._unseen, self._corpus = folds, unseen, corpus

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order, one after the other."""
        for conversation in conversations:
            yield Prediction(self.by_seed(conversation).mean(axis=0))

    def by_seed(self, conversation: Conversation) -> NDArray[np.float64]:
        """What the models of each seed say, shape (seeds, utterances, labels)."""
        chosen = [self._folds[number] for number in self._unseen.models(conversation, self._corpus)]
        if not len(conversation):
            return np.zeros((len(chosen[0].networks), 0, len(self.space)))
        found: NDArray[np.float64] = np.mean([fold.shares(conversation) for fold in chosen], axis=0)
        return found


def dialogue(conversation: Conversation, numbers: NgramNumbers) -> Dialogue:
    """A conversation as the network reads it; speakers are numbered as they come in."""
    number = {name: place for place, name in enumerate(conversation.speakers)}
    codes = torch.from_numpy(numbers.codes([utterance.text for utterance in conversation.utterances]))
    return Dialogue(
        vectors={"text": codes},
        present={"text": torch.ones(len(codes), dtype=torch.bool)},
        speakers=torch.tensor([number[said.speaker] for said in conversation.utterances], dtype=torch.long),
    )


def opened(model: Path, corpus: str | None) -> CharEncoder:
    """The recogniser of a run's model folder; raises `SentioError` where it is damaged."""
    manifest = read_manifest(model / NAME, Manifest)
    require_files(weights(model, fold, seed) for fold in range(len(manifest.folds)) for seed in manifest.seeds)
    space = labels.space(manifest.space)
    folds = []
    for number, known in enumerate(manifest.ngrams):
        numbers = NgramNumbers(known, manifest.length)
        files = [weights(model, number, seed) for seed in manifest.seeds]
        made = [CharContext(len(numbers), len(space), manifest.network) for _ in files]
        folds.append(Fold(numbers, [_restored(one, file) for one, file in zip(made, files, strict=True)]))
    return CharEncoder(space, folds, Unseen(manifest.folds, manifest.corpus), corpus)


def weights(model: Path, fold: int, seed: int) -> Path:
    """The file with the weights of a fold and seed."""
    return model / f"fold-{fold}-{seed}.safetensors"


def _restored(network: CharContext, path: Path) -> CharContext:
    try:
        network.load_state_dict(load_file(path))
    except (RuntimeError, SafetensorError) as error:
        raise SentioError(f"{path}: damaged: {str(error).splitlines()[0]}") from error
    return network.eval()
