"""Empathic Reactions: 1.9 k English reactions to news stories, with empathic concern and personal distress.

Buechel et al., "Modeling Empathy and Distress in Reaction to News Stories", EMNLP 2018; the train split of WASSA
2021-2023. Scores are means of self-ratings from 1 to 7; a participant (response_id) writes about five articles.

    "message_id","response_id","article_id","empathy","distress","empathy_bin","distress_bin","essay"
    "R_9aBcDeFgHiJkLmN_1","R_9aBcDeFgHiJkLmN","99","4.333","2.125","1","0","I had not heard of the ferry before. ..."

`train` is that file. The tab-separated files of WASSA 2022 hold the same essays with the emotion and with who
wrote them (`train-2022`), and 270 more (`validation`), whose scores lie in a second file without header, in
the order of the first. These were not at hand: their columns are those that the shared task names.
"""

from collections.abc import Iterator
from itertools import zip_longest

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import known
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, Item, Layer

card = CorpusCard(
    title="Empathic Reactions",
    summary="English reactions to news stories: empathy and distress; emotion in WASSA 2022",
    paper="Buechel et al., Modeling Empathy and Distress in Reaction to News Stories, EMNLP 2018",
    licence="CC BY 4.0; the files of WASSA 2022 are not to be passed on",
    languages=("en",),
    tasks=("empathy", "emotion"),
    folder="wassa",
    obtain="get data/responses/data/messages.csv from github.com/wwbp/empathic_reactions, "
    "name it empathic_reactions_messages.csv; ask the organisers of WASSA 2022 for the rest",
    files={
        "train": ("empathic_reactions_messages.csv",),
        "train-2022": ("messages_train_ready_for_WS.tsv",),
        "validation": ("messages_dev_features_ready_for_WS_2022.tsv", "goldstandard_dev_2022.tsv"),
        "test": ("messages_test_features_ready_for_WS_2022.tsv", "goldstandard_test_2022.tsv"),
    },
    checksums={
        "empathic_reactions_messages.csv": "380d2670254565629f81616df57cc0729de96ac87c056d05e39c370624ae8f64",
    },
    counts={"train": {"conversations": 1860, "utterances": 1860}},
    layers={
        "empathy": (),
        "distress": (),
        "emotion": ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
    },
    spaces={"emotion": "ekman"},
    faults=(
        "essays share articles (417 for 1,860 essays) and authors: fold by article or author",
        "the empathy and distress lexica seem to be learned from these essays: they look too good on them",
        "personality and IRI of WASSA 2022 are given only in train, and are targets of other tracks: left out here",
        "empathy_bin and distress_bin are the scores cut between 3.9 and 4: left out here",
    ),
)

PERSON = ("gender", "education", "race", "age", "income")
SCORED = (
    "empathy", "distress", "emotion", "personality_conscientiousness", "personality_openess",
    "personality_extraversion", "personality_agreeableness", "personality_stability", "iri_perspective_taking",
    "iri_personal_distress", "iri_fantasy", "iri_empathatic_concern",
)  # fmt: skip
"""Columns of the files with scores, which have no header; spelled as in train."""

Row = tuple[int, dict[str, str]]


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """An essay is a conversation of one utterance by its participant, with the fact `article`.

    What WASSA 2022 tells of participants is in their profiles, as its codes.
    """
    name, *scores = card.files[split]
    for line, row in _with_scores(files, name, *scores) if scores else files.rows(name, delimiter=_delimiter(name)):
        with files.at(name, line):
            item = _essay(row)
        yield item


def _delimiter(name: str) -> str:
    return "\t" if name.endswith(".tsv") else ","


def _with_scores(files: CorpusFolder, features: str, scores: str) -> Iterator[Row]:
    """Rows of the first file with the cells of the second; raises `InputError` where one ends early."""
    line = 0
    rows = zip_longest(files.rows(features, delimiter="\t"), files.rows(scores, delimiter="\t", columns=SCORED))
    for essay, scored in rows:
        if essay is None or scored is None:
            short = features if essay is None else scores
            raise InputError("ends before the file that it belongs to", path=files.path / short, line=line)
        line = essay[0]
        yield line, essay[1] | scored[1]


def _essay(row: dict[str, str]) -> AnnotatedConversation:
    person = Speaker(name=row["response_id"], traits={key: row[key] for key in PERSON if key in row})
    gold: dict[str, Layer] = {target: {"0": _score(row[target])} for target in ("empathy", "distress")}
    if "emotion" in row:
        gold["emotion"] = {"0": known(row["emotion"], card.layers["emotion"])}
    utterance = Utterance(id="0", speaker=person.name, text=row["essay"])
    return AnnotatedConversation(
        conversation=Conversation(
            id=row["message_id"],
            utterances=(utterance,),
            profiles={person.name: person} if person.traits else {},
        ),
        gold=gold,
        facts={"article": row["article_id"]},
    )


def _score(cell: str) -> float:
    value = float(cell)
    if not 1 <= value <= 7:
        raise ValueError(f"{cell} is not from 1 to 7")
    return value
