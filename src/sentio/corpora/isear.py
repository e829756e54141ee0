"""ISEAR: 7.7 k reports of situations in which students of 37 countries felt one of seven emotions.

Scherer and Wallbott, "Evidence for universality and cultural variation of differential emotion response
patterning", Journal of Personality and Social Psychology 66, 1994. The table of the original database,
exported with bars between 42 columns and one at the end; the questionnaire's other answers are left out
below. SIT is the report, Field1 the emotion that was asked for, MYKEY the report's id. Where a line of a
report ended stands a stray letter, and in reports with quotation marks a bar after it.

    ID|CITY|COUN|SUBJ|SEX|AGE|...|EMOT|...|Field1|Field3|Field2|MYKEY|SIT|STATE|
    99001|1|1|1|1|33|...|2|...|fear|3|2|9900012|When the lift stopped between two floors and á the light went out.|1|
    99001|1|1|1|1|33|...|5|...|disgust|1|3|9900015|They called the soup \\fresh\\" á|and it moved."|1|
"""

import re
from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.errors import InputError
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
        "a stray 'á' stands where a line ended, with a bar after it where the report has quotation marks",
        "the first of two quotation marks became a backslash, and one too many ends such a report",
        "87 reports say NO RESPONSE: they are left out here",
        "some reports in brackets refer to another one of the same person",
    ),
)  # fmt: skip

SEX = {"1": "male", "2": "female"}
"""Codes of SEX; any other is taken for not stated."""


STRAY = re.compile(r"(?<!\w)á(?!\w)")


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A report is a conversation of one utterance; its speaker is the person's ID.

    Stray letters, bars and quotation marks are taken out of the words, and NO RESPONSE is left out.
    """
    (name,) = card.files[split]
    for line, row in _rows(files, name):
        with files.at(name, line):
            text = _cleaned(row["SIT"])
            label = row["Field1"].strip()
            # Some exports spell it so once.
            label = "guilt" if label == "guit" else label
            if label not in card.layers["emotion"]:
                raise ValueError(f"{label!r} is none of the emotions")
            person = Speaker(name=row["ID"], gender=SEX.get(row["SEX"]), traits={"age": row["AGE"]})
            utterance = Utterance(id="0", speaker=person.name, text=text)
            conversation = Conversation(id=row["MYKEY"], utterances=(utterance,), profiles={person.name: person})
        if text.strip("[]. ").casefold() != "no response":
            yield AnnotatedConversation(conversation=conversation, gold={"emotion": {"0": label}})


def _rows(files: CorpusFolder, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column: what is too much in a row are bars of its report."""
    header: list[str] = []
    for line, text in files.lines(name):
        cells = text.split("|")
        if not header:
            header = cells
            with files.at(name, line):
                report = header.index("SIT")
            continue
        extra = len(cells) - len(header)
        if extra < 0:
            path = files.path / name
            raise InputError(f"{len(cells)} cells where {len(header)} are expected", path=path, line=line)
        cells[report : report + extra + 1] = [" ".join(cells[report : report + extra + 1])]
        yield line, dict(zip(header, cells, strict=True))


def _cleaned(report: str) -> str:
    """A report without what the export did to it.

    >>> _cleaned('They called it \\\\fresh\\\\" á and it moved."')
    'They called it "fresh" and it moved.'
    """
    text = report.replace('\\"', '"').replace("\\", '"')
    if text.count('"') % 2 and text.endswith('"'):
        text = text[:-1]
    return " ".join(STRAY.sub(" ", text).split())
