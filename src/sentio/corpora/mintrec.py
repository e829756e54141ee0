"""MIntRec: 2.2 k clips of the sitcom Superstore, one of 20 intents each.

Zhang et al., "MIntRec: A New Dataset for Multimodal Intent Recognition", ACM MM 2022; here its text and labels.
Tab-separated with a header; quotation marks are text.

    season	episode	clip	text	label
    S07	E99	12	who put "fresh" on the old bread?	Complain
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import known
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="MIntRec",
    summary="single lines of an English sitcom, 20 intents",
    paper="Zhang et al., MIntRec: A New Dataset for Multimodal Intent Recognition, ACM MM 2022",
    licence="MIT (repository); the text belongs to the makers of the series",
    languages=("en",),
    tasks=("intent",),
    folder="mintrec/mintrec1",
    obtain="get data/MIntRec/*.tsv from github.com/JoeYing1019/SDIF-DA, or the data of github.com/thuiar/MIntRec",
    files={"train": ("train.tsv",), "validation": ("dev.tsv",), "test": ("test.tsv",)},
    checksums={
        "train.tsv": "348289d7d140b2c0716b35a03e7045b684c4b90f5c30d1281f9a6b7cb3b9903b",
        "dev.tsv": "a697b382fdf05450d9d6c23995b92087863938d6b73b6e6d2d14babccc7c48e5",
    },
    counts={
        "train": {"conversations": 1334, "utterances": 1334},
        "validation": {"conversations": 445, "utterances": 445},
    },
    layers={
        "intent": (
            "complain", "praise", "apologise", "thank", "criticize", "agree", "taunt", "flaunt", "joke", "oppose",
            "comfort", "care", "inform", "advise", "arrange", "introduce", "leave", "prevent", "greet", "ask for help",
        ),
    },
    metric="accuracy",
    faults=(
        "lines of one episode are in all splits, so that no conversation is whole: each line is its own",
        "a reader that minds quotation marks loses or joins lines",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A clip is a conversation of one utterance by a speaker without name; its id is SEASON_EPISODE_CLIP.

    Intents are lower-cased, as in MIntRec2.0.
    """
    (name,) = card.files[split]
    for line, row in files.rows(name, delimiter="\t", quoted=False):
        with files.at(name, line):
            conversation = Conversation(
                id="_".join((row["season"], row["episode"], row["clip"])),
                utterances=(Utterance(id="0", speaker="", text=row["text"]),),
            )
            intent = known(row["label"].lower(), card.layers["intent"])
        yield AnnotatedConversation(conversation=conversation, gold={"intent": {"0": intent}})
