"""MIntRec2.0 as MMLA asks it: the utterances with one of the 30 intents, without speakers and without the others.

Zhang et al., MIntRec2.0, ICLR 2024; JSON lines of Zhang et al., "Can Large Language Models Help Multimodal
Language Analysis?", arXiv 2504.16427. The utterance stands in a prompt, its ids in the name of the video.

    {"query": "You are presented with a video in which the speaker says: who moved the sofa? Based on the text, video, \
and audio content, what is the intent of this speaker?\\nThe candidate labels for intent are: [...]. ...",
     "response": "intent: doubt", "videos": ["MIntRec2.0_1300_0.mp4"]}
"""

import re
from collections.abc import Iterator
from typing import Any

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, known, together
from sentio.gold import Item

card = CorpusCard(
    title="MIntRec2.0 (MMLA)",
    summary="English sitcom dialogues with only the utterances that have one of 30 intents",
    paper="Zhang et al., MIntRec2.0, ICLR 2024; MMLA, arXiv 2504.16427",
    licence="CC BY-NC-SA 4.0 (MIntRec2.0); MMLA states none; the text belongs to the makers of the series",
    languages=("en",),
    tasks=("intent",),
    folder="mintrec/mintrec2",
    obtain="get src/Frameworks/Swift/video_prompt_data/MIntRec2.0/*.jsonl from github.com/thuiar/MMLA",
    files={"train": ("train.jsonl",), "validation": ("dev.jsonl",), "test": ("test.jsonl",)},
    checksums={"dev.jsonl": "ce39e8b795397cb8df314896921334bac796cb930b9c6b0399898b63d71996be"},
    counts={"validation": {"conversations": 125, "utterances": 1106}},
    layers={
        "intent": (
            "acknowledge", "advise", "agree", "apologise", "arrange", "ask for help", "asking for opinions", "care",
            "comfort", "complain", "confirm", "criticize", "doubt", "emphasize", "explain", "flaunt", "greet",
            "inform", "introduce", "invite", "joke", "leave", "oppose", "plan", "praise", "prevent", "refuse",
            "taunt", "thank", "warn",
        ),
    },
    metric="accuracy",
    shares=("mintrec2",),
    faults=(
        "utterances out of scope are left out: the one before need not be what was said before",
        "speakers and times are lost",
    ),
)  # fmt: skip

QUERY = re.compile(r"You are presented with a video in which the speaker says: (.*) Based on the text, .*", re.DOTALL)
RESPONSE = re.compile(r"intent: (.+)")
VIDEO = re.compile(r"(?:.*/)?MIntRec2\.0_(\d+)_(\d+)\.mp4")


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split by speakers without name; ids are MIntRec2.0's and have gaps."""
    (name,) = card.files[split]
    for own, turns, line, _ in together(files, name, files.json_lines(name), _dialogue, _turn):
        with files.at(name, line):
            item = annotated(own, turns)
        yield item


def _dialogue(record: dict[str, Any]) -> str:
    return _ids(record)[0]


def _turn(record: dict[str, Any]) -> Turn:
    (text,), (intent,) = _found(QUERY, record["query"]), _found(RESPONSE, record["response"])
    utterance = Utterance(id=_ids(record)[1], speaker="", text=text)
    return utterance, {"intent": known(intent, card.layers["intent"])}


def _ids(record: dict[str, Any]) -> tuple[str, ...]:
    """Of the dialogue and of the utterance."""
    (video,) = record["videos"]
    return _found(VIDEO, video)


def _found(pattern: re.Pattern[str], text: Any) -> tuple[str, ...]:  # noqa: ANN401  (JSON)
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not of the form {pattern.pattern!r}")
    return match.groups()
