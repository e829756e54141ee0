"""Where M2FNet's vectors come from where a recipe says "extractor": from recordings, by extractors trained with it.

runs/calls/model/
  audio/  extractor.json, extractor.safetensors
  video/  extractor.json, extractor.safetensors
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from sentio.conversation import Conversation
from sentio.errors import RecipeError
from sentio.features import Features, FeatureSource
from sentio.recognition.m2fnet.clips import Remark, Remarked, clips
from sentio.recognition.m2fnet.extractor_training import train_audio, train_visual
from sentio.recognition.m2fnet.extractors import MANIFEST, AudioExtractor, Modality, VisualExtractor
from sentio.recognition.networks.training import Progress, Taught
from sentio.training.extractor_tuning import ExtractorTuning
from sentio.training.run_folder import Arrays, RunFolder

EXTRACTOR = "extractor"
"""The address of features that an extractor of the run's own computes."""
SHOWN = 10
"""So many remarks are told in full."""

Extractor = AudioExtractor | VisualExtractor


def learned(
    modality: Modality, settings: ExtractorTuning, seed: int, run: RunFolder, taught: Taught, progress: Progress
) -> "Kept":
    """The extractor of a run, trained where it is not there yet, for a training of the dialogue level.

    Raises `RecipeError` where too few recordings are named or readable, `MissingExtra` without what reads them.
    """
    folder, unread = run.model / modality, list[Remark]()
    if not (folder / MANIFEST).is_file():
        _require_recordings(taught, modality)
        train = train_audio if modality == "audio" else train_visual

        def said(what: str, share: float) -> None:
            progress(f"extractor: {what}", share)

        try:
            train(taught, settings, seed, run.checkpoints, said, unread.append).save(folder)
        except RecipeError as error:
            raise RecipeError(f"{error}{_told(unread)}") from error
    return Kept(modality, folder, run, progress)


def _require_recordings(taught: Taught, modality: Modality) -> None:
    if not any(clip for conversation, _ in taught for clip in clips(conversation, modality)):
        cause = f"no utterance to learn from names a recording, and {modality} = {EXTRACTOR!r} reads recordings"
        raise RecipeError(f"{cause}; a table of yours names them in a column {modality}")


class Kept:
    """An extractor's vectors while the dialogue level is trained: kept in the run's checkpoints, so that a training
    that was stopped does not look at the recordings again."""

    def __init__(self, modality: Modality, folder: Path, run: RunFolder, progress: Progress) -> None:
        self._modality, self._run, self._progress = modality, run, progress
        self._unread: list[Remark] = []
        self._extractor = _loaded(modality, folder, self._unread.append)
        self.width, self.version = self._extractor.width, self._extractor.version

    def read(self, conversations: Iterable[Conversation]) -> Iterator[Features]:
        """See `FeatureSource`; all conversations are read before the first answer."""
        some = list(conversations)
        whole = sha256("\n".join(each.model_dump_json() for each in some).encode()).hexdigest()[:16]
        kept = self._run.once(f"{self._modality}-{whole}", lambda: self._computed(some))
        first = 0
        for each in some:
            part = slice(first, first := first + len(each))
            yield Features.of(each, kept["vectors"][part], kept["present"][part])

    def _computed(self, some: Sequence[Conversation]) -> Arrays:
        found = []
        for number, features in enumerate(self._extractor.read(some), start=1):
            found.append(features)
            self._progress(f"reading {self._modality}", number / len(some))
        if self._unread:
            warnings.warn(f"{self._modality} is left out{_told(self._unread)}", RuntimeWarning, stacklevel=2)
            self._unread.clear()
        return {
            "vectors": np.concatenate([features.vectors for features in found]),
            "present": np.concatenate([features.present for features in found]),
        }


class Recorded:
    """An extractor of a finished run. An utterance without a recording that can be read is answered without it, and
    remarked on."""

    def __init__(self, modality: Modality, folder: Path) -> None:
        self._modality = modality
        self._extractor = _loaded(modality, folder, self._note)
        self.width, self.version = self._extractor.width, self._extractor.version
        self._unread: list[Remark] = []

    def read(self, conversations: Iterable[Conversation]) -> Iterator[Features]:
        """The features of each conversation, one after the other, so that none depends on its neighbours."""
        for conversation in conversations:
            found = self._extractor.vectors(clips(conversation, self._modality))
            yield Features.of(conversation, found.vectors, found.present)

    def remarks(self) -> Iterator[str]:
        """The first recordings that could not be read."""
        for remark in self._unread:
            yield f"conversation {remark.conversation!r}, utterance {remark.utterance!r}: {remark.cause}"

    def _note(self, remark: Remark) -> None:
        if len(self._unread) < SHOWN:
            self._unread.append(remark)


def recorded(model: Path, modality: str, address: str) -> FeatureSource | None:
    """The extractor in a run's model folder, None where the address names another source.

    Raises `InputError` where it is not there or damaged, `MissingExtra` where pictures need an absent package.
    """
    if address != EXTRACTOR:
        return None
    return Recorded("audio" if modality == "audio" else "video", model / modality)


def _loaded(modality: Modality, folder: Path, remarked: Remarked) -> Extractor:
    if modality == "audio":
        return AudioExtractor.load(folder, remarked)
    return VisualExtractor.load(folder, remarked)


def _told(unread: Sequence[Remark]) -> str:
    """What is to be said of recordings that could not be read, behind another sentence."""
    if not unread:
        return ""
    first = unread[0]
    where = f"conversation {first.conversation!r}, utterance {first.utterance!r}"
    return f"; {len(unread)} recordings cannot be read, the first: {where}: {first.cause}"
