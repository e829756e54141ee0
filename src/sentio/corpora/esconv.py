"""ESConv: 1.3 k English chats in which a supporter comforts a help-seeker, a strategy for every reply.

Liu et al., "Towards Emotional Support Dialog Systems", ACL 2021. The authors' file, a JSON list, has neither
ids nor splits (papers cut it in at least four ways: never compare across splits). The seeker rates some
replies from 1 to 5 ("feedback") and the intensity of the emotion before and after.

    [{"experience_type": "Previous Experience", "emotion_type": "anxiety", "problem_type": "job crisis",
      "situation": "My team is being split up.",
      "survey_score": {"seeker": {"initial_emotion_intensity": "4", "empathy": "5", "relevance": "4",
                                  "final_emotion_intensity": "2"}, "supporter": {"relevance": "5"}},
      "dialog": [{"speaker": "supporter", "annotation": {"strategy": "Question"}, "content": "What happened today?"},
                 {"speaker": "seeker", "annotation": {"feedback": "4"}, "content": "They told us by email.\\n"}]}]
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.corpora.emotional_support import read_document
from sentio.gold import Item

card = CorpusCard(
    title="ESConv",
    summary="English emotional-support chats, the strategy of every supporter turn",
    paper="Liu et al., Towards Emotional Support Dialog Systems, ACL 2021",
    licence="CC BY-NC 4.0, academic research only",
    languages=("en",),
    tasks=("strategy",),
    obtain="get ESConv.json from github.com/thu-coai/Emotional-Support-Conversation",
    files={"all": ("ESConv.json",)},
    layers={
        "strategy": (
            "question", "restatement or paraphrasing", "reflection of feelings", "self-disclosure",
            "affirmation and reassurance", "providing suggestions", "information", "others",
        ),
        "feedback": (),
    },
    metric="macro_f1",
    faults=(
        "no split is released; those of papers (1,053, 910/195/195, 1,040/130/130) overlap each other",
        "150 of 1,300 conversations have no final intensity",
        "the release counts the strategy Other as 3,661 and as 3,341",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations, with what the survey found as facts; a seeker's feedback is a number from 1 to 5."""
    (name,) = card.files[split]
    return read_document(files, name, card.layers["strategy"])
