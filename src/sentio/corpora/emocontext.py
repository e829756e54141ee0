"""EmoContext: 38 k English chats of three turns, and the emotion of the third.

Chatterjee et al., "SemEval-2019 Task 3: EmoContext: Contextual Emotion Detection in Text", SemEval 2019.
Tab-separated with a header; quotation marks are text. The first and the third turn are one person's.

    id	turn1	turn2	turn3	label
    17	my train is late again	oh no how late	two hours and nobody tells us why!!	angry
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="EmoContext",
    summary="English three-turn chats with a bot, emotion of the last turn",
    paper="Chatterjee et al., SemEval-2019 Task 3: EmoContext, SemEval 2019",
    licence="the organisers' terms; not to be passed on",
    languages=("en",),
    tasks=("emotion",),
    obtain="ask the organisers of SemEval-2019 task 3 for train.txt, dev.txt and test.txt",
    files={"train": ("train.txt",), "validation": ("dev.txt",), "test": ("test.txt",)},
    checksums={
        "train.txt": "d5f81ece09dd164dd672082bbadf8730137301f810223d1966f8b0efca312cd2",
        "dev.txt": "669aa7f9f12d2b28a3d44ffcd93ddad069670e60f55b4c8ee914cfefcf777c07",
    },
    counts={
        "train": {"conversations": 30160, "utterances": 90480},
        "validation": {"conversations": 2755, "utterances": 8265},
    },
    layers={"emotion": ("happy", "sad", "angry", "others")},
    metric="micro_f1_without:others",
    faults=(
        "others is 50 % of train and 85 % of validation: thresholds learnt on train do not carry over",
        "ids start from 0 in every split",
    ),
)  # fmt: skip

TURNS = ("turn1", "turn2", "turn3")


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A row is a conversation of speakers A, B, A; only the third utterance has a label."""
    (name,) = card.files[split]
    for line, row in files.rows(name, delimiter="\t", quoted=False):
        with files.at(name, line):
            turns = tuple(Utterance(id=turn, speaker="ABA"[i], text=row[turn]) for i, turn in enumerate(TURNS))
            label = row["label"]
            if label not in card.layers["emotion"]:
                raise ValueError(f"{label!r} is none of the labels")
            conversation = Conversation(id=row["id"], utterances=turns)
        yield AnnotatedConversation(conversation=conversation, gold={"emotion": {"turn3": label}})
