"""A conversation of the corpus as it stands in its files, one JSON object a line.

{"id": "w4-fa-1", "setting": "family", "language": "en",
 "summary": "Two brothers in Hull clear out their late mother's chest freezer and find a foil parcel marked Kipper.",
 "speakers": [{"name": "Keith", "gender": "male", "age": 58, "openness": 0.4, "conscientiousness": 0.7, ...}, ...],
 "utterances": [{"speaker": "Keith", "text": "There's a foil thing right at the bottom here. ...", ...}, ...,
  {"speaker": "Keith", "text": "Hang on, foil's coming away. That's a foot. Len! It's got a foot on it!",
   "emotion": "surprise", "goemotions": ["surprise"], "valence": -0.3, "arousal": 0.8, "dominance": -0.1,
   "act": "exclamation", "causes": [{"utterance": 3, "span": "It's got a foot on it"}],
   "readers": {"r1": "surprise", "r3": "surprise"}}, ...]}
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Emotion = Literal["anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"]
Act = Literal[
    "statement", "opinion", "question", "answer", "request", "offer", "promise", "agreement", "disagreement", "apology",
    "thanks", "greeting", "goodbye", "acknowledgement", "exclamation", "comfort", "advice", "accusation",
]  # fmt: skip
Setting = Literal[
    "health care", "workplace", "education", "family", "friends", "entertainment", "customer support",
    "emotional support", "dating", "strangers", "online chat",
]  # fmt: skip
Share = Annotated[float, Field(ge=0, le=1)]
Degree = Annotated[float, Field(ge=-1, le=1)]


class Part(BaseModel):
    """What all parts of a record are: frozen, and without keys of another kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Part):
    """A speaker, the Big Five as 0..1."""

    name: str
    gender: Literal["female", "male", "nonbinary"]
    age: Annotated[int, Field(ge=5, le=110)]
    openness: Share
    conscientiousness: Share
    extraversion: Share
    agreeableness: Share
    neuroticism: Share


class Source(Part):
    """An utterance, by its number from 0, and its words that caused an emotion."""

    utterance: Annotated[int, Field(ge=0)]
    span: Annotated[str, Field(min_length=1)]


class Turn(Part):
    """An utterance and what its author says of it.

    `emotion` is what its speaker feels, `distribution` the weights of two emotions where it is mixed: none is heavier
    than `emotion`, and of two equally strong ones the author has chosen it. `causes` is empty where the emotion is
    neutral or nobody says why (`latent`). `explicit` and `implicit` are what the words show and what is beneath, of
    emotions that the words do not show. `sarcasm` explains it, `masked` marks an emotion behind another one. `readers`
    are the emotions that others found who saw the context and not the label.
    """

    speaker: str
    text: Annotated[str, Field(min_length=1)]
    emotion: Emotion
    distribution: dict[Emotion, Share] = {}
    goemotions: Annotated[tuple[str, ...], Field(min_length=1)]
    valence: Degree
    arousal: Degree
    dominance: Degree
    act: Act
    causes: tuple[Source, ...] = ()
    latent: bool = False
    explicit: str = ""
    implicit: str = ""
    sarcasm: str = ""
    masked: bool = False
    strategy: str = ""
    readers: dict[str, Emotion] = {}

    @property
    def is_verified(self) -> bool:
        """Whether two readers agree with the author."""
        return len(self.readers) >= 2 and set(self.readers.values()) == {self.emotion}

    @property
    def majority(self) -> str | None:
        """The emotion of more than half of all votes, the author's among them; None where there is none."""
        votes = [self.emotion, *self.readers.values()]
        best = max(set(votes), key=votes.count)
        return best if 2 * votes.count(best) > len(votes) else None


class Talk(Part):
    """A conversation."""

    id: str
    setting: Setting
    language: Literal["en", "es", "de", "fr", "zh"]
    summary: str
    speakers: tuple[Person, ...]
    utterances: Annotated[tuple[Turn, ...], Field(min_length=4, max_length=20)]

    @model_validator(mode="after")
    def _held_together(self) -> "Talk":
        if {turn.speaker for turn in self.utterances} != {person.name for person in self.speakers}:
            raise ValueError("those who speak are not those who are described")
        for place, turn in enumerate(self.utterances):
            for cause in turn.causes:
                if cause.utterance > place or cause.span not in self.utterances[cause.utterance].text:
                    raise ValueError(f"utterance {place}: {cause.span!r} is not said by then")
            if turn.distribution.get(turn.emotion, 0) < max(turn.distribution.values(), default=0):
                raise ValueError(f"utterance {place}: its emotion is lighter than another of its distribution")
        return self
