"""WASSA 2024 CONV-turn: 12 k turns of English chats about a news story, scored for empathy, emotion and polarity.

Giorgi et al., "Findings of WASSA 2024 Shared Task on Empathy and Personality Detection in Interactions", WASSA
2024. CSV; two exports circulate. The train file doubles quotation marks and names speakers `Person 1`; the
development file escapes them with backslashes, names speakers by their number (`speaker_id`), and has NULL for
what is missing:

    id,article_id,conversation_id,turn_id,"speaker_id","text",person_id,person_id_1,person_id_2,Emotion,\
EmotionalPolarity,Empathy,SelfDisclosure
    7,99,400,1,"12","Did you read \\"The Flood\\" as well?",12,12,13,1.5,1,2,NULL
"""

import csv
from collections.abc import Iterator
from operator import itemgetter

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, together
from sentio.errors import InputError
from sentio.gold import Item

card = CorpusCard(
    title="WASSA 2024 CONV-turn",
    summary="English chats about a news story: empathy, polarity and emotional intensity of every turn",
    paper="Giorgi et al., Findings of WASSA 2024 Shared Task on Empathy and Personality Detection, WASSA 2024",
    licence="shared-task terms: not to be passed on",
    languages=("en",),
    tasks=("empathy", "emotion"),
    folder="wassa",
    obtain="ask the organisers of the WASSA 2024 shared task on empathy for trac2_CONVT_*.csv",
    files={
        "train": ("trac2_CONVT_train.csv",),
        "validation": ("trac2_CONVT_dev.csv",),
        "test": ("trac2_CONVT_test.csv",),
    },
    checksums={
        "trac2_CONVT_train.csv": "36a7da68c7a1e8abcab51df90e2ba36652ca47b97642f9d2a3b5d342313c259a",
        "trac2_CONVT_dev.csv": "d8bef353183dfe3e9cf44fd472eaa63b1bf5b4649601ae410326f181e9c0e94a",
    },
    counts={
        "train": {"conversations": 487, "utterances": 11090},
        "validation": {"conversations": 33, "utterances": 990},
    },
    layers={"empathy": (), "polarity": (), "intensity": (), "self-disclosure": ()},
    faults=(
        "one train polarity is 3; self-disclosure is blank in 2 train turns and NULL in all of validation",
        "validation escapes quotation marks with backslashes: other readers break three rows and see scores up to 149",
        "105 train texts were broken that way by their makers: a backslash for the first mark, a stray one at the end",
        "the source counts 10,941 train turns, the file holds 11,090",
        "WASSA 2023 averaged its scores, here train's are whole numbers: the scales do not compare",
    ),
)

SCALES = {
    "empathy": ("Empathy", 5),
    "polarity": ("EmotionalPolarity", 2),
    "intensity": ("Emotion", 5),
    "self-disclosure": ("SelfDisclosure", 5),
}
"""Layer -> its column and the top of its scale, which begins at 0; polarity is the higher the more negative."""

MISSING = ("", "NULL")
Row = tuple[int, dict[str, str]]


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations of a split; scores are floats, a score that is missing has no entry.

    A score that is no number of its scale is no gold, and its turn stays: the fact `rejected` names turn,
    column and cell. Other facts are `article`, and `person 1` and `person 2`, the participants' numbers.
    """
    (name,) = card.files[split]
    for own, read, line, row in together(files, name, _rows(files, name), itemgetter("conversation_id"), _turn):
        turns, rejected = [turn for turn, _ in read], "; ".join(cell for _, cells in read for cell in cells)
        with files.at(name, line):
            facts = {"article": row["article_id"], "person 1": row["person_id_1"], "person 2": row["person_id_2"]}
            item = annotated(own, turns, facts=facts | ({"rejected": rejected} if rejected else {}))
        yield item


def _turn(row: dict[str, str]) -> tuple[Turn, list[str]]:
    """The turn with its scores, and the cells that hold something else."""
    speaker = row["speaker_id"] if "speaker_id" in row else row["speaker"]
    utterance = Utterance(id=row["turn_id"], speaker=speaker, text=row["text"])
    scores, rejected = {}, []
    for layer, (column, top) in SCALES.items():
        value = _number(row[column])
        if 0 <= value <= top:
            scores[layer] = value
        elif row[column] not in MISSING:
            rejected.append(f"turn {utterance.id}: {column} {row[column]}")
    return (utterance, scores), rejected


def _number(cell: str) -> float:
    """The number, or NaN, which lies on no scale."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _rows(files: CorpusFolder, name: str) -> Iterator[Row]:
    header = next((text for _, text in files.lines(name)), "")
    return _escaped(files, name) if '"speaker_id"' in header else files.rows(name)


def _escaped(files: CorpusFolder, name: str) -> Iterator[Row]:
    """Rows of a file that escapes quotation marks with backslashes; each is one line."""
    header: list[str] = []
    for line, text in files.lines(name):
        try:
            cells = next(csv.reader([text], escapechar="\\", doublequote=False, strict=True), [])
        except csv.Error as error:
            raise InputError(f"not a table: {error}", path=files.path / name, line=line) from error
        header = header or cells
        if len(cells) != len(header):
            raise InputError(f"{len(cells)} cells where {len(header)} are expected", path=files.path / name, line=line)
        if line > 1:
            yield line, dict(zip(header, cells, strict=True))
