"""Conversations with moods made by hand, so that the report is tested without a model."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from tests.chromium import Browser

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.evaluation.comparison import Comparison
from sentio.gold import AnnotatedConversation
from sentio.results import Recognition, RecognizedConversation

KITCHEN = Path(__file__).parents[2] / "examples" / "kitchen.txt"

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


def make_kitchen(item: AnnotatedConversation, space: str) -> RecognizedConversation:
    """The example with the emotions of its author; of two, the first is the stronger one."""
    clock = [
        60 * int(h) + int(m) for h, m in re.findall(r"^\[(\d\d):(\d\d)\]", KITCHEN.read_text("utf8"), re.MULTILINE)
    ]
    rows = []
    for i, turn in enumerate(item.conversation.utterances):
        felt = {"ekman": item.gold["emotion by author"], "goemotions": item.gold["goemotions"]}[space][turn.id]
        names = felt if isinstance(felt, tuple) else (str(felt),)
        rows.append((turn.speaker, turn.text, dict(zip(map(str, names), (0.5 + i % 4 / 10, 0.15), strict=False))))
    return make_talk(rows, id="kitchen", space=space, starts=[60.0 * (minute - clock[0]) for minute in clock])


@pytest.fixture(scope="session")
def mood() -> Mood:
    return make_mood


@pytest.fixture(scope="session")
def talk() -> Talk:
    return make_talk


@pytest.fixture(params=["goemotions", "ekman"])
def kitchen(request: pytest.FixtureRequest, talks: list[AnnotatedConversation]) -> RecognizedConversation:
    first = KITCHEN.read_text("utf8").partition(": ")[2].partition("\n")[0]
    (item,) = (item for item in talks if item.conversation.utterances[0].text == first)
    return make_kitchen(item, request.param)


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
