"""sentio's own conversations: everyday talk in eleven settings and five languages, original in every line.

Written by language models for this package, and labelled again by two other readers who saw the context and not the
label; docs/everyday.md is the data card. `record.py` shows a line of the files.

>>> from sentio import corpora
>>> talk = next(corpora.load("everyday").conversations("train"))
>>> talk.facts["setting"], talk.facts["language"]
('dating', 'en')
"""

from collections.abc import Iterator

from pydantic import ValidationError

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.everyday.record import Person, Talk, Turn
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, GoldCause, Item, Layer, Value

card = CorpusCard(
    title="Everyday Conversations",
    summary="sentio's own: emotions, interpretations, causes, strategies; written and read by language models",
    licence="CC-BY-4.0",
    languages=("en", "es", "de", "fr", "zh"),
    tasks=("emotion", "dialogue act", "strategy", "demonstrations"),
    shipped=True,
    annotators="language model",
    obtain="it comes with sentio",
    files={"train": ("train.jsonl",), "validation": ("validation.jsonl",), "test": ("test.jsonl",)},
    checksums={
        "train.jsonl": "7e0749d7c3d8ff69ed4dfc0ac398eeaaf4ff3357522727d5568f5419d19a8027",
        "validation.jsonl": "4b91dc6a50a01e3a14005cc327fe28f80f115e20abe5854de3d7421e238a960b",
        "test.jsonl": "1282c5014dd17628d26fbbb0e1e72e71d091aeb8e9ab249adf7cab67a1522093",
    },
    counts={
        "train": {"conversations": 799, "utterances": 9525},
        "validation": {"conversations": 98, "utterances": 1192},
        "test": {"conversations": 98, "utterances": 1193},
    },
    layers={
        "emotion": ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
        "emotion by majority": ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
        "emotion by author": ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
        "goemotions": (
            "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
            "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief",
            "joy", "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness",
            "surprise", "neutral",
        ),
        "dialogue act": (
            "statement", "opinion", "question", "answer", "request", "offer", "promise", "agreement", "disagreement",
            "apology", "thanks", "greeting", "goodbye", "acknowledgement", "exclamation", "comfort", "advice",
            "accusation",
        ),
        "strategy": (
            "question", "restatement or paraphrasing", "reflection of feelings", "self-disclosure",
            "affirmation and reassurance", "providing suggestions", "information", "others",
        ),
        "valence": (), "arousal": (), "dominance": (),
        "explicit interpretation": (), "implicit interpretation": (), "sarcasm": (),
    },
    spaces={
        "emotion": "ekman", "emotion by majority": "ekman", "emotion by author": "ekman", "goemotions": "goemotions",
    },
    faults=(
        "written and labelled by language models, not by people: docs/everyday.md says how and what follows from it",
        "emotion holds only what both readers and the author agree on: easier than what people say",
    ),
)  # fmt: skip


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations of a split; a line that is none of ours is an `InputError`."""
    (name,) = card.files[split]
    for line, text in files.lines(name):
        try:
            talk = Talk.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise InputError(f"{place}: {first['msg']}", path=files.file(name), line=line) from error
        yield _item(talk)


def _item(talk: Talk) -> AnnotatedConversation:
    turns = {str(place): turn for place, turn in enumerate(talk.utterances)}
    said = tuple(Utterance(id=name, speaker=turn.speaker, text=turn.text) for name, turn in turns.items())
    profiles = {person.name: _profile(person) for person in talk.speakers}
    return AnnotatedConversation(
        conversation=Conversation(id=talk.id, utterances=said, profiles=profiles),
        gold={layer: values for layer, values in _layers(turns).items() if values},
        votes={"emotion": {name: {"author": turn.emotion} | dict(turn.readers) for name, turn in turns.items()}},
        causes=tuple(cause for name, turn in turns.items() for cause in _causes(name, turn)),
        facts={"setting": talk.setting, "language": talk.language, "summary": talk.summary},
    )


def _profile(person: Person) -> Speaker:
    traits = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
    told: dict[str, float | str] = {trait: getattr(person, trait) for trait in traits}
    return Speaker(name=person.name, gender=person.gender, traits=told | {"age": float(person.age)})


def _layers(turns: dict[str, Turn]) -> dict[str, Layer]:
    def layer(of: dict[str, Value | None]) -> Layer:
        return {name: value for name, value in of.items() if value not in (None, "")}

    return {
        "emotion": layer({name: turn.emotion if turn.is_verified else None for name, turn in turns.items()}),
        "emotion by majority": layer({name: turn.majority for name, turn in turns.items()}),
        "emotion by author": layer({name: turn.emotion for name, turn in turns.items()}),
        "goemotions": layer({name: turn.goemotions for name, turn in turns.items()}),
        "dialogue act": layer({name: turn.act for name, turn in turns.items()}),
        "strategy": layer({name: turn.strategy for name, turn in turns.items()}),
        "valence": layer({name: turn.valence for name, turn in turns.items()}),
        "arousal": layer({name: turn.arousal for name, turn in turns.items()}),
        "dominance": layer({name: turn.dominance for name, turn in turns.items()}),
        "explicit interpretation": layer({name: turn.explicit for name, turn in turns.items()}),
        "implicit interpretation": layer({name: turn.implicit for name, turn in turns.items()}),
        "sarcasm": layer({name: turn.sarcasm for name, turn in turns.items()}),
    }


def _causes(name: str, turn: Turn) -> Iterator[GoldCause]:
    for cause in turn.causes:
        yield GoldCause(target=name, evidence=str(cause.utterance), span=cause.span)
    if turn.latent:
        yield GoldCause(target=name, evidence=None)
