"""ISEAR: 7.7 k reports of situations in which students of 37 countries felt one of seven emotions.

Scherer and Wallbott, "Evidence for universality and cultural variation of differential emotion response
patterning", Journal of Personality and Social Psychology 66, 1994. The table of the original database,
exported with bars between 42 columns and one at the end; the questionnaire's other answers are left out
below. SIT is the report, Field1 the emotion that was asked for, MYKEY the report's id.

    ID|CITY|COUN|SUBJ|SEX|AGE|...|EMOT|...|Field1|Field3|Field2|MYKEY|SIT|STATE|
    99001|1|1|1|1|33|...|2|...|fear|3|2|9900012|When the lift stopped between two floors and á the light went out.|1|
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="ISEAR",
    summary="reports of situations that caused one of seven emotions, in English",
    paper="Scherer and Wallbott, Evidence for universality and cultural variation, JPSP 66, 1994",
    licence="CC BY-NC-SA 3.0 (second-hand); free for research",
    languages=("en",),
    tasks=("emotion",),
    obtain="get the ISEAR databank from unige.ch/cisa (research material); export it as isear.csv, UTF-8, with bars",
    files={"all": ("isear.csv",)},
    layers={"emotion": ("joy", "fear", "anger", "sadness", "disgust", "shame", "guilt")},
    metric="macro_f1",
    faults=(
        "no split is released: papers cross-validate",
        "a stray 'á' stands where the questionnaire's line ended",
        "87 reports say NO RESPONSE: they are left out here",
        "some reports in brackets refer to another one of the same person",
    ),
)  # fmt: skip

SEX = {"1": "male", "2": "female"}
"""Codes of SEX; any other is taken for not stated."""


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A report is a conversation of one utterance; its speaker is the person's ID."""
    (name,) = card.files[split]
    for line, row in files.rows(name, delimiter="|", quoted=False):
        with files.at(name, line):
            text = " ".join(row["SIT"].replace(" á ", " ").split())
            label = row["Field1"].strip()
            # Some rows of circulating exports spell it so.
            label = "guilt" if label == "guit" else label
            if label not in card.layers["emotion"]:
                raise ValueError(f"{label!r} is none of the emotions")
            person = Speaker(name=row["ID"], gender=SEX.get(row["SEX"]), traits={"age": row["AGE"]})
        if text.strip("[]. ").casefold() == "no response":
            continue
        utterance = Utterance(id="0", speaker=person.name, text=text)
        conversation = Conversation(id=row["MYKEY"], utterances=(utterance,), profiles={person.name: person})
        yield AnnotatedConversation(conversation=conversation, gold={"emotion": {"0": label}})
