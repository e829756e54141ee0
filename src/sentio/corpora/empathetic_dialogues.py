"""EmpatheticDialogues: 25 k English chats about a situation in which the first speaker felt one of 32 emotions.

Rashkin et al., "Towards Empathetic Open-domain Conversation Models: a New Benchmark and Dataset", ACL 2019.
Cells are separated by commas and never quoted: a comma of the text is written `_comma_`. Rows of validation
and test may have a ninth cell, replies to choose from. `context` is the emotion, `prompt` the situation.

    conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags
    hit:99999_conv:199999,1,proud,My son baked a cake.,501,Guess what_comma_ my son baked a cake!,5|5|4_4|5|5,
    hit:99999_conv:199999,2,proud,My son baked a cake.,77,"Really? How old is he?",5|5|4_4|5|5,
"""

from collections.abc import Iterator
from itertools import groupby

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, known
from sentio.errors import InputError
from sentio.gold import Item

card = CorpusCard(
    title="EmpatheticDialogues",
    summary="English chats about a personal situation, one of 32 emotions each",
    paper="Rashkin et al., Towards Empathetic Open-domain Conversation Models, ACL 2019",
    licence="CC BY-NC 4.0",
    languages=("en",),
    tasks=("emotion",),
    obtain="get empatheticdialogues.tar.gz as github.com/facebookresearch/EmpatheticDialogues says",
    files={"train": ("train.csv",), "validation": ("valid.csv",), "test": ("test.csv",)},
    layers={
        "emotion": (
            "afraid", "angry", "annoyed", "anticipating", "anxious", "apprehensive", "ashamed",
            "caring", "confident", "content", "devastated", "disappointed", "disgusted",
            "embarrassed", "excited", "faithful", "furious", "grateful", "guilty", "hopeful",
            "impressed", "jealous", "joyful", "lonely", "nostalgic", "prepared", "proud", "sad",
            "sentimental", "surprised", "terrified", "trusting",
        ),
    },
    spaces={"emotion": "empathetic32"},
    metric="accuracy",
    faults=(
        "quotation marks are text: a CSV reader that minds them joins rows",
        "the emotion is the conversation's, not an utterance's",
        "the number after hit: in a conversation's id groups nothing",
        "near-synonyms among the 32 emotions (angry, furious) cap accuracy",
    ),
)  # fmt: skip

COLUMNS = ("conv_id", "utterance_idx", "context", "prompt", "speaker_idx", "utterance", "selfeval", "tags")


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations of a split; speakers are numbers as in the file, the first tells of the situation.

    The emotion, which is the whole conversation's, is the gold of the first utterance; `situation`, `selfeval`
    and `tags` are facts where they are given. The replies to choose from are left out.
    """
    (name,) = card.files[split]
    for own, rows in groupby(_rows(files, name), key=lambda row: row[1]["conv_id"]):
        turns: list[Turn] = []
        for line, row in rows:
            with files.at(name, line):
                if not turns:
                    emotion, facts = known(row["context"], card.layers["emotion"]), _facts(row)
                if row["context"] != emotion:
                    raise ValueError(f"the emotion changes from {emotion!r} to {row['context']!r} within {own!r}")
                utterance = Utterance(id=row["utterance_idx"], speaker=row["speaker_idx"], text=_text(row["utterance"]))
                turns.append((utterance, {} if turns else {"emotion": emotion}))
        with files.at(name, line):
            item = annotated(own, turns, facts=facts)
        yield item


def _rows(files: CorpusFolder, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    path = files.path / name
    for line, text in files.lines(name):
        cells = tuple(text.split(","))
        if line == 1:
            if cells[: len(COLUMNS)] != COLUMNS:
                raise InputError(f"the columns {', '.join(COLUMNS)} are expected", path=path, line=line)
        elif len(cells) not in (len(COLUMNS), len(COLUMNS) + 1):
            raise InputError(f"{len(cells)} cells where 8 or 9 are expected", path=path, line=line)
        else:
            yield line, dict(zip(COLUMNS, cells, strict=False))


def _facts(row: dict[str, str]) -> dict[str, str]:
    return {"situation": _text(row["prompt"])} | {fact: row[fact] for fact in ("selfeval", "tags") if row[fact]}


def _text(cell: str) -> str:
    return cell.replace("_comma_", ",")
