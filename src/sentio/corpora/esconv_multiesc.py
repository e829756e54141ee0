"""ESConv as MultiESC cut it: 910/195/195 chats with adjacent turns of a speaker merged.

Cheng et al., "Improving Multi-turn Emotional Support Dialogue Generation with Lookahead Strategy Planning",
EMNLP 2022, on Liu et al., ACL 2021. JSON lines; a merged turn keeps its first strategy, `all_strategy` has
all. Suggestions and information are one strategy here and greetings are one of their own, so that no number
compares with one on `esconv`. Valence, arousal, dominance and the cause were found by programs.

    {"emotion_type": "anger", "problem_type": "problems with friends", "situation": "He sold my bike.",
     "init_intensity": 5, "final_intensity": 3, "dialog": [
      {"text": "Hello , how are you ?", "speaker": "sys", "strategy": "Greeting", "all_strategy": ["Greetings"]},
      {"text": "Furious . He sold it .", "speaker": "usr", "vad": [0.2, 0.8, 0.5], "cause": "He sold it .",
       "feedback": "4"}]}
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.corpora.emotional_support import read_lines
from sentio.gold import Item

card = CorpusCard(
    title="ESConv (MultiESC)",
    summary="ESConv in MultiESC's splits: merged turns, other strategies, machine-made emotion and causes",
    paper="Cheng et al., Improving Multi-turn Emotional Support Dialogue Generation, EMNLP 2022",
    licence="none stated; ESConv CC BY-NC 4.0, academic research only",
    languages=("en",),
    tasks=("strategy",),
    folder="esconv",
    obtain="get MultiESC/data/*.txt of github.com/lwgkzl/MultiESC and name them multiesc_train.jsonl and so on",
    files={
        "train": ("multiesc_train.jsonl",),
        "validation": ("multiesc_valid.jsonl",),
        "test": ("multiesc_test.jsonl",),
    },
    checksums={"multiesc_valid.jsonl": "bb0301e9bc3cd7d5f6cbfa4afd906ede4e57dca762a66b5573389a0f608f595e"},
    counts={"validation": {"conversations": 195, "utterances": 4467}},
    layers={
        "strategy": (
            "question", "restatement or paraphrasing", "reflection of feelings", "self-disclosure",
            "affirmation and reassurance", "providing suggestions or information", "others", "greeting",
        ),
        "all strategies": (
            "question", "restatement or paraphrasing", "reflection of feelings", "self-disclosure",
            "affirmation and reassurance", "providing suggestions or information", "others", "greeting",
        ),
        "feedback": (),
    },
    metric="macro_f1",
    shares=("esconv/*", "esconv_ppdpp/*"),
    faults=(
        "65 situations of PPDPP's test split are in this validation split: never compare across splits",
        "the strategy Greeting is called Greetings in all_strategy",
        "'strategy' is the first of a merged turn: the others are only in 'all strategies'",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations of a split; what programs found (valence, arousal, dominance, cause) is in `machine`."""
    (name,) = card.files[split]
    return read_lines(files, name, card.layers["strategy"])
