"""M2FNet's feature extractors: from the sound or the picture of each utterance to a vector (section 3.1 of the paper).

The paper begins the visual ones from CASIA-WebFace; here everything is learned from the labelled utterances alone
(`extractor_training`), and faces are found by a cascade instead of MTCNN.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save, save_file
from torch import Tensor
from torch.nn.functional import normalize

from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.features import Features
from sentio.features.base import groups
from sentio.media.faces import CascadeDetector, FaceDetector
from sentio.nn.face_pooling import max_over_frames, pool_faces
from sentio.nn.log_mel import LogMel
from sentio.nn.resnet18 import VECTOR, ResNet18
from sentio.recognition.m2fnet.clips import AHEAD, Clip, Remark, Remarked, clips, read_each
from sentio.recognition.m2fnet.recordings import FRAMES, heard, pictures_of, seen
from sentio.training.batches import by_length
from sentio.training.manifest_file import write_manifest
from sentio.training.run_folder import replacing

MANIFEST, WEIGHTS = "extractor.json", "extractor.safetensors"
TOGETHER = {"audio": 4, "video": 16}
"""Pictures that pass a network together: on a CPU more are no faster, and sounds more unlike in length."""
Modality = Literal["audio", "video"]
NetworkName = Literal["audio", "scene", "face"]
CHANNELS: dict[NetworkName, int] = {"audio": 1, "scene": 3, "face": 3}


class Manifest(BaseModel):
    """`extractor.json`: what the weights beside it are.

    `networks` names them; a visual extractor without "face" saw too few faces to learn from. `labels` are the classes
    that were told apart, `utterances` the number of those that were learned from, `base` ResNet18's first width.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    modality: Modality
    networks: tuple[NetworkName, ...] = Field(min_length=1)
    base: int = Field(gt=0)
    labels: tuple[str, ...]
    utterances: int
    seed: int


class Vectors(NamedTuple):
    """Of u utterances: vectors (u, width), and whether each has one, (u,)."""

    vectors: NDArray[np.float32]
    present: NDArray[np.bool_]


def ignored(remark: Remark) -> None:
    """For those who do not ask which clips could not be read."""


class _Extractor:
    """What the two have in common: a `FeatureSource` that can be saved and loaded."""

    modality: Modality
    width: int

    def __init__(
        self, networks: Mapping[NetworkName, ResNet18], manifest: Manifest, remarked: Remarked = ignored
    ) -> None:
        self._networks = {name: network.eval() for name, network in networks.items()}
        self._manifest, self._remarked = manifest, remarked

    @property
    def version(self) -> str:
        """A hash of weights and manifest, 16 hexadecimal digits."""
        return sha256(self._manifest.model_dump_json().encode() + save(self._tensors())).hexdigest()[:16]

    def read(self, conversations: Iterable[Conversation]) -> Iterator[Features]:
        """The features of each conversation, in order; a few dozen utterances are read ahead.

        An utterance without a recording, or with one that cannot be read, has none; the latter is remarked on. Raises
        `InputError` where no utterance has any, or a shared recording is not cut (`clips`).
        """
        missing = utterances = 0
        for group in groups(conversations, AHEAD):
            found = self.vectors([clip for each in group for clip in clips(each, self.modality)])
            first = 0
            for each in group:
                part = slice(first, first := first + len(each))
                yield Features.of(each, found.vectors[part], found.present[part])
            utterances += first
            missing += int((~found.present).sum())
        if 0 < utterances == missing:
            raise InputError(f"none of {utterances} utterances has {self.modality} that can be read")

    def vectors(self, some: Sequence[Clip | None]) -> Vectors:
        """The vector of each clip, in order; zero where there is none or it cannot be read, which is remarked on."""
        # Recordings of a long conversation do not all fit in memory.
        parts = [self._vectors(some[first : first + AHEAD]) for first in range(0, len(some) or 1, AHEAD)]
        return Vectors(
            np.concatenate([part.vectors for part in parts]), np.concatenate([part.present for part in parts])
        )

    def _vectors(self, some: Sequence[Clip | None]) -> Vectors:
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """Write weights and manifest into `folder`, which is made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / WEIGHTS) as beside:
            save_file(self._tensors(), beside)
        write_manifest(folder / MANIFEST, self._manifest)

    @classmethod
    def _restored(cls, folder: Path) -> tuple[dict[NetworkName, ResNet18], Manifest]:
        """What `save` has written. Raises `InputError` where it is not there, damaged or of the other kind."""
        manifest = _manifest(folder / MANIFEST)
        if manifest.modality != cls.modality:
            raise InputError(f"an extractor for {manifest.modality}, not {cls.modality}", path=folder)
        networks = {name: ResNet18(CHANNELS[name], manifest.base) for name in manifest.networks}
        try:
            tensors = load_file(folder / WEIGHTS)
            for name, network in networks.items():
                own = {key.split(".", 1)[1]: part for key, part in tensors.items() if key.startswith(f"{name}.")}
                network.load_state_dict(own)
        except (OSError, SafetensorError, RuntimeError) as error:
            raise InputError("no weights that fit the manifest beside them", path=folder / WEIGHTS) from error
        return networks, manifest

    def _tensors(self) -> dict[str, Tensor]:
        named = ((name, network.state_dict()) for name, network in self._networks.items())
        return {f"{name}.{key}": tensor.cpu() for name, state in named for key, tensor in state.items()}

    def _passed(self, name: NetworkName, images: Tensor, widths: Tensor | None = None) -> Tensor:
        """Unit vectors (n, VECTOR) of images (n, channels, height, width)."""
        network = self._networks[name]
        device = network.project.weight.device
        with torch.no_grad():
            vectors = network(images.to(device), None if widths is None else widths.to(device))
        return normalize(vectors, dim=-1).cpu()


class AudioExtractor(_Extractor):
    """Unit vectors of width 300 of the first ten seconds of each utterance's sound."""

    modality: Modality = "audio"
    width = VECTOR

    @classmethod
    def load(cls, folder: Path, remarked: Remarked = ignored) -> "AudioExtractor":
        """What `save` has written. Raises `InputError` where it is not there, damaged or a visual one."""
        return cls(*cls._restored(folder), remarked)

    def _vectors(self, some: Sequence[Clip | None]) -> Vectors:
        # Sounds of like length pass the network together.
        found, present = np.zeros((len(some), self.width), np.float32), np.zeros(len(some), bool)
        there = list(read_each(some, heard, self._remarked))
        log_mel = LogMel()
        for rows in by_length(np.array([len(sound) for _, sound in there], np.int64), TOGETHER["audio"]):
            places = [there[row][0] for row in rows]
            images, widths = pictures_of([there[row][1] for row in rows], log_mel)
            found[places] = self._passed("audio", images, widths).numpy()
            present[places] = True
        return Vectors(found, present)


