"""What every registered baseline promises, for every task it can be set to."""

from collections.abc import Sequence

import pytest

from sentio import registry
from sentio.card import BaselineCard
from sentio.conversation import Conversation, Speaker, Utterance
from sentio.evaluation import predictors
from sentio.evaluation.base import Asked, Predictor, Task
from sentio.evaluation.tasks import asked
from sentio.evaluation.tasks.causes import Causes
from sentio.evaluation.tasks.classification import Classification
from sentio.evaluation.tasks.multilabel import MultiLabel
from sentio.evaluation.tasks.next_emotion import NextEmotion
from sentio.evaluation.tasks.open_vocabulary import OpenVocabulary
from sentio.evaluation.tasks.personality import Personality
from sentio.evaluation.tasks.regression import Regression
from sentio.evaluation.tasks.reply import ReplyTask
from sentio.evaluation.tasks.spans import Spans
from sentio.evaluation.tasks.strategy import Strategy
from sentio.evaluation.tasks.text import Text
from sentio.gold import AnnotatedConversation, GoldCause, Layer
from sentio.metrics.wheels import Wheels
from sentio.personality import TRAITS

BASELINES = registry.components("evaluation.baselines")
LABELS = ("joy", "anger", "neutral")
KINDS: dict[str, Task] = {
    "classification": Classification("emotion", LABELS),
    "next emotion": NextEmotion("emotion", LABELS),
    "multilabel": MultiLabel("emotions", LABELS),
    "open vocabulary": OpenVocabulary(
        "emotions", Wheels.from_tables("mine", [("joy", "joy")], [], [[("Joy", "", "")]])
    ),
    "regression": Regression("empathy"),
    "text": Text("explanation"),
    "personality": Personality(),
    "reply": ReplyTask(),
    "causes": Causes(),
    "spans": Spans(),
    "strategy": Strategy("emotion", LABELS),
}


def card_of(name: str) -> BaselineCard:
    card = BASELINES[name].card
    assert isinstance(card, BaselineCard), "a baseline needs a BaselineCard"
    return card


PAIRS = [(name, kind) for name in BASELINES for kind in card_of(name).answers]


def chat(name: str, *texts: str, emotions: Sequence[str]) -> AnnotatedConversation:
    turns = [Utterance(id=f"u{i}", speaker="AB"[i % 2], text=text) for i, text in enumerate(texts)]
    gold: dict[str, Layer] = {
        "emotion": {turn.id: emotion for turn, emotion in zip(turns, emotions, strict=True)},
        "emotions": {
            turn.id: (emotion,) * (i % 2) for i, (turn, emotion) in enumerate(zip(turns, emotions, strict=True))
        },
        "empathy": {turn.id: float(i) for i, turn in enumerate(turns)},
        "explanation": {turn.id: f"{turn.speaker} means it" for turn in turns},
    }
    causes = [GoldCause(target=turn.id, evidence=turn.id, span=turn.text) for turn in turns[-1:]]
    causes.append(GoldCause(target=turns[-1].id, evidence=None))
    profiles = {who: Speaker(name=who, traits=dict.fromkeys(TRAITS, "high")) for who in "AB"}
    return AnnotatedConversation(
        conversation=Conversation(id=name, utterances=tuple(turns), profiles=profiles), gold=gold, causes=tuple(causes)
    )


CHATS = [
    chat("cake", "Who ate my cake?", "Not me.", "The cake is gone!", emotions=("anger", "neutral", "anger")),
    chat("tulips", "Look, the tulips!", "The tulips are out.", emotions=("joy", "joy")),
    chat("one", "Oh.", emotions=("neutral",)),
]


def predictor(name: str, kind: str, seed: int = 0) -> Predictor:
    contender = predictors.Contender(name, "baseline", seeded=False, summary="")
    return predictors.fitted(contender, KINDS[kind], asked(KINDS[kind], CHATS), seed)


def told(system: Predictor, questions: Sequence[Asked]) -> list[object]:
    return [list(answers) for answers in system.predict(questions)]


def test_every_task_of_a_card_exists() -> None:
    assert {kind for _, kind in PAIRS} <= set(KINDS)


def test_every_task_has_a_baseline() -> None:
    assert {kind for _, kind in PAIRS} == set(KINDS)


@pytest.mark.parametrize("name", BASELINES)
def test_the_card_says_what_it_is(name: str) -> None:
    card = card_of(name)
    assert card.title
    assert card.summary
    assert card.answers


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_every_target_gets_an_answer_that_can_be_scored(name: str, kind: str) -> None:
    task, questions = KINDS[kind], asked(KINDS[kind], CHATS)
    for one, answers in zip(questions, predictor(name, kind).predict(questions), strict=True):
        assert len(answers) == len(one.targets)
        for target, answer in zip(one.targets, answers, strict=True):
            assert isinstance(answer.value, type(target.gold))
            labels = answer.value if isinstance(answer.value, tuple) else (answer.value,)
            assert not task.labels or set(labels) <= set(task.labels)
            if answer.probabilities is not None:
                assert len(answer.probabilities) == len(task.labels)
                assert all(0 <= share <= 1 for share in answer.probabilities)
                if kind == "classification":
                    assert sum(answer.probabilities) == pytest.approx(1)


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_an_answer_depends_on_the_conversation_alone(name: str, kind: str) -> None:
    system, questions = predictor(name, kind), asked(KINDS[kind], CHATS)
    together = told(system, questions)
    assert [told(system, [one])[0] for one in reversed(questions)] == together[::-1]
    assert told(predictor(name, kind), questions) == together, "fitted again it says the same"


@pytest.mark.parametrize(("name", "kind"), [pair for pair in PAIRS if card_of(pair[0]).seeded])
def test_a_seeded_baseline_throws_other_dice_with_another_seed(name: str, kind: str) -> None:
    questions = asked(KINDS[kind], CHATS)
    assert len({str(told(predictor(name, kind, seed), questions)) for seed in range(8)}) > 1


@pytest.mark.parametrize(("name", "kind"), [pair for pair in PAIRS if not card_of(pair[0]).oracle])
def test_only_an_oracle_reads_gold(name: str, kind: str) -> None:
    system, questions = predictor(name, kind), asked(KINDS[kind], CHATS)
    blind = [Asked(one.item.model_copy(update={"gold": {}, "causes": ()}), one.targets) for one in questions]
    assert told(system, blind) == told(system, questions)
