"""WITS: 2.2 k sarcastic utterances of a Hindi-English sitcom, each with an explanation of the sarcasm.

Kumar et al., "When did you become so smart, oh wise one?! Sarcasm Explanation in Multi-modal Multi-party
Dialogues", ACL 2022 (the MAF release). A JSON object; the target utterance follows its context.

    {"7": {"episode_name": "99-The Umbrella", "target_speaker": "MAYA", "target_utterance": "Wah, kya chhata hai.",
           "context_speakers": ["ROSESH"], "context_utterances": ["Maine naya chhata kharida."],
           "english_explanation": "Maya mocks Rosesh's umbrella.",
           "code_mixed_explanation": "Maya Rosesh ke chhate ka mazak udati hai.",
           "sarcasm_target": "ROSESH", "sarcasm_type": "I+P", "start_time": "00:01:05", "end_time": "00:01:12"}}
"""

from collections.abc import Iterator
from typing import Any

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.documents import at_item, named
from sentio.corpora.transcripts import known
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="WITS",
    summary="sarcasm in Hindi-English sitcom dialogues, explained in one code-mixed sentence",
    paper="Kumar et al., When did you become so smart, oh wise one?!, ACL 2022",
    licence="none stated",
    languages=("hi", "en"),
    tasks=("explanation",),
    obtain="get Data/Text/*_data_final_plain.json from github.com/LCS2-IIITD/MAF",
    files={
        "train": ("train_data_final_plain.json",),
        "validation": ("val_data_final_plain.json",),
        "test": ("test_data_final_plain.json",),
    },
    checksums={
        "train_data_final_plain.json": "fe5a31d65d2f21aa0874abb4688fa6eab0b8864537239ee3edb938682b5588ef",
        "val_data_final_plain.json": "0edbbc2f16afc285f31574ccfff714de96050df55ccf6a01eef1e3dad98d8f29",
    },
    counts={
        "train": {"conversations": 1792, "utterances": 7258},
        "validation": {"conversations": 224, "utterances": 909},
    },
    layers={
        "explanation": (),
        "english explanation": (),
        "sarcasm target": (),
        "sarcasm type": ("I+P", "I", "P"),
    },
    faults=(
        "what I, P and I+P mean is nowhere said",
        "the split is not by episode: all 55 episodes of validation are in train",
        "ids start from 1 in every split",
        "86 % of the explanations start with the target speaker's name, which templates exploit",
        "Hindi is romanised: lexica in Devanagari do not match; names have variants (INDRAVADHAN, RADHABAAI)",
    ),
)

CLOCK = (3600, 60, 1)


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split; utterances are numbered from 0, the last one is the sarcastic one.

    All layers are about that one. Facts are the `episode` and where the scene lies in it, in seconds
    (`begins`, `ends`).
    """
    (name,) = card.files[split]
    for own, record in named(files, name):
        with at_item(files, name, own):
            item = _dialogue(own, record)
        yield item


def _dialogue(own: str, record: dict[str, Any]) -> AnnotatedConversation:
    speakers = [*record["context_speakers"], record["target_speaker"]]
    texts = [*record["context_utterances"], record["target_utterance"]]
    utterances = tuple(
        Utterance(id=str(number), speaker=speaker, text=text)
        for number, (speaker, text) in enumerate(zip(speakers, texts, strict=True))
    )
    target = utterances[-1].id
    return AnnotatedConversation(
        conversation=Conversation(id=own, utterances=utterances),
        gold={
            "explanation": {target: record["code_mixed_explanation"]},
            "english explanation": {target: record["english_explanation"]},
            "sarcasm target": {target: record["sarcasm_target"]},
            "sarcasm type": {target: known(record["sarcasm_type"], card.layers["sarcasm type"])},
        },
        facts={
            "episode": record["episode_name"],
            "begins": _seconds(record["start_time"]),
            "ends": _seconds(record["end_time"]),
        },
    )


def _seconds(clock: str) -> float:
    return float(sum(int(part) * unit for part, unit in zip(clock.split(":"), CLOCK, strict=True)))
