"""PRC-Emo's demonstrations: 14,009 English sentences with an emotion each, to be shown in prompts.

Li et al., "Do LLMs Feel? Teaching Emotion Recognition with Prompts, Retrieval, and Curriculum Learning",
AAAI 2026. Written and labelled by GPT-4o; a sentence stayed where two people chose the same label without
seeing it. One JSON list:

    [{"sentence": "I found my grandmother's ring under the stove!", "label": "happy"}]
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="PRC-Emo demonstrations",
    summary="English sentences by a language model with a verified emotion, for prompts",
    paper="Li et al., Do LLMs Feel? Prompts, Retrieval, and Curriculum Learning, AAAI 2026",
    licence="none stated",
    languages=("en",),
    tasks=("demonstrations", "emotion"),
    obtain="get sentence_label_data_with_emotion.json from github.com/LiXinran6/PRC-Emo",
    files={"train": ("sentence_label_data_with_emotion.json",)},
    checksums={
        "sentence_label_data_with_emotion.json": "f73cb39d688dc322e6e9d922dd4744aba262452f95794616d14701b96b8864a5",
    },
    counts={"train": {"conversations": 14009, "utterances": 14009}},
    layers={"emotion": ("neutral", "happy", "sad", "fear", "anger")},
    faults=(
        "labels differ from the paper's Table 7 (happy 2,721 for 2,713, fear 2,603, sad 2,816, anger 2,560)",
        "the sentences are turns of dialogues, but neither dialogue nor domain is stored",
        "93 sentences are there twice, 2 of them with two labels",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A sentence is a conversation of one utterance; its id is its row from 0, as in the released repository."""
    (name,) = card.files[split]
    with files.at(name):
        rows = files.document(name)
        if not isinstance(rows, list):
            raise TypeError("a list of sentences is expected")
    for number, row in enumerate(rows):
        with files.at(name):
            if row["label"] not in card.layers["emotion"]:
                raise ValueError(f"sentence {number} has the label {row['label']!r}")
            utterance = Utterance(id="0", speaker="", text=row["sentence"])
        conversation = Conversation(id=str(number), utterances=(utterance,))
        yield AnnotatedConversation(conversation=conversation, gold={"emotion": {"0": row["label"]}})
