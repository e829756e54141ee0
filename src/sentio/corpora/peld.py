"""PELD: 6.5 k triples of turns of the series Friends, with the Big Five traits of who speaks next.

Wen et al., "Automatically Select Emotion for Response via Personality-affected Emotion Transition", Findings of
ACL 2021. A speaks, B answers, and the emotion A will speak with next is to be foretold, with A's traits known.
Tab-separated, A is `Speaker_1`:

    Speaker_1	Speaker_2	Personality	Utterance_1	...	Emotion_1	...	Sentiment_3
    Ross	Joey	[0.722, 0.489, 0.6, 0.533, 0.356]	You ate it?	...	anger	...	negative

The traits are openness, conscientiousness, extraversion, agreeableness, neuroticism, from 0 to 1. A triple's id is
the number of its row, from 0. `train`, `validation`, `test` are the released code's: stratified by the third
emotion, seed 42. They leak, as triples overlap; `dialogue_*` splits are ours: a triple lies where its source
dialogue does in MELD or EmoryNLP, in train where it does in several; the test part is what neither train nor
validation files hold.
"""

import json
from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Speaker, Utterance
from sentio.corpora import emorynlp_7551, meld
from sentio.corpora.base import CorpusFolder
from sentio.corpora.peld_triples import Triple, triples
from sentio.corpora.transcripts import Turn, annotated, known
from sentio.errors import InputError, MissingExtra
from sentio.gold import AnnotatedConversation, Item, Layer

card = CorpusCard(
    title="PELD",
    summary="triples of turns with the Big Five of the speaker: which emotion comes next",
    paper="Wen et al., Automatically Select Emotion for Response, Findings of ACL 2021, arXiv 2106.15846",
    licence="none stated; made from MELD (GPL-3.0) and EmoryNLP (Apache-2.0)",
    languages=("en",),
    tasks=("next emotion", "emotion"),
    extra="eval",
    obtain="get Dyadic_PELD.tsv and source_data from data of github.com/preke/PELD",
    files={
        "train": ("Dyadic_PELD.tsv",),
        "validation": ("Dyadic_PELD.tsv",),
        "test": ("Dyadic_PELD.tsv",),
        "dialogue_train": (
            "Dyadic_PELD.tsv",
            "source_data/MELD_Dyadic/train_sent_emo_dya.csv",
            "source_data/MELD_Dyadic/dev_sent_emo_dya.csv",
            "source_data/emorynlp/emorynlp_train_final.csv",
            "source_data/emorynlp/emorynlp_dev_final.csv",
        ),
        "dialogue_validation": (
            "Dyadic_PELD.tsv",
            "source_data/MELD_Dyadic/train_sent_emo_dya.csv",
            "source_data/MELD_Dyadic/dev_sent_emo_dya.csv",
            "source_data/emorynlp/emorynlp_train_final.csv",
            "source_data/emorynlp/emorynlp_dev_final.csv",
        ),
        "dialogue_test": (
            "Dyadic_PELD.tsv",
            "source_data/MELD_Dyadic/train_sent_emo_dya.csv",
            "source_data/MELD_Dyadic/dev_sent_emo_dya.csv",
            "source_data/emorynlp/emorynlp_train_final.csv",
            "source_data/emorynlp/emorynlp_dev_final.csv",
        ),
    },
    checksums={
        "Dyadic_PELD.tsv": "e7885800f3e2611108d06af33c1df7c9c8184a28d663df7deb5b559ba5ac8c1f",
        "source_data/MELD_Dyadic/train_sent_emo_dya.csv": (
            "a505ee53749812c5b3357535a5813dc5deb679a9c6748c42b143cef6f2dadf2b"
        ),
        "source_data/MELD_Dyadic/dev_sent_emo_dya.csv": (
            "e5d0fcba9110581a398d6bf020e35456f16c22032013338b619c05fe89495bcd"
        ),
        "source_data/emorynlp/emorynlp_train_final.csv": (
            "462c66c333783adb801836d12d1424f48489bef4fb8ddfec7fbb2f08ce8211d5"
        ),
        "source_data/emorynlp/emorynlp_dev_final.csv": (
            "20edc9d5917fe705b17b849f7f288e495d4132a60353a6247c3800445bdf8734"
        ),
    },
    counts={
        "train": {"conversations": 5273, "utterances": 15819},
        "validation": {"conversations": 586, "utterances": 1758},
        "test": {"conversations": 651, "utterances": 1953},
        "dialogue_train": {"conversations": 4902, "utterances": 14706},
        "dialogue_validation": {"conversations": 620, "utterances": 1860},
        "dialogue_test": {"conversations": 988, "utterances": 2964},
    },
    layers={
        "emotion": ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
    },
    spaces={"emotion": "meld"},
    shares=("meld/*", "meld_json/*", "emorynlp/*", "emorynlp_7551/*"),
    faults=(
        "845 triples stand in MELD's test dialogues: report no score on MELD after training on PELD, by any split",
        "349 of 586 validation triples share a pair of turns with train; 71 of 620 in the split by dialogue",
        "sentiment is computed from the emotion, surprise always positive, and not MELD's: it is in machine",
        "118 of 189 repeated triples of texts carry different third emotions",
        "text is ASCII: apostrophes and dashes of MELD are spaces",
    ),
)

