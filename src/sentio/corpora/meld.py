"""MELD: 13 k utterances of the series Friends, several speakers, seven emotions and three sentiments.

Poria et al., "MELD: A Multimodal Multi-Party Dataset for Emotion Recognition in Conversations", ACL 2019.
Tables of the official release, one row an utterance:

    Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime
    1,"Wait, you sold the couch?",Monica,surprise,negative,0,0,3,9,"00:04:11,250","00:04:12,793"

`Dialogue_ID` starts again at 0 in every file. So that no two dialogues share an id, ids here go on counting as
the JSON release does (`meld_json`): dialogue 0 of dev is 1039, of test 1153. The file's own number is the fact
`dialogue`. Times are seconds from the dialogue's first moment, which the fact `begins` places in the episode.
"""

from collections.abc import Iterator
from operator import itemgetter

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, from_the_beginning, known, repaired, seconds, together
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="MELD",
    summary="Friends, several speakers: seven emotions and three sentiments, with times",
    paper="Poria et al., MELD: A Multimodal Multi-Party Dataset, ACL 2019, arXiv 1810.02508",
    licence="GPL-3.0 (repository); the text belongs to the makers of the series",
    modalities=("text", "audio", "video"),
    languages=("en",),
    tasks=("emotion", "sentiment"),
    obtain="get *_sent_emo.csv from data/MELD of github.com/declare-lab/MELD",
    files={
        "train": ("train_sent_emo.csv",),
        "validation": ("dev_sent_emo.csv",),
        "test": ("test_sent_emo.csv",),
    },
    checksums={
        "train_sent_emo.csv": "d2fa2d6529cf03cac2989efec05c9b27d8fd2f4c8fc5974c7ae88aa537fa02db",
        "dev_sent_emo.csv": "2e89c6f8aa182d6f62f8c6331aece905ac7273ca4999660bfb5213e1d0370c1c",
    },
    counts={
        "train": {"conversations": 1038, "utterances": 9989},
        "validation": {"conversations": 114, "utterances": 1109},
    },
    layers={
        "emotion": ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"),
        "sentiment": ("neutral", "positive", "negative"),
    },
    spaces={"emotion": "meld", "sentiment": "sentiment3"},
    faults=(
        "there is no train dialogue 60: 1,038 dialogues, not 1,039",
        "utterance ids have gaps in 72 train and 2 dev dialogues",
        "135 of 1,109 dev utterances stand byte for byte in train, most of them very short",
        "lines overlap with EmoryNLP and PELD, which are cut from the same series",
        "23 train and 4 dev dialogues have times that go back",
        "media: train dia125_utt3 is corrupt, dev dia110_utt7 missing; test dia38_utt4 and dia220_utt0 are cut wrongly",
    ),
)

FIRST = {"train": 0, "validation": 1039, "test": 1153}
"""Id of dialogue 0 of each split in the JSON release; 1039 because dialogue 60 of train is counted."""


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split; an utterance's id is its `Utterance_ID`."""
    (name,) = card.files[split]
    return dialogues(files, name, FIRST[split])


def dialogues(files: CorpusFolder, name: str, first: int = 0) -> Iterator[AnnotatedConversation]:
    """The dialogues of any table with MELD's columns; `first` is added to each `Dialogue_ID`."""
    for own, spoken, line, row in together(files, name, files.rows(name), itemgetter("Dialogue_ID"), _turn):
        with files.at(name, line):
            turns, begins = from_the_beginning(spoken)
            facts = {"dialogue": own, "season": row["Season"], "episode": row["Episode"], "begins": begins}
            item = annotated(str(first + int(own)), turns, facts=facts)
        yield item


def _turn(row: dict[str, str]) -> Turn:
    utterance = Utterance(
        id=str(int(row["Utterance_ID"])),
        speaker=repaired(row["Speaker"]),
        text=repaired(row["Utterance"]),
        start=seconds(row["StartTime"]),
        end=seconds(row["EndTime"]),
    )
    return utterance, {layer: known(row[layer.capitalize()].lower(), order) for layer, order in card.layers.items()}
