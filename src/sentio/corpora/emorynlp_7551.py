"""EmoryNLP, reduced: 9.5 k utterances of the series Friends as COSMIC, PELD and PRC-Emo read them.

Zahiri and Choi, 2018; the tables of the MELD and PELD repositories, with times and gaps where utterances of the
official version (`emorynlp`) are left out:

    Utterance,Speaker,Emotion,Scene_ID,Utterance_ID,Season,Episode,Start_Time,End_Time
    We don't have a cat!,['Ross Geller'],Mad,4,12,2,7,00:01:03.795,00:01:05.004

Season, episode and scene name a scene as the official release does (`s02_e07_c04`). Several speakers of a line
are one speaker here, "Monica Geller, Phoebe Buffay". Times are seconds from the scene's first moment, which the
fact `begins` places in the episode.
"""

from ast import literal_eval
from collections.abc import Iterator
from operator import itemgetter

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, from_the_beginning, known, seconds, together
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="EmoryNLP (7,551)",
    summary="Friends, several speakers: seven emotions; the reduced 7,551 / 954 / 984 utterances",
    paper="Zahiri and Choi, Emotion Detection on TV Show Transcripts, 2018, arXiv 1708.04299",
    licence="Apache-2.0 (EmoryNLP's repository); the text belongs to the makers of the series",
    languages=("en",),
    tasks=("emotion",),
    folder="peld",
    obtain="get source_data/emorynlp from data of github.com/preke/PELD",
    files={
        "train": ("source_data/emorynlp/emorynlp_train_final.csv",),
        "validation": ("source_data/emorynlp/emorynlp_dev_final.csv",),
        "test": ("source_data/emorynlp/emorynlp_test_final.csv",),
    },
    checksums={
        "source_data/emorynlp/emorynlp_train_final.csv": (
            "462c66c333783adb801836d12d1424f48489bef4fb8ddfec7fbb2f08ce8211d5"
        ),
        "source_data/emorynlp/emorynlp_dev_final.csv": (
            "20edc9d5917fe705b17b849f7f288e495d4132a60353a6247c3800445bdf8734"
        ),
    },
    counts={
        "train": {"conversations": 659, "utterances": 7551},
        "validation": {"conversations": 89, "utterances": 954},
    },
    layers={"emotion": ("joyful", "mad", "peaceful", "neutral", "sad", "powerful", "scared")},
    spaces={"emotion": "emorynlp"},
    shares=("emorynlp",),
    faults=(
        "nobody says why 2,383 train and 390 dev utterances of the official version are left out",
        "lines overlap with MELD and PELD, which are cut from the same series",
    ),
)


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The scenes of a split; label names in lower case."""
    (name,) = card.files[split]
    return scenes(files, name)


def scenes(files: CorpusFolder, name: str) -> Iterator[AnnotatedConversation]:
    """The scenes of one table."""
    place = itemgetter("Season", "Episode", "Scene_ID")
    for own, spoken, line, _ in together(files, name, files.rows(name), place, _turn):
        with files.at(name, line):
            turns, begins = from_the_beginning(spoken)
            season, episode, scene = map(int, own)
            facts = {"season": own[0], "episode": own[1], "begins": begins}
            item = annotated(f"s{season:02}_e{episode:02}_c{scene:02}", turns, facts=facts)
        yield item


def _turn(row: dict[str, str]) -> Turn:
    utterance = Utterance(
        id=str(int(row["Utterance_ID"])),
        speaker=", ".join(literal_eval(row["Speaker"])),
        text=row["Utterance"],
        start=seconds(row["Start_Time"]),
        end=seconds(row["End_Time"]),
    )
    return utterance, {"emotion": known(row["Emotion"].lower(), card.layers["emotion"])}