class VisualExtractor(_Extractor):
    """Vectors of width 601: of the scene (300), of the faces (300), and 1 where a face was seen, else 0 and the part
    before it is zeros. Of the frames' unit vectors the greatest value is taken, part by part (paper)."""

    modality: Modality = "video"
    width = 2 * VECTOR + 1

    def __init__(
        self,
        networks: Mapping[NetworkName, ResNet18],
        manifest: Manifest,
        remarked: Remarked = ignored,
        detector: FaceDetector | None = None,
    ) -> None:
        """`detector` finds the faces, `CascadeDetector` unless another is given; `MissingExtra` without `face`."""
        super().__init__(networks, manifest, remarked)
        self._detector = detector or CascadeDetector()

    @classmethod
    def load(
        cls, folder: Path, remarked: Remarked = ignored, detector: FaceDetector | None = None
    ) -> "VisualExtractor":
        """What `save` has written. Raises `InputError` where it is not there, damaged or one of sound."""
        return cls(*cls._restored(folder), remarked, detector)

    def _vectors(self, some: Sequence[Clip | None]) -> Vectors:
        found, present = np.zeros((len(some), self.width), np.float32), np.zeros(len(some), bool)
        there = list(read_each(some, seen(FRAMES, self._detector), self._remarked))
        if not there:
            return Vectors(found, present)
        count, each = len(there), [pictures for _, pictures in there]
        owners = torch.repeat_interleave(torch.arange(count), torch.tensor([len(one.scenes) for one in each]))
        scenes, _ = max_over_frames(self._all("scene", [one.scenes for one in each]), owners, count)
        parts = [scenes, torch.zeros(count, VECTOR + 1)]
        if "face" in self._networks:
            firsts = np.cumsum([0, *(len(one.scenes) for one in each)]).tolist()
            frames = torch.cat([one.frames + first for one, first in zip(each, firsts, strict=False)])
            areas = torch.cat([one.areas for one in each])
            faces, shown = pool_faces(self._all("face", [one.faces for one in each]), areas, frames, owners, count)
            parts[1] = torch.cat([faces, shown[:, None].float()], dim=1)
        places = [place for place, _ in there]
        found[places] = torch.cat(parts, dim=1).numpy()
        present[places] = True
        return Vectors(found, present)

    def _all(self, name: NetworkName, pictures: Sequence[Tensor]) -> Tensor:
        """Vectors of all pictures (n, 3, SIDE, SIDE) of several clips, a bounded number of them at a time."""
        whole, step = torch.cat(list(pictures)), TOGETHER["video"]
        parts = [self._passed(name, whole[i : i + step].float() / 255) for i in range(0, len(whole), step)]
        return torch.cat([torch.empty(0, VECTOR), *parts])


def _manifest(path: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError("no extractor here", path=path) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}", path=path) from error
