"""OV-MERD: all emotions that people see in a clip of a Chinese film, in their own words.

Lian et al., "OV-MER: Towards Open-Vocabulary Multimodal Emotion Recognition", ICML 2025; released with
MER2024. A CSV with the clip's name and its labels as a Python list:

    name,openset
    sample_00000000,"['amused', 'at ease', 'self-satisfied']"

Every clip lies in the training part of MER2023, where its subtitle is; here the text is empty.
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item
from sentio.metrics.open_vocabulary_labels import parse_labels

card = CorpusCard(
    title="OV-MERD",
    summary="open-vocabulary emotions of film clips, one to nine a clip",
    paper="Lian et al., OV-MER: Towards Open-Vocabulary Multimodal Emotion Recognition, ICML 2025",
    licence="MER end-user agreement, research only",
    modalities=("video", "audio", "text"),
    languages=("zh", "en"),
    tasks=("open vocabulary",),
    folder="mer",
    obtain="sign the MER end-user agreement; labels: MER2024/ov_store of github.com/zeroQiaoba/MERTools, as mer2024_ov",
    files={"train": ("mer2024_ov/check-openset.csv",)},
    checksums={"mer2024_ov/check-openset.csv": "1efb5e7ba9e0178563207984de2e8bc451595945c8e6c7d2a3a7d6b536775934"},
    counts={"train": {"conversations": 332, "utterances": 332}},
    layers={"open vocabulary": ()},
    faults=(
        "13 % of the labels are outside the vocabulary of the emotion wheels; sample_00001717 has none inside",
        "the paper counts 236 labels, the file holds 248",
    ),
)


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A clip is a conversation of one utterance without text."""
    (name,) = card.files[split]
    for line, row in files.rows(name):
        with files.at(name, line):
            labels = parse_labels(row["openset"])
            if not labels:
                raise ValueError("no label")
            conversation = Conversation(id=row["name"], utterances=(Utterance(id="0", speaker="", text=""),))
        yield AnnotatedConversation(conversation=conversation, gold={"open vocabulary": {"0": labels}})
