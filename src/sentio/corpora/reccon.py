"""RECCON: 881 English dialogues of DailyDialog, and for every emotional utterance the words that caused the emotion.

Poria et al., "Recognizing Emotion Cause in Conversations", Cognitive Computation 2021. A JSON object of
dialogues; evidence is the number of a turn, or "b" for a cause that nobody says:

    {"tr_1": [[{"turn": 1, "speaker": "A", "utterance": "I found your keys !", "emotion": "neutral"},
               {"turn": 2, "speaker": "B", "utterance": "What a relief !", "emotion": "happiness",
                "expanded emotion cause evidence": [1, "b"],
                "expanded emotion cause span": ["found your keys", "b"],
                "type": ["inter-personal", "latent"]}]]}
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, StrictInt, ValidationError

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.documents import at_item, named
from sentio.gold import AnnotatedConversation, GoldCause, Item

card = CorpusCard(
    title="RECCON",
    summary="English everyday dialogues, emotions of all utterances and the spans that caused them",
    paper="Poria et al., Recognizing Emotion Cause in Conversations, Cognitive Computation 2021",
    licence="none stated; DailyDialog is CC BY-NC-SA 4.0",
    languages=("en",),
    tasks=("cause", "emotion"),
    obtain="get data/original_annotation of github.com/declare-lab/RECCON",
    files={
        "train": ("original_annotation/dailydialog_train.json",),
        "validation": ("original_annotation/dailydialog_valid.json",),
        "test": ("original_annotation/dailydialog_test.json",),
    },
    checksums={
        "original_annotation/dailydialog_train.json": "b05bdc8363a57ecb6f8e7ab5f9e0eba227f0fe24cb9eb70d9e78f96e4a45457a",  # noqa: E501
        "original_annotation/dailydialog_valid.json": "e2fdbec102c2463ee86ccc2088d50fdcfe2eba5c6129bf6071476908bf453b1e",  # noqa: E501
    },
    counts={
        "train": {"conversations": 834, "utterances": 8206, "causes": 7630},
        "validation": {"conversations": 47, "utterances": 493, "causes": 352},
    },
    layers={
        "emotion": ("neutral", "happiness", "sadness", "surprise", "anger", "fear", "disgust"),
        "released emotion": (),
        "explanation": (),
        "flag": (),
    },
    spaces={"emotion": "dailydialog"},
    shares=("dailydialog/*",),
    faults=(
        "validation and test hold dialogues of DailyDialog's train split (ids that start with tr_)",
        "12 train emotions have stray names (happy, sad, excited, surprised, angry); 'released emotion' keeps them",
        "two train targets have a cause that is said later (tr_5961 turn 7, tr_2313 turn 2)",
        "37 pairs of target and evidence repeat a span (36 in train, 1 in validation)",
    ),
)  # fmt: skip

EMOTIONS = {name: name for name in card.layers["emotion"]} | {
    "happy": "happiness",
    "happines": "happiness",
    "excited": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "angry": "anger",
}
"""Released name of an emotion -> DailyDialog's."""

LATENT = "b"


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """Utterances are named by their turn, from 1; a latent cause has neither evidence nor span."""
    (name,) = card.files[split]
    for dialogue, released in named(files, name):
        with at_item(files, name, dialogue):
            item = _annotated(dialogue, _turns(released))
        yield item


class _Turn(BaseModel):
    model_config = ConfigDict(frozen=True)

    turn: StrictInt
    speaker: str
    utterance: str
    emotion: str
    evidence: tuple[StrictInt | Literal["b"], ...] | None = Field(
        default=None, alias="expanded emotion cause evidence", min_length=1
    )
    spans: tuple[str, ...] = Field(default=(), alias="expanded emotion cause span")
    kinds: tuple[Literal["no-context", "inter-personal", "self-contagion", "hybrid", "latent"], ...] = Field(
        default=(), alias="type"
    )
    explanation: str | None = None
    flag: str | None = None


class _Dialogue(RootModel[tuple[tuple[_Turn, ...]]]):
    """The release wraps the turns of a dialogue in a list of one."""


def _turns(released: object) -> tuple[_Turn, ...]:
    try:
        (turns,) = _Dialogue.model_validate(released).root
    except ValidationError as error:
        first = error.errors()[0]
        _, *inside = first["loc"] or (0,)
        place = "".join(f"turn {at + 1}, " if isinstance(at, int) else f"{at!r}, " for at in inside[:2])
        raise ValueError(f"{place}{first['msg']}") from error
    if not turns:
        raise ValueError("there is no turn")
    return turns


def _annotated(dialogue: str, turns: tuple[_Turn, ...]) -> AnnotatedConversation:
    for number, turn in enumerate(turns, start=1):
        if turn.turn != number:
            raise ValueError(f"turn {turn.turn} stands where turn {number} is expected")
        if turn.emotion not in EMOTIONS:
            raise ValueError(f"turn {number}: {turn.emotion!r} is no emotion of RECCON")
    utterances = tuple(Utterance(id=str(turn.turn), speaker=turn.speaker, text=turn.utterance) for turn in turns)
    return AnnotatedConversation(
        conversation=Conversation(id=dialogue, utterances=utterances),
        gold={
            "emotion": {str(turn.turn): EMOTIONS[turn.emotion] for turn in turns},
            "released emotion": {str(turn.turn): turn.emotion for turn in turns},
            "explanation": {str(turn.turn): turn.explanation for turn in turns if turn.explanation is not None},
            "flag": {str(turn.turn): turn.flag for turn in turns if turn.flag is not None},
        },
        causes=tuple(cause for turn in turns for cause in _causes(turn, turns)),
    )


def _causes(target: _Turn, turns: tuple[_Turn, ...]) -> Iterator[GoldCause]:
    evidence = target.evidence or ()
    if len(evidence) != len(target.spans):
        raise ValueError(f"turn {target.turn}: {len(evidence)} turns of evidence, but {len(target.spans)} spans")
    for number, span in zip(evidence, target.spans, strict=True):
        if number == LATENT:
            yield GoldCause(target=str(target.turn), evidence=None, kinds=target.kinds)
            continue
        if not 1 <= int(number) <= len(turns):
            raise ValueError(f"turn {target.turn}: evidence {number} is no turn of the dialogue")
        if not span.strip() or span not in turns[int(number) - 1].utterance:
            raise ValueError(f"turn {target.turn}: the span is not in turn {number}: {span!r}")
        yield GoldCause(target=str(target.turn), evidence=str(number), span=span, kinds=target.kinds)
