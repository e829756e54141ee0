"""Conversations with moods made by hand, so that the report is tested without a model."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from tests.chromium import Browser

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.evaluation.comparison import Comparison
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


@pytest.fixture
def comparison() -> Comparison:
    """Two runs, made by hand: three metrics, two labels, a disagreement of each kind."""
    side = {"kind": "system", "learned": "", "chosen_on": "another split", "seeds": 1}
    spread = {"mean": 0.5, "sd": 0.0125, "min": 0.4, "max": 0.6, "n": 3}
    better = {"first": 0.62, "second": 0.5, "difference": 0.12, "interval": (0.03, 0.21), "p": 0.0123}
    alike = {"first": 0.4, "second": 0.5, "difference": -0.1, "interval": (-0.3, 0.1), "p": 0.25}
    undefined = {"first": None, "second": 0.5, "difference": None, "interval": None, "p": None}
    spreads = {"first_spread": None, "second_spread": spread}
    row = {"conversation": "kitchen", "evidence": "", "speaker": "Ada", "text": "Who ate my cake?"}
    return Comparison.model_validate(
        {
            "first": {**side, "name": "mini", "run": "runs/mini"},
            "second": {**side, "name": "dice", "run": "runs/dice", "seeds": 3, "chosen_on": "unknown"},
            "corpus": "kitchens", "split": "validation", "target": "emotion", "task": "classification",
            "headline": "weighted_f1", "conversations": 12, "targets": 1200, "seeds": (0,), "draws": 10_000,
            "metrics": [
                {"name": "weighted_f1", **better, **spreads}, {"name": "accuracy", **alike, **spreads},
                {"name": "ece", **undefined, **spreads},
            ],
            "labels": [{"label": "joy", "support": 700, **better}, {"label": "anger", "support": 500, **alike}],
            "agreement": {"both": 600, "only_first": 200, "only_second": 100, "neither": 300},
            "disagreeing": 400,
            "disagreements": [
                {**row, "utterance": "0", "gold": "anger", "first": "anger", "second": "joy", "right": "first"},
                {**row, "utterance": "1", "gold": "anger", "first": "fear", "second": "joy", "right": "neither"},
                {**row, "utterance": "2", "gold": 2.0, "first": 1.5, "second": 2.5, "right": None},
            ],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()
