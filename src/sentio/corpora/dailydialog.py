"""DailyDialog: 13 k everyday English dialogues of two, seven emotions, most of it neutral.

Li et al., "DailyDialog: A Manually Labelled Multi-turn Dialogue Dataset", IJCNLP 2017. The text files of CoMPM:
speaker, text and emotion between tabs, an empty line after a dialogue.

    0	Did you water the plants ?	neutral
    1	Oh no , I forgot . They look terrible .	sadness

Dialogues and utterances have no ids here: they are numbered from 0 in the order of the file.
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import scenes
from sentio.gold import Item

card = CorpusCard(
    title="DailyDialog",
    summary="everyday dialogues of two for learners of English: six emotions, most utterances neutral",
    paper="Li et al., DailyDialog: A Manually Labelled Multi-turn Dialogue Dataset, IJCNLP 2017",
    licence="CC BY-NC-SA 4.0 (second-hand)",
    languages=("en",),
    tasks=("emotion",),
    obtain="get dailydialog_*.txt from dataset/dailydialog of github.com/rungjoo/CoMPM",
    files={
        "train": ("dailydialog_train.txt",),
        "validation": ("dailydialog_dev.txt",),
        "validation_filtered": ("dailydialog_dev_filtered.txt",),
        "test": ("dailydialog_test.txt",),
    },
    checksums={
        "dailydialog_dev_filtered.txt": "16f2cf186a5f1cd1731e50ad11581a8c7dc2bc3af2b8a09a03c631f013c9e73e",
    },
    counts={"validation_filtered": {"conversations": 988, "utterances": 7961}},
    layers={"emotion": ("neutral", "happiness", "sadness", "surprise", "anger", "fear", "disgust")},
    spaces={"emotion": "dailydialog"},
    metric="micro_f1_without:neutral",
    faults=(
        "11 validation dialogues stand in test, 2 in RECCON's test: validation_filtered is without these 12",
        "45 validation dialogues are also in RECCON's train and validation, 107 test dialogues in its test",
        "88 % of validation is neutral: papers report micro-F1 without it",
    ),
)


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split, `train-0`, `train-1` and so on; the speakers are 0 and 1."""
    (name,) = card.files[split]
    return scenes(files, name, split, card.layers["emotion"])
