"""What a run says of itself (`training.fold_networks`), and how its models answer."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sentio import labels
from sentio.conversation import Conversation
from sentio.labels import LabelSpace
from sentio.nn.dialogue_batch import Dialogue, DialogueBatch
from sentio.recognition.base import Prediction
from sentio.recognition.char_encoder.network import CharContext, Settings
from sentio.training.fold_networks import FoldedByNgrams, read_folds
from sentio.training.folds import Unseen
from sentio.training.manifest_file import read_manifest
from sentio.training.ngram_numbers import NgramNumbers

NAME = "model.json"


class Manifest(FoldedByNgrams):
    """`model.json`, with the labels and the settings of the network."""

    space: str
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
    space = labels.space(manifest.space)
    found = read_folds(model, manifest, lambda ngrams: CharContext(ngrams, len(space), manifest.network))
    folds = [Fold(numbers, networks) for numbers, networks in found]
    return CharEncoder(space, folds, Unseen(manifest.folds, manifest.corpus), corpus)
