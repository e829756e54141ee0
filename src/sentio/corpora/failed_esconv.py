"""FailedESConv: 196 English emotional-support chats that did not help.

Liu et al., "Towards Emotional Support Dialog Systems", ACL 2021: what the authors collected beside ESConv and
left out of it. The layout is that of `esconv`, with roles `speaker` and `listener` and older names of the
strategies; both are read as ESConv's.

    [{"experience_type": "Current Experience", "emotion_type": "sadness", "problem_type": "breakup with partner",
      "situation": "She left last week.",
      "survey_score": {"seeker": {"initial_emotion_intensity": "5"}, "supporter": {}},
      "dialog": [{"speaker": "speaker", "annotation": {}, "content": "hi\\n"},
                 {"speaker": "listener", "annotation": {"strategy": "Direct Guidance"}, "content": "Just move on."}]}]
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.corpora.emotional_support import read_document
from sentio.gold import Item

card = CorpusCard(
    title="FailedESConv",
    summary="English emotional-support chats that failed, the strategy of every supporter turn",
    paper="Liu et al., Towards Emotional Support Dialog Systems, ACL 2021",
    licence="CC BY-NC 4.0, academic research only",
    languages=("en",),
    tasks=("strategy",),
    folder="esconv",
    obtain="get FailedESConv.json from github.com/thu-coai/Emotional-Support-Conversation",
    files={"all": ("FailedESConv.json",)},
    checksums={"FailedESConv.json": "d21bad5409d88ecbca18abfee26a8c188d09c34b03962cb53a4c30d8de95b279"},
    counts={"all": {"conversations": 196, "utterances": 5230}},
    layers={
        "strategy": (
            "question", "restatement or paraphrasing", "reflection of feelings", "self-disclosure",
            "affirmation and reassurance", "providing suggestions", "information", "others",
        ),
        "feedback": (),
    },
    metric="macro_f1",
    faults=(
        "the file of before June 2024 held conversations that had not failed: compare the checksum",
        "54 conversations have no final intensity",
        "29 strategies have another name than the release's usual ones",
        "7 situations are told twice",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations, with what the survey found as facts; a seeker's feedback is a number from 1 to 5."""
    (name,) = card.files[split]
    return read_document(files, name, card.layers["strategy"])
