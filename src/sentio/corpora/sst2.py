"""SST-2: 9.6 k sentences of English film reviews, negative or positive.

Socher et al., "Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank", EMNLP 2013;
whole sentences, lower-cased, without hyphens, the neutral ones left out. Tab-separated without header.

    a warm , clever little film with one car chase too many	1
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="SST-2",
    summary="sentences of English film reviews, binary sentiment",
    paper="Socher et al., Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank, EMNLP 2013",
    licence="none stated",
    languages=("en",),
    tasks=("sentiment",),
    obtain="get train.tsv, dev.tsv and test.tsv from data/SST2 of github.com/clairett/pytorch-sentiment-classification",
    files={"train": ("train.tsv",), "validation": ("dev.tsv",), "test": ("test.tsv",)},
    checksums={
        "train.tsv": "ec192f833a64da08f475488a77b0d0b47db47acd0f458bd18433fc793b569920",
        "dev.tsv": "eddea6b39e601dd4e7a672b53cc40fdf6019fa80522f351206c24340ca5d9359",
    },
    counts={
        "train": {"conversations": 6920, "utterances": 6920},
        "validation": {"conversations": 872, "utterances": 872},
    },
    layers={"sentiment": ("negative", "positive")},
    metric="accuracy",
    faults=("the updated treebank has other sentences (8,527 / 1,095 trees): numbers on it do not compare",),
)  # fmt: skip

SENTIMENTS = {"0": "negative", "1": "positive"}


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A sentence is a conversation of one utterance; the corpus names none, so its line number is its id."""
    (name,) = card.files[split]
    for line, row in files.rows(name, delimiter="\t", columns=("text", "label"), quoted=False):
        with files.at(name, line):
            if row["label"] not in SENTIMENTS:
                raise ValueError(f"{row['label']!r} is neither 0 nor 1")
        utterance = Utterance(id="0", speaker="", text=row["text"])
        conversation = Conversation(id=str(line), utterances=(utterance,))
        yield AnnotatedConversation(conversation=conversation, gold={"sentiment": {"0": SENTIMENTS[row["label"]]}})
