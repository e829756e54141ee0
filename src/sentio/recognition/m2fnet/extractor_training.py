"""How M2FNet's extractors are trained: on labelled utterances with recordings, by triplets of like and unlike emotion.

Recordings are read once and kept, 32 kB for a second of sound and about 0.3 MB for the pictures of an utterance.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sentio.conversation import Conversation
from sentio.media.faces import CascadeDetector, FaceDetector
from sentio.nn.log_mel import LogMel
from sentio.nn.resnet18 import ResNet18
from sentio.recognition.m2fnet.clips import Clip, Remarked, clips, read_each
from sentio.recognition.m2fnet.extractors import (
    CHANNELS,
    AudioExtractor,
    Manifest,
    Modality,
    NetworkName,
    VisualExtractor,
    ignored,
)
from sentio.recognition.m2fnet.recordings import heard, pictures_of, seen
from sentio.training.extractor_tuning import Draw, ExtractorTuning, teachable, tune
from sentio.training.sound_augmentation import augmented

TRAINING_FRAMES = 4
"""Frames of an utterance that are kept to learn from, one of which is drawn for each step: 15 are much alike, and four
times the memory (our design)."""

Taught = Iterable[tuple[Conversation, Sequence[str | None]]]
"""Conversations and the label of each of their utterances, None for none."""
Progress = Callable[[str, float], None]
"""What is done, with the mean distances of positives and negatives (see `Epoch`), and the share of the work, 0..1."""


def train_audio(
    taught: Taught,
    settings: ExtractorTuning,
    seed: int,
    checkpoints: Path,
    progress: Progress,
    remarked: Remarked = ignored,
) -> AudioExtractor:
    """An audio extractor that has learned from the labelled utterances which have sound.

    After each epoch the training is in the folder `checkpoints`; started again, it goes on from there and ends with
    the same weights. Raises `RecipeError` where two classes with two
    utterances each are not there, `InputError` where a shared recording is not cut; a recording that cannot be read
    is `remarked` on and left out.
    """
    some, named = _labelled(taught, "audio")
    there = list(read_each(some, heard, remarked))
    labels, classes = _classes([named[place] for place, _ in there])
    # 16 bits, as recordings have them, take half the memory.
    sounds = [np.round(sound * 32767).astype(np.int16) for _, sound in there]
    log_mel = LogMel()

    def draw(rows: Tensor, dice: torch.Generator) -> tuple[Tensor, Tensor]:
        given = [sounds[row].astype(np.float32) / 32767 for row in rows.tolist()]
        return pictures_of([augmented(sound, dice) for sound in given], log_mel)

    network = _learned("audio", labels, draw, settings, seed, checkpoints, progress)
    manifest = Manifest(
        modality="audio", networks=("audio",), base=settings.base, labels=classes, utterances=len(sounds), seed=seed
    )
    return AudioExtractor({"audio": network}, manifest, remarked)


def train_visual(
    taught: Taught,
    settings: ExtractorTuning,
    seed: int,
    checkpoints: Path,
    progress: Progress,
    remarked: Remarked = ignored,
    detector: FaceDetector | None = None,
) -> VisualExtractor:
    """A visual extractor that has learned scenes and, where enough utterances show one, faces.

    A step sees one frame of an utterance, or one face, drawn by its area. The rest is as in `train_audio`.
    """
    detector = detector or CascadeDetector()
    some, named = _labelled(taught, "video")
    there = list(read_each(some, seen(TRAINING_FRAMES, detector), remarked))
    labels, classes = _classes([named[place] for place, _ in there])
    scenes = [pictures.scenes for _, pictures in there]

    def scene(rows: Tensor, dice: torch.Generator) -> tuple[Tensor, None]:
        return _one_of([(scenes[row], torch.ones(len(scenes[row]))) for row in rows.tolist()], dice), None

    learn = partial(_learned, settings=settings, seed=seed, checkpoints=checkpoints, progress=progress)
    networks: dict[NetworkName, ResNet18] = {"scene": learn("scene", labels, scene)}
    shown = [row for row, (_, pictures) in enumerate(there) if len(pictures.faces)]
    faces = [(there[row][1].faces, there[row][1].areas) for row in shown]

    def face(rows: Tensor, dice: torch.Generator) -> tuple[Tensor, None]:
        return _one_of([faces[row] for row in rows.tolist()], dice), None

    of_faces = labels[torch.tensor(shown, dtype=torch.long)]
    if teachable(of_faces):
        networks["face"] = learn("face", of_faces, face)
    manifest = Manifest(
        modality="video", networks=tuple(networks), base=settings.base, labels=classes, utterances=len(there), seed=seed
    )
    return VisualExtractor(networks, manifest, remarked, detector)


def _labelled(taught: Taught, modality: Modality) -> tuple[list[Clip], list[str]]:
    """The clips of labelled utterances, and their labels."""
    pairs = [
        (clip, label)
        for conversation, labels in taught
        for clip, label in zip(clips(conversation, modality), labels, strict=True)
        if clip is not None and label is not None
    ]
    return [clip for clip, _ in pairs], [label for _, label in pairs]


def _classes(named: Sequence[str]) -> tuple[Tensor, tuple[str, ...]]:
    """Labels as numbers (n,), and the names of the numbers."""
    classes = tuple(sorted(set(named)))
    number = {label: place for place, label in enumerate(classes)}
    return torch.tensor([number[label] for label in named], dtype=torch.long), classes


def _learned(
    name: NetworkName,
    labels: Tensor,
    draw: Draw,
    settings: ExtractorTuning,
    seed: int,
    checkpoints: Path,
    progress: Progress,
) -> ResNet18:
    torch.manual_seed(seed)
    network = ResNet18(CHANNELS[name], settings.base).to("cuda" if torch.cuda.is_available() else "cpu")
    said: list[str] = [name]

    def step_done(share: float) -> None:
        progress(said[-1], share)

    for epoch in tune(network, labels, draw, settings, seed, checkpoints / f"{name}.safetensors", step_done):
        said.append(f"{name}: distances {epoch.positive:.2f}, {epoch.negative:.2f} in epoch {epoch.number}")
    return network


def _one_of(pictures: Sequence[tuple[Tensor, Tensor]], dice: torch.Generator) -> Tensor:
    """One picture of each (k, 3, height, width), drawn by its weight (k,): (n, 3, height, width), 0..1."""
    drawn = [some[torch.multinomial(weights, 1, generator=dice)] for some, weights in pictures]
    return torch.cat(drawn).float() / 255