SENTIMENTS = ("positive", "neutral", "negative")
TRAITS = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
SEED = 42
"""Of the released code, as are the two shares of 10 %."""


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The triples of a split, in the order of the file; traits are in the profile of who speaks first and last.

    Raises `MissingExtra` without scikit-learn, which cuts the released splits.
    """
    table, *sources = card.files[split]
    found: list[AnnotatedConversation] = []
    line = 1
    for line, row in files.rows(table, delimiter="\t"):
        with files.at(table, line):
            found.append(_triple(str(len(found)), row))
    parts = _parts_by_dialogue(files, found, sources) if sources else _parts_as_released(files, found, table, line)
    return (item for item, part in zip(found, parts, strict=True) if part == split)


def _triple(own: str, row: dict[str, str]) -> AnnotatedConversation:
    scores = [float(score) for score in json.loads(row["Personality"])]
    if not all(0 <= score <= 1 for score in scores):
        raise ValueError(f"traits {scores} are not all from 0 to 1")
    speaker = Speaker(name=row["Speaker_1"], traits=dict(zip(TRAITS, scores, strict=True)))
    turns: list[Turn] = []
    sentiments: Layer = {}
    for place, name in enumerate((row["Speaker_1"], row["Speaker_2"], row["Speaker_1"])):
        utterance = Utterance(id=str(place), speaker=name, text=row[f"Utterance_{place + 1}"])
        turns.append((utterance, {"emotion": known(row[f"Emotion_{place + 1}"], card.layers["emotion"])}))
        sentiments[utterance.id] = known(row[f"Sentiment_{place + 1}"], SENTIMENTS)
    return annotated(own, turns, machine={"sentiment": sentiments}, profiles={speaker.name: speaker})


def _parts_as_released(files: CorpusFolder, found: list[AnnotatedConversation], table: str, line: int) -> list[str]:
    """The split of each triple as `train_test_split` of scikit-learn, twice, decides it."""
    try:
        from sklearn.model_selection import train_test_split
    except ModuleNotFoundError as error:
        raise MissingExtra("eval") from error
    third = [str(item.gold["emotion"]["2"]) for item in found]
    try:
        rest, test = train_test_split(range(len(third)), test_size=0.1, stratify=third, random_state=SEED)
        _, validation = train_test_split(rest, test_size=0.1, stratify=[third[i] for i in rest], random_state=SEED)
    except ValueError as error:
        raise InputError(
            f"too few triples for the released split: {error}", path=files.path / table, line=line
        ) from error
    parts = dict.fromkeys(test, "test") | dict.fromkeys(validation, "validation")
    return [parts.get(place, "train") for place in range(len(third))]


def _parts_by_dialogue(files: CorpusFolder, found: list[AnnotatedConversation], sources: list[str]) -> list[str]:
    """The split of each triple by the file of its source dialogue; what no file holds is test."""
    meld_train, meld_dev, emory_train, emory_dev = sources
    parts: dict[Triple, str] = {}
    for part, of_meld, of_emory in (("train", meld_train, emory_train), ("validation", meld_dev, emory_dev)):
        for triple in triples(meld.dialogues(files, of_meld), "meld"):
            parts.setdefault(triple, part)
        for triple in triples(emorynlp_7551.scenes(files, of_emory), "emorynlp"):
            parts.setdefault(triple, part)
    return [f"dialogue_{parts.get(_as_triple(item), 'test')}" for item in found]


def _as_triple(item: AnnotatedConversation) -> Triple:
    first, second, third = item.conversation.utterances
    emotions = item.gold["emotion"]
    return Triple(
        speakers=(first.speaker, second.speaker),
        texts=(first.text, second.text, third.text),
        emotions=(str(emotions["0"]), str(emotions["1"]), str(emotions["2"])),
    )
