"""CMU-MOSI as bc-LSTM used it: 62 English film-review videos, negative or positive, with features.

Zadeh et al., "MOSI: Multimodal Corpus of Sentiment Intensity and Subjectivity Analysis in Online Opinion
Videos", 2016; features of Poria et al., "Context-Dependent Sentiment Analysis in User-Generated Videos",
ACL 2017. A table of the words, in capitals, beside arrays of the same rows:

    id,text,label
    kV3xq0Zb1aA_1,I WENT IN WITH NO HOPES AT ALL,0
    kV3xq0Zb1aA_2,UM BUT THE ENDING IS A JOY,1

    text [N, 100], audio [N, 73], video [N, 100] float32; ids [N]; original_val_videos [13]
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, together
from sentio.errors import InputError
from sentio.gold import Item

card = CorpusCard(
    title="CMU-MOSI (bc-LSTM)",
    summary="English film-review videos, binary sentiment, with features of words, voice and face",
    paper="Zadeh et al., MOSI, 2016; Poria et al., Context-Dependent Sentiment Analysis, ACL 2017",
    licence="terms of CMU-MOSI; features MIT",
    modalities=("text", "audio", "video"),
    languages=("en",),
    tasks=("sentiment",),
    obtain="convert bc-LSTM/data of github.com/declare-lab/multimodal-deep-learning to CSV and NPZ",
    files={
        "train": ("mosi_text_train.csv", "mosi_bclstm_train.npz"),
        "validation": ("mosi_text_train.csv", "mosi_bclstm_train.npz"),
        "test": ("mosi_text_test.csv", "mosi_bclstm_test.npz"),
    },
    checksums={
        "mosi_text_train.csv": "c04512dfba8f66c2f912c23c6cb2dd1615850690a5d3dac6df7d31768abe4c62",
        "mosi_bclstm_train.npz": "9cd2f49115146f22af19a74d4592736702a0cff7ecb5b3a9b25b302c65ea0323",
    },
    counts={
        "train": {"conversations": 49, "utterances": 1141},
        "validation": {"conversations": 13, "utterances": 306},
    },
    layers={"sentiment": ("negative", "positive")},
    spaces={"sentiment": "sentiment2"},
    faults=(
        "not the usual 1,284 / 229 / 686 utterances with scores: numbers do not compare",
        "the features are not normalised",
        "text and video features were learned on the labels of the very utterances of train and validation: logistic "
        "regression gets 98.0 % and 89.2 % on validation, 75.3 % and 52.3 % on test; scores from them measure nothing",
        "weak: logistic regression gets 54.9 % from audio, always negative 62.1 % (test)",
    ),
)  # fmt: skip

SENTIMENTS = {"0": "negative", "1": "positive"}
WIDTHS = {"text": 100, "audio": 73, "video": 100}


@dataclass(frozen=True)
class Features:
    """Rows of `text` (N, 100), `audio` (N, 73) and `video` (N, 100), float32, in the order of `ids`.

    An id is the utterance's; what stands before its last underscore is the video's, the conversation's id.
    """

    ids: tuple[str, ...]
    text: NDArray[np.float32]
    audio: NDArray[np.float32]
    video: NDArray[np.float32]


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A video is a conversation of its one speaker, who has no name.

    `validation` holds the videos that the released code validated on, `train` the others of the file.
    """
    words, arrays = card.files[split]
    loaded = _load(files, arrays)
    chosen = _videos(loaded, split, files, arrays)
    with_features = frozenset(str(row) for row in loaded["ids"])

    def turn(row: dict[str, str]) -> Turn:
        if row["label"] not in SENTIMENTS:
            raise ValueError(f"{row['label']!r} is neither 0 nor 1")
        if row["id"] not in with_features:
            raise ValueError(f"{row['id']!r} has no features in {arrays}")
        return Utterance(id=row["id"], speaker="", text=row["text"]), {"sentiment": SENTIMENTS[row["label"]]}

    for video, turns, line, _ in together(files, words, files.rows(words), lambda row: _video(row["id"]), turn):
        with files.at(words, line):
            item = annotated(video, turns)
        if video in chosen:
            yield item


def features(files: CorpusFolder, split: str) -> Features:
    """The features of a split's utterances; raises `InputError` for a file that is no such archive.

    >>> from sentio import corpora
    >>> features(corpora.load("mosi").files, "validation").audio.shape  # doctest: +SKIP
    (306, 73)
    """
    _, name = card.files[split]
    arrays = _load(files, name)
    chosen = _videos(arrays, split, files, name)
    kept = np.array([_video(str(row)) in chosen for row in arrays["ids"]], dtype=bool)
    return Features(
        ids=tuple(str(row) for row in arrays["ids"][kept]),
        text=arrays["text"][kept],
        audio=arrays["audio"][kept],
        video=arrays["video"][kept],
    )


def _video(utterance: str) -> str:
    return utterance.rpartition("_")[0]


def _load(files: CorpusFolder, name: str) -> dict[str, NDArray[Any]]:
    """The arrays of an archive; pickled objects are refused."""
    path = files.file(name)
    try:
        # NumPy leaves a file open that it opens itself and finds damaged.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive}
    except (OSError, EOFError, ValueError, BadZipFile, zlib.error) as error:
        raise InputError(f"not an archive of arrays: {error}", path=path) from error
    missing = {"ids", "video_ids", *WIDTHS} - set(arrays)
    if missing:
        raise InputError(f"no array {min(missing)!r} in it", path=path)
    for key, width in WIDTHS.items():
        if arrays[key].shape != (len(arrays["ids"]), width):
            raise InputError(f"{key} has the shape {arrays[key].shape}, not (ids, {width})", path=path)
    return arrays


def _videos(arrays: dict[str, NDArray[Any]], split: str, files: CorpusFolder, name: str) -> frozenset[str]:
    """The videos of a split."""
    everything = frozenset(str(video) for video in arrays["video_ids"])
    if split == "test":
        return everything
    if "original_val_videos" not in arrays:
        raise InputError("no array 'original_val_videos' in it", path=files.path / name)
    validation = frozenset(str(video) for video in arrays["original_val_videos"])
    return validation if split == "validation" else everything - validation
