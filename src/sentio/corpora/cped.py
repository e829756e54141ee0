"""CPED: 12 k dialogues of 40 Chinese television series, with emotion, sentiment, act and the speakers' traits.

Chen et al., "CPED: A Large-Scale Chinese Personalized and Emotional Dialogue Dataset for Conversational AI",
arXiv 2205.14727. CSV, UTF-8 with a byte-order mark; the splits share no series. A trait is high, low or
unknown, a face's corners are `x_y` in the frame, 0_0 where there is none.

    TV_ID,Dialogue_ID,Utterance_ID,Speaker,Gender,Age,Neuroticism,Extraversion,Openness,Agreeableness,\
Conscientiousness,Scene,FacePosition_LU,FacePosition_RD,Sentiment,Emotion,DA,Utterance
    99,99_000,99_000_000,李小雨,female,young,low,high,high,high,low,home,310_96,402_188,positive,happy,question,你猜我买了什么
"""

from collections.abc import Iterator
from itertools import groupby

from sentio.card import CorpusCard
from sentio.conversation import Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, known
from sentio.gold import Item

card = CorpusCard(
    title="CPED",
    summary="Chinese television dialogues: 13 emotions, sentiment, dialogue acts, Big Five of the speakers",
    paper="Chen et al., CPED, arXiv 2205.14727",
    licence="Apache-2.0 (repository); the text belongs to the makers of the series",
    languages=("zh",),
    tasks=("emotion", "sentiment", "dialogue act", "personality"),
    obtain="get data/CPED/*_split.csv from github.com/scutcyr/CPED (train_split.csv by its link there)",
    files={
        "train": ("train_split.csv",),
        "validation": ("valid_split.csv",),
        "test": ("test_split.csv",),
    },
    checksums={"valid_split.csv": "f434a04d21640bb38c849f3e9598c2b7b2fbdb49be6a7365b2ae016019bd389b"},
    counts={"validation": {"conversations": 934, "utterances": 11137}},
    layers={
        "emotion": (
            "happy", "grateful", "relaxed", "positive-other", "neutral", "anger", "sadness",
            "fear", "depress", "disgust", "astonished", "worried", "negative-other",
        ),
        "sentiment": ("positive", "neutral", "negative"),
        "dialogue act": (
            "statement-non-opinion", "question", "statement-opinion", "answer", "acknowledge", "interjection",
            "other", "command", "irony", "comfort", "disagreement", "quotation", "conventional-closing",
            "apology", "reject", "thanking", "agreement", "greeting", "appreciation",
        ),
        "scene": (
            "home", "office", "school", "mall", "hospital", "restaurant", "sports-venue",
            "entertainment-venue", "car", "outdoor", "other-venue",
        ),
        "face": (),
    },
    spaces={"emotion": "cped13", "sentiment": "sentiment3"},
    metric="macro_f1",
    faults=(
        "the README names labels otherwise (other-positive, angry, other-scene) than the files",
        "emotion determines sentiment: astonished is always negative",
        "names of speakers repeat across series; the speaker named 'others' is several people without traits",
        "25 validation dialogues change the scene: it is a layer, not a fact",
        "the previous utterance's gold emotion gets 62 % right: say whether a system sees gold labels",
    ),
)  # fmt: skip

PROFILE = ("Gender", "Age", "Neuroticism", "Extraversion", "Openness", "Agreeableness", "Conscientiousness")
LAYERS = {"sentiment": "Sentiment", "dialogue act": "DA", "scene": "Scene"}
UNKNOWN = "unknown"
NO_FACE = "0_0"


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split, with the series as the fact `series`.

    `face` is the upper left and the lower right corner. What is unknown of a speaker is left out of the
    profile. An emotion outside the 13 is no gold label: the fact `other emotions` names them.
    """
    (name,) = card.files[split]
    for own, rows in groupby(files.rows(name), key=lambda row: row[1].get("Dialogue_ID", "")):
        turns: list[Turn] = []
        people: dict[str, tuple[str, ...]] = {}
        others = []
        for line, row in rows:
            with files.at(name, line):
                turns.append(_turn(row))
                if row["Emotion"] not in card.layers["emotion"]:
                    others.append(row["Emotion"])
                said = tuple(row[column] for column in PROFILE)
                if people.setdefault(row["Speaker"], said) != said:
                    raise ValueError(f"what is known of {row['Speaker']!r} changes within {own!r}")
        with files.at(name, line):
            facts = {"series": row["TV_ID"]} | ({"other emotions": ", ".join(others)} if others else {})
            profiles = {person: _profile(person, said) for person, said in people.items()}
            item = annotated(own, turns, profiles=profiles, facts=facts)
        yield item


def _turn(row: dict[str, str]) -> Turn:
    utterance = Utterance(id=row["Utterance_ID"], speaker=row["Speaker"], text=row["Utterance"])
    marks = {layer: known(row[column], card.layers[layer]) for layer, column in LAYERS.items()}
    if row["Emotion"] in card.layers["emotion"]:
        marks["emotion"] = row["Emotion"]
    if row["FacePosition_LU"] != NO_FACE:
        marks["face"] = f"{row['FacePosition_LU']} {row['FacePosition_RD']}"
    return utterance, marks


def _profile(name: str, said: tuple[str, ...]) -> Speaker:
    gender, age, *traits = said
    for trait in traits:
        known(trait, ("high", "low", UNKNOWN))
    values = zip(PROFILE[1:], (age, *traits), strict=True)
    return Speaker(
        name=name,
        gender=None if known(gender, ("female", "male", UNKNOWN)) == UNKNOWN else gender,
        traits={column.lower(): value for column, value in values if value != UNKNOWN},
    )
