"""ESConv as PPDPP cut it: 1,040/130/130 chats, turns as released.

Deng et al., "Plug-and-Play Policy Planner for Large Language Model Powered Dialogue Agents", ICLR 2024, on
Liu et al., ACL 2021. JSON lines; only the system's turns have a strategy.

    {"emotion_type": "fear", "problem_type": "academic pressure", "situation": "I failed the first exam.", "dialog": [
      {"text": "Hello there", "speaker": "sys", "strategy": "Others"}, {"text": "hi", "speaker": "usr"}]}
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.corpora.emotional_support import read_lines
from sentio.gold import Item

card = CorpusCard(
    title="ESConv (PPDPP)",
    summary="ESConv in PPDPP's splits, the strategy of every supporter turn",
    paper="Deng et al., Plug-and-Play Policy Planner, ICLR 2024",
    licence="none stated; ESConv CC BY-NC 4.0, academic research only",
    languages=("en",),
    tasks=("strategy",),
    folder="esconv",
    obtain="get data/esc-*.txt of github.com/dengyang17/PPDPP and name them ppdpp_esc-train.jsonl and so on",
    files={
        "train": ("ppdpp_esc-train.jsonl",),
        "validation": ("ppdpp_esc-valid.jsonl",),
        "test": ("ppdpp_esc-test.jsonl",),
    },
    checksums={"ppdpp_esc-valid.jsonl": "71e6da3aa073cc83bc67a079ad72bf92c4e4ff653b349a4fc5e118315ce85074"},
    counts={"validation": {"conversations": 130, "utterances": 3724}},
    layers={
        "strategy": (
            "question", "restatement or paraphrasing", "reflection of feelings", "self-disclosure",
            "affirmation and reassurance", "providing suggestions", "information", "others",
        ),
    },
    metric="macro_f1",
    shares=("esconv/*",),
    faults=(
        "65 situations of this test split are in MultiESC's validation split: never compare across splits",
        "adjacent turns of a supporter are kept apart, so that repeating the last strategy is a strong rule",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations of a split."""
    (name,) = card.files[split]
    return read_lines(files, name, card.layers["strategy"])
