"""Conversations with moods made by hand, so that the report is tested without a model."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.results import Recognition, RecognizedConversation

KITCHEN = Path(__file__).parents[2] / "examples" / "kitchen.txt"

# What a reader of the conversation would say, one line an utterance.
GOEMOTIONS = """
surprise .41 curiosity .2 neutral .19 realization .08
nervousness .55 fear .2 sadness .1 neutral .06
caring .38 remorse .31 surprise .12 realization .1
fear .58 nervousness .24 sadness .1 grief .03
caring .49 fear .27 optimism .14 love .05
gratitude .94 love .02 relief .01 joy .01
anger .44 annoyance .25 curiosity .16 surprise .05
curiosity .5 confusion .38 neutral .09 surprise .01
annoyance .4 anger .33 disapproval .12 disappointment .07
remorse .88 sadness .05 caring .02 embarrassment .02
anger .36 disappointment .3 annoyance .21 disapproval .09
relief .3 optimism .28 neutral .24 realization .1
love .39 admiration .35 joy .12 excitement .09
amusement .37 curiosity .31 neutral .16 realization .1
amusement .46 approval .2 love .17 pride .06
love .83 amusement .1 joy .04 caring .01
disgust .67 annoyance .16 amusement .07 neutral .04
curiosity .48 neutral .32 desire .12 joy .03
excitement .44 joy .41 admiration .09 love .02
joy .5 approval .24 realization .13 relief .08
"""
EKMAN = (
    "surprise fear sadness fear joy joy anger surprise anger sadness anger joy joy joy joy joy disgust neutral joy joy"
)

Mood = Callable[..., Recognition]
Talk = Callable[..., RecognizedConversation]


def make_mood(probabilities: Mapping[str, float], space: str = "goemotions", *, shift: bool = False) -> Recognition:
    """A recognition with these probabilities; the rest is spread over the other labels of the space."""
    known = labels.space(space)
    rest = max(0.0, 1 - sum(probabilities.values())) / max(1, len(known) - len(probabilities))
    full = {label: probabilities.get(label, rest) for label in known.labels}
    vad = labels.coordinates(known)
    mean = [sum(p * axes[i] for p, axes in zip(full.values(), vad, strict=True)) for i in range(3)]
    emotion = max(full, key=lambda label: full[label])
    return Recognition(
        space=space, emotion=emotion, probabilities=full, shift=shift,
        valence=mean[0], arousal=mean[1], dominance=mean[2],
    )  # fmt: skip


def make_talk(
    rows: Sequence[tuple[str, str, Mapping[str, float]]],
    *,
    id: str = "talk",
    space: str = "goemotions",
    starts: Sequence[float] | None = None,
    offset: int = 0,
) -> RecognizedConversation:
    """A recognised conversation of (speaker, text, probabilities), with `shift` as the recogniser sets it."""
    last: dict[str, str] = {}
    utterances, moods = [], []
    for i, (speaker, text, probabilities) in enumerate(rows):
        start = starts[i] if starts else None
        utterances.append(Utterance(id=str(offset + i), speaker=speaker, text=text, start=start))
        mood = make_mood(probabilities, space)
        moods.append(mood.model_copy(update={"shift": last.get(speaker, mood.emotion) != mood.emotion}))
        last[speaker] = mood.emotion
    conversation = Conversation(id=id, utterances=tuple(utterances), offset=offset)
    return RecognizedConversation(conversation=conversation, recognitions=tuple(moods))


def make_kitchen(space: str = "goemotions") -> RecognizedConversation:
    lines = re.findall(r"\[09:(\d\d)\] (\w+): (.*)", KITCHEN.read_text("utf8"))
    if space == "goemotions":
        words = [line.split() for line in GOEMOTIONS.strip().splitlines()]
        felt = [{w[i]: float(w[i + 1]) for i in range(0, len(w), 2)} for w in words]
    else:
        felt = [{emotion: 0.5 + i % 5 / 10} for i, emotion in enumerate(EKMAN.split())]
    rows = [(speaker, text, mood) for (_, speaker, text), mood in zip(lines, felt, strict=True)]
    starts = [60.0 * (int(minute) - 12) for minute, _, _ in lines]
    return make_talk(rows, id="kitchen", space=space, starts=starts)


@pytest.fixture(scope="session")
def mood() -> Mood:
    return make_mood


@pytest.fixture(scope="session")
def talk() -> Talk:
    return make_talk


@pytest.fixture(params=["goemotions", "ekman"])
def kitchen(request: pytest.FixtureRequest) -> RecognizedConversation:
    return make_kitchen(request.param)


@pytest.fixture
def long_talk() -> RecognizedConversation:
    """5,000 utterances of four people."""
    felt = ["joy", "anger", "neutral", "sadness", "curiosity", "fear", "love"]
    words = "and then we said what we always say when nobody has asked us anything at all "
    rows = [
        (f"Speaker {i % 4}", words * (1 + i % 3), {felt[(i * i + i // 50) % 7]: 0.6, "neutral": 0.2, "relief": 0.1})
        for i in range(5_000)
    ]
    return make_talk(rows, id="long", starts=[2.5 * i for i in range(5_000)])
