"""CREMA-D: 7.4 k acted English clips, and how a crowd heard, saw, and heard and saw them.

Cao et al., "CREMA-D: Crowd-Sourced Emotional Multimodal Actors Dataset", IEEE Transactions on Affective
Computing 5, 2014. tabulatedVotes.csv counts the votes of a clip in a row for each channel (the id's first
digit: 1 voice, 2 face, 3 both); a clip's name is its actor, sentence, acted emotion and level.

    ,A,D,F,H,N,S,fileName,numResponses,agreement,emoVote,meanEmoResp,...
    100901,4,1,0,0,4,0,1099_XYZ_ANG_HI,9,0.444444444444444,A:N,61.5,...

The split `emo-superb` is the labels of EMO-SUPERB (voice only, another set of votes): see `soft_labels`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="CREMA-D votes",
    summary="acted English clips with every vote on the voice, the face, and both",
    paper="Cao et al., CREMA-D: Crowd-Sourced Emotional Multimodal Actors Dataset, IEEE TAC 5, 2014",
    licence="ODbL 1.0, contents DbCL 1.0; EMO-SUPERB's labels MIT",
    modalities=("audio", "video"),
    languages=("en",),
    tasks=("emotion",),
    obtain="get tabulatedVotes.csv and VideoDemographics.csv from github.com/CheyneyComputerScience/CREMA-D",
    files={
        "all": ("tabulatedVotes.csv", "VideoDemographics.csv"),
        "emo-superb": ("emo_superb_soft_labels.csv",),
    },
    checksums={
        "tabulatedVotes.csv": "709815b11a44921eb8c951a1f318e1b0d8d5b83af8a7c3a2d22729224a808062",
        "VideoDemographics.csv": "e33ddc8b60bedf98541735801127cbb67098b5957271adbdd5dea8a44294eec3",
        "emo_superb_soft_labels.csv": "2d80dc9d6820c9c83da88e076063d4ccf3da4e73ae2de12ecc660f7c0d618162",
    },
    counts={
        "all": {"conversations": 5967, "utterances": 5967, "votes": 170055},
        "emo-superb": {"conversations": 5967, "utterances": 5967},
    },
    layers={
        "emotion in voice": ("anger", "disgust", "fear", "happy", "neutral", "sad"),
        "emotion in face": ("anger", "disgust", "fear", "happy", "neutral", "sad"),
        "emotion in voice and face": ("anger", "disgust", "fear", "happy", "neutral", "sad"),
        "acted emotion": ("anger", "disgust", "fear", "happy", "neutral", "sad"),
    },
    metric="macro_f1",
    faults=(
        "checksums and counts are of actors 1001-1073; the whole release has 7,442 clips of 91 actors",
        "tabulatedVotes.csv is a cleaned set of votes and not the one behind the published vote losses",
        "raters are not named in the counts: annotator 3 of one clip is not annotator 3 of the next",
        "a clip's name, its conversation's id, tells the acted emotion: ids are not to be shown to a system",
        "perceived emotion differs from acted: the most voted is the acted one in 46 % of the voices",
    ),
)  # fmt: skip

CHANNELS = {"1": "emotion in voice", "2": "emotion in face", "3": "emotion in voice and face"}
CODES = {"A": "anger", "D": "disgust", "F": "fear", "H": "happy", "N": "neutral", "S": "sad"}
ACTED = {"ANG": "anger", "DIS": "disgust", "FEA": "fear", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}
SHARES = ("angry", "disgust", "fear", "happy", "neutral", "sad")
"""Columns of EMO-SUPERB's file in the order of the labels; the file has another."""
FOLDS = ("fold1", "fold2", "fold3", "fold4", "fold5")


