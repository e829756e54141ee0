"""EmoryNLP, official size: 12.6 k utterances of the series Friends, several speakers, seven emotions.

Zahiri and Choi, "Emotion Detection on TV Show Transcripts with Sequence-based Convolutional Neural Networks",
2018. The text files of CoMPM: speaker, text and emotion between tabs, an empty line after a scene.

    Phoebe Buffay	I knitted it for the cat.	Peaceful
    Ross Geller	We don't have a cat!	Mad

Scenes and utterances have no ids here: they are numbered from 0 in the order of the file. A reduced version of
7,551 / 954 / 984 utterances goes by the same name (`emorynlp_7551`); their numbers never compare.
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import scenes
from sentio.gold import Item

card = CorpusCard(
    title="EmoryNLP",
    summary="Friends, several speakers: seven emotions; the official 9,934 / 1,344 / 1,328 utterances",
    paper="Zahiri and Choi, Emotion Detection on TV Show Transcripts, 2018, arXiv 1708.04299",
    licence="Apache-2.0 (repository); the text belongs to the makers of the series",
    languages=("en",),
    tasks=("emotion",),
    obtain="get EMORY_*.txt from dataset/EMORY of github.com/rungjoo/CoMPM",
    files={
        "train": ("EMORY_train.txt",),
        "validation": ("EMORY_dev.txt",),
        "test": ("EMORY_test.txt",),
    },
    checksums={
        "EMORY_train.txt": "b686aba4a7feb151346327ac7a9a55a09da810c529a7485c556f4be392a512c7",
        "EMORY_dev.txt": "1059dea45b362559646f3216cba08a519a6ee7eddaa87808ad44c9e4ff5d916e",
    },
    counts={
        "train": {"conversations": 713, "utterances": 9934},
        "validation": {"conversations": 99, "utterances": 1344},
    },
    layers={"emotion": ("joyful", "mad", "peaceful", "neutral", "sad", "powerful", "scared")},
    spaces={"emotion": "emorynlp"},
    faults=(
        "two versions circulate under one name: this one and 7,551 / 954 / 984",
        "of several speakers of a line only the first is named",
        "lines overlap with MELD and PELD, which are cut from the same series",
    ),
)


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The scenes of a split, `train-0`, `train-1` and so on; label names in lower case."""
    (name,) = card.files[split]
    return scenes(files, name, split, card.layers["emotion"])
