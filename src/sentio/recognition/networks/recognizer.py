"""Conversations in, predictions out, as a stream: what a trained network over features answers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import tee
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from sentio import features, labels
from sentio.conversation import Conversation
from sentio.errors import InputError, SentioError
from sentio.features import Features, FeatureSource
from sentio.features.stored import Stored
from sentio.nn.dialogue_batch import Dialogue, DialogueBatch
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.recognition.base import Prediction, Remarking
from sentio.recognition.networks import manifest as files
from sentio.recognition.networks.architecture import Architecture
from sentio.recognition.networks.dialogues import dialogue
from sentio.recognition.networks.options import NetworkOptions
from sentio.training.manifest_file import asked_seeds
from sentio.training.weights_file import restored, seed_file

Learned = Callable[[Path, str, str], FeatureSource | None]
"""Finds the source of a modality that lies in a run's model folder: takes folder, modality and address. None for an
address that `features.load` knows."""


class NetworkRecognizer:
    """The recogniser of a training run.

    It answers with the mean of the probabilities of all seeds, or with those of one. A conversation is read by itself
    and in 32 bits: an answer does not depend on its neighbours, to the last bit.
    """

    def __init__(
        self, networks: Sequence[DialogueNetwork], space: labels.LabelSpace, sources: Mapping[str, FeatureSource]
    ) -> None:
        self.space = space
        self._networks, self._sources = networks, sources
        self._utterances = 0
        self._absent = dict.fromkeys(sources, 0)

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order, one after the other.

        Raises `InputError` for features with NaN; and at the end, where a file has features of none of the
        utterances, or seems to be of other conversations.
        """
        asked, *copies = tee(conversations, 1 + len(self._sources))
        streams = [_read(source, copy) for source, copy in zip(self._sources.values(), copies, strict=True)]
        for conversation in asked:
            told = {name: next(stream) for name, stream in zip(self._sources, streams, strict=True)}
            if not len(conversation):
                yield Prediction(np.zeros((0, len(self.space))))
                continue
            self._utterances += len(conversation)
            for name, found in told.items():
                self._absent[name] += int((~found.present).sum())
            yield Prediction(answers(self._networks, dialogue(conversation, told)))
        for stream in streams:
            next(stream, None)  # only at its end does a file say that it is of other conversations

    def remarks(self) -> Iterator[str]:
        """What the sources have to say about the conversations that were read, and how many utterances had nothing
        of a modality."""
        for source in self._sources.values():
            if isinstance(source, Remarking):
                yield from source.remarks()
        for name, absent in self._absent.items():
            if absent:
                yield f"{absent} of {self._utterances} utterances have no features of {name} and are answered without"


def answers(networks: Sequence[DialogueNetwork], one: Dialogue) -> NDArray[np.float64]:
    """The mean of the networks' probabilities for a dialogue, shape (t, labels)."""
    batch = DialogueBatch.of([one])
    with torch.no_grad():
        found = torch.stack([network.probabilities(batch)[0] for network in networks])
    return found.double().mean(0).numpy()


def load(
    architecture: Architecture,
    settings: type[BaseModel],
    system: str,
    options: NetworkOptions,
    learned: Learned = lambda model, modality, address: None,
) -> NetworkRecognizer:
    """The recogniser of a run of this system. `learned` finds the sources that the system has learned itself.

    Raises `SentioError` where no run is named or its folder is damaged, `InputError` where the features are not those
    it was trained on.
    """
    model = options.folder(system, "RECIPE.toml")
    manifest = files.read(model, system)
    seeds = asked_seeds(model, manifest.seeds, options.seed_of)
    try:
        chosen = settings.model_validate(manifest.network)
    except ValidationError as error:
        raise SentioError(f"{model / files.NAME}: damaged settings of the network") from error
    space = labels.space(manifest.space)
    widths = {name: source.width for name, source in manifest.features.items()}
    networks = [restored(architecture(widths, len(space), chosen), seed_file(model, seed)) for seed in seeds]
    return NetworkRecognizer(networks, space, _sources(manifest, options, partial(learned, model)))


def _sources(
    manifest: files.Manifest, options: NetworkOptions, learned: Callable[[str, str], FeatureSource | None]
) -> dict[str, FeatureSource]:
    given = {"text": options.text, "audio": options.audio, "video": options.video}
    for name, address in given.items():
        if address and name not in manifest.features:
            raise SentioError(f"this run reads {', '.join(manifest.features)}, no {name}")
    found = {}
    for name, trained in manifest.features.items():
        own = None if given[name] else learned(name, trained.address)
        source = own or features.load(given[name] or trained.address)
        if source.width != trained.width:
            raise InputError(f"{name}: features {source.width} wide, the run was trained on {trained.width}")
        # Another file holds other utterances; another encoder speaks another language.
        if not isinstance(source, Stored) and source.version != trained.version:
            raise InputError(f"{name}: {trained.address} is not what the run was trained with any more")
        found[name] = source
    return found


def _read(source: FeatureSource, conversations: Iterable[Conversation]) -> Iterator[Features]:
    """Features of each conversation; computed ones one by one, since a batch can change their last bit."""
    if isinstance(source, Stored):
        yield from source.read(conversations)
    else:
        for conversation in conversations:
            yield from source.read([conversation])