@dataclass(frozen=True)
class SoftLabels:
    """Shares of the votes on the voice, (clips, 6) in the order of the card's labels; each row sums to 1.

    They are smoothed as released: 0 became .01 and 1 became .95 (`sentio.metrics.soft_labels` undoes it).
    `folds` says of each clip, (clips, 5), whether it is "Train", "Development" or "Test" there.
    """

    clips: tuple[str, ...]
    speakers: tuple[str, ...]
    shares: NDArray[np.float64]
    folds: NDArray[np.str_]


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A clip is a conversation of one utterance without words, spoken by its actor.

    Gold is the label most voted for; where two lead there is none. All votes are in `votes`, the labels
    spread over numbered annotators. `facts` name the sentence and the acted level.
    """
    if split == "emo-superb":
        yield from _emo_superb(files)
        return
    votes_file, actors_file = card.files[split]
    actors = _actors(files, actors_file)
    for clip, channels in _votes(files, votes_file, actors).items():
        yield _item(clip, channels, actors[clip.split("_")[0]])


def soft_labels(files: CorpusFolder) -> SoftLabels:
    """EMO-SUPERB's soft labels; raises `InputError` naming file and line where a row is broken.

    >>> from sentio import corpora
    >>> soft_labels(corpora.load("cremad").files).shares[0]  # doctest: +SKIP
    array([0.574, 0.292, 0.01 , 0.01 , 0.104, 0.01 ])
    """
    clips, speakers, shares, folds = [], [], [], []
    for clip, row, share in _share_rows(files):
        clips.append(clip)
        speakers.append(row["SpkrID"])
        shares.append(share)
        folds.append([row[fold] for fold in FOLDS])
    return SoftLabels(
        clips=tuple(clips),
        speakers=tuple(speakers),
        shares=np.array(shares, dtype=np.float64).reshape(-1, len(SHARES)),
        folds=np.array(folds, dtype=np.str_).reshape(-1, len(FOLDS)),
    )


def _votes(files: CorpusFolder, name: str, actors: dict[str, Speaker]) -> dict[str, dict[str, Counter[str]]]:
    """Clip -> layer -> label -> votes. The three rows of a clip lie far apart, so all are kept."""
    clips: dict[str, dict[str, Counter[str]]] = {}
    line = 0
    for line, row in files.rows(name):
        with files.at(name, line):
            channels = clips.setdefault(row["fileName"], {})
            actor, _, acted, _ = row["fileName"].split("_")
            if actor not in actors or acted not in ACTED:
                raise ValueError(f"{row['fileName']!r} is of an unknown actor or emotion")
            layer = CHANNELS[row[""][0]]
            if layer in channels:
                raise ValueError(f"{row['fileName']!r} has two rows for {layer}")
            counts = Counter({label: int(row[code]) for code, label in CODES.items()})
            if min(counts.values()) < 0 or counts.total() != int(row["numResponses"]):
                raise ValueError("the votes do not add up to numResponses")
            channels[layer] = counts
    for clip, channels in clips.items():
        if len(channels) < len(CHANNELS):
            raise InputError(f"the file ends without {clip!r} in every channel", path=files.path / name, line=line)
    return clips


def _actors(files: CorpusFolder, name: str) -> dict[str, Speaker]:
    actors = {}
    for line, row in files.rows(name):
        with files.at(name, line):
            traits: dict[str, float | str] = {
                "age": float(row["Age"]), "race": row["Race"], "ethnicity": row["Ethnicity"],
            }  # fmt: skip
            actor = Speaker(name=row["ActorID"], gender=row["Sex"].lower(), traits=traits)
        actors[actor.name] = actor
    return actors


def _item(clip: str, channels: dict[str, Counter[str]], actor: Speaker) -> AnnotatedConversation:
    _, sentence, acted, level = clip.split("_")
    gold = {layer: {"0": winner} for layer, counts in channels.items() if (winner := _unique_top(counts))}
    votes = {
        layer: {"0": {str(n): label for n, label in enumerate(counts.elements(), start=1)}}
        for layer, counts in channels.items()
    }
    return AnnotatedConversation(
        conversation=_conversation(clip, actor),
        gold={**gold, "acted emotion": {"0": ACTED[acted]}},
        votes=votes,
        facts={"sentence": sentence, "level": level},
    )


def _emo_superb(files: CorpusFolder) -> Iterator[Item]:
    labels = card.layers["emotion in voice"]
    for clip, row, share in _share_rows(files):
        top = [label for label, part in zip(labels, share, strict=True) if part == max(share)]
        actor = Speaker(name=row["SpkrID"], gender=row["Gender"].lower())
        yield AnnotatedConversation(
            conversation=_conversation(clip, actor),
            gold={"emotion in voice": {"0": top[0]}} if len(top) == 1 else {},
            facts={fold: row[fold] for fold in FOLDS},
        )


def _share_rows(files: CorpusFolder) -> Iterator[tuple[str, dict[str, str], list[float]]]:
    """Clip, row, and shares in the order of the labels."""
    (name,) = card.files["emo-superb"]
    for line, row in files.rows(name):
        with files.at(name, line):
            share = [float(row[column]) for column in SHARES]
            if not (min(share) >= 0 and abs(sum(share) - 1) < 1e-5):
                raise ValueError("the shares do not add up to 1")
            missing = {"SpkrID", "Gender", *FOLDS} - set(row)
            if missing:
                raise KeyError(min(missing))
            yield row["FileName"].removesuffix(".wav"), row, share


def _conversation(clip: str, actor: Speaker) -> Conversation:
    utterance = Utterance(id="0", speaker=actor.name, text="")
    return Conversation(id=clip, utterances=(utterance,), profiles={actor.name: actor})


def _unique_top(counts: Counter[str]) -> str | None:
    (first, most), (_, next_most), *_ = counts.most_common()
    return first if most > next_most else None
