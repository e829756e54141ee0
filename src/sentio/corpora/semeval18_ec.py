"""SemEval-2018 task 1 E-c: 11 k English tweets with any number of 11 emotions, or none.

Mohammad et al., "SemEval-2018 Task 1: Affect in Tweets", SemEval 2018. Tab-separated with a header, a
column of 0 and 1 for each emotion; quotation marks are text.

    ID	Tweet	anger	anticipation	disgust	fear	joy	love	optimism	pessimism	sadness	surprise	trust
    2017-En-00042	Rain again, and "the bus" never came #monday	1	0	1	0	0	0	0	1	0	0	0
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="SemEval-2018 E-c",
    summary="English tweets, any number of 11 emotions each",
    paper="Mohammad et al., SemEval-2018 Task 1: Affect in Tweets, SemEval 2018",
    licence="the organisers' terms; not to be passed on",
    languages=("en",),
    tasks=("emotion",),
    obtain="get E-c-En-*.txt from the pages of SemEval-2018 task 1 (competitions.codalab.org/competitions/17751)",
    files={
        "train": ("E-c-En-train.txt",),
        "validation": ("E-c-En-dev.txt",),
        "test": ("E-c-En-test-gold.txt",),
    },
    checksums={
        "E-c-En-train.txt": "498893ef1ecc5698d44ba9fd815d3ee88278f24fc549b202ddf36a4452f96675",
        "E-c-En-dev.txt": "1124cf56bd255fadea9e734a13133a9bd2202022f6d8a0ea560f076d8562517f",
    },
    counts={
        "train": {"conversations": 6838, "utterances": 6838},
        "validation": {"conversations": 886, "utterances": 886},
    },
    layers={
        "emotion": (
            "anger", "anticipation", "disgust", "fear", "joy", "love", "optimism", "pessimism",
            "sadness", "surprise", "trust",
        ),
    },
    faults=("204 train and 14 validation tweets have no emotion: an empty answer is right there",),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A tweet is a conversation of one utterance by a speaker without name."""
    (name,) = card.files[split]
    for line, row in files.rows(name, delimiter="\t", quoted=False):
        with files.at(name, line):
            marked = tuple(label for label in card.layers["emotion"] if _is_marked(row[label]))
            utterance = Utterance(id="0", speaker="", text=row["Tweet"])
            conversation = Conversation(id=row["ID"], utterances=(utterance,))
        yield AnnotatedConversation(conversation=conversation, gold={"emotion": {"0": marked}})


def _is_marked(cell: str) -> bool:
    # The files without gold have NONE here.
    if cell not in ("0", "1"):
        raise ValueError(f"{cell!r} is neither 0 nor 1")
    return cell == "1"
