"""MIntRec2.0: 15 k utterances of three English sitcoms, one of 30 intents or out of scope.

Zhang et al., "MIntRec2.0: A Large-scale Benchmark Dataset for Multimodal Intent Recognition and Out-of-scope
Detection in Conversations", ICLR 2024. Tab-separated with a header; UNK is out of scope.

    Dialogue_id	Utterance_id	Text	Label	Start_timestamp	End_timestamp	Source	speaker_name
    1300	0	who moved the sofa?	Doubt	...	...	friends	Monica
    1300	1	the what?	UNK	...	...	friends	Joey

The release was not at hand: the format is that of its loader (data/multi_turn/base.py of thuiar/MIntRec2.0).
Timestamps, whose form nothing documents, are left out. `mintrec2_mmla` reads the in-scope part of MMLA.
"""

from collections.abc import Iterator
from operator import itemgetter

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, known, together
from sentio.gold import Item

card = CorpusCard(
    title="MIntRec2.0",
    summary="English sitcom dialogues, 30 intents and out of scope",
    paper="Zhang et al., MIntRec2.0, ICLR 2024",
    licence="CC BY-NC-SA 4.0; the text belongs to the makers of the series",
    languages=("en",),
    tasks=("intent",),
    folder="mintrec/mintrec2",
    obtain="get the annotations by the link of github.com/thuiar/MIntRec2.0",
    files={
        "train": ("total/train.tsv",),
        "validation": ("total/dev.tsv",),
        "test": ("total/test.tsv",),
    },
    layers={
        "intent": (
            "acknowledge", "advise", "agree", "apologise", "arrange", "ask for help", "asking for opinions", "care",
            "comfort", "complain", "confirm", "criticize", "doubt", "emphasize", "explain", "flaunt", "greet",
            "inform", "introduce", "invite", "joke", "leave", "oppose", "plan", "praise", "prevent", "refuse",
            "taunt", "thank", "warn", "unk",
        ),
    },
    metric="accuracy",
    faults=(
        "papers report accuracy on the 30 intents without out of scope, or K+1 F1 with it: say which",
        "one speaker is spelled Glenn and Gleen",
        "the paper's table says 'ask for opinions' and 'apologize', the files 'Asking for opinions', 'Apologise'",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split, with the series as the fact `source`; intents are lower-cased, `unk` is out of scope.

    Utterances are in the order of their ids, which may have gaps.
    """
    (name,) = card.files[split]
    rows = files.rows(name, delimiter="\t", quoted=False)
    for own, turns, line, row in together(files, name, rows, itemgetter("Dialogue_id"), _turn):
        with files.at(name, line):
            turns.sort(key=lambda turn: int(turn[0].id))
            item = annotated(own, turns, facts={"source": row["Source"]})
        yield item


def _turn(row: dict[str, str]) -> Turn:
    utterance = Utterance(id=str(int(row["Utterance_id"])), speaker=row["speaker_name"], text=row["Text"])
    return utterance, {"intent": known(row["Label"].lower(), card.layers["intent"])}
