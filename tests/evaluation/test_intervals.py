"""Intervals of one system: what is drawn is what the task itself would score, whatever the task."""

import numpy as np
import pytest

from sentio.evaluation.base import Predictions, Task
from sentio.evaluation.intervals import DRAWS, draws_of, headline_interval
from sentio.evaluation.tasks.causes import Causes
from sentio.evaluation.tasks.classification import Classification
from sentio.evaluation.tasks.multilabel import MultiLabel
from sentio.evaluation.tasks.regression import Regression
from sentio.evaluation.tasks.reply import ReplyTask
from sentio.evaluation.tasks.spans import Spans
from sentio.evaluation.tasks.text import Text
from sentio.gold import Value
from sentio.metrics.significance import drawn

LABELS = ("joy", "anger", "neutral")
WORDS = ("the rain", "rain on the roof of my car", "my car", "she left me and took the car today")
TASKS: tuple[Task, ...] = (
    Classification("emotion", LABELS),
    Classification("emotion", LABELS, "micro_f1_without:neutral"),
    Causes(),
    MultiLabel("emotion", LABELS),
    Regression("empathy"),
    Spans(),
    Text("explanation"),
    ReplyTask(),
)


def values(task: Task, rows: int, seed: int) -> list[Value]:
    dice = np.random.default_rng(seed)
    match task:
        case MultiLabel():
            return [tuple(map(str, dice.choice(LABELS, dice.integers(0, 3), replace=False))) for _ in range(rows)]
        case Regression():
            return [float(score) for score in dice.normal(size=rows)]
        case Spans() | Text() | ReplyTask():
            return list(map(str, dice.choice(WORDS, rows)))
    return list(map(str, dice.choice(task.labels, rows)))


def answered(task: Task, talks: int = 7, each: int = 6) -> Predictions:
    conversations = [f"talk {row % talks}" for row in range(talks * each)]
    gold, predicted = (values(task, talks * each, seed) for seed in (0, 1))
    return Predictions(conversations, gold, predicted)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.name} {task.headline}")
def test_the_interval_holds_what_the_task_scores_on_drawn_conversations(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = 60
    monkeypatch.setattr("sentio.evaluation.intervals.DRAWS", draws)
    given = answered(task)
    talks = list(dict.fromkeys(given.conversations))
    expected = []
    for weights in drawn(np.ones(len(talks), dtype=np.intp), "again", draws, width=len(talks)):
        for often in weights:
            rows = [
                row for row, talk in enumerate(given.conversations) for _ in range(int(often[talks.index(talk)]))
            ]  # fmt: skip
            again = Predictions(
                [given.conversations[row] for row in rows],
                [given.gold[row] for row in rows],
                [given.predicted[row] for row in rows],
            )
            expected.append(task.score(again).values[task.headline])
    assert task.score(given).interval() == pytest.approx(np.quantile(expected, (0.025, 0.975)))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.name} {task.headline}")
def test_one_conversation_has_no_interval(task: Task) -> None:
    assert task.score(answered(task, talks=1)).interval() is None


def test_a_constant_has_no_interval() -> None:
    given = answered(Regression("empathy"))
    constant = Predictions(given.conversations, given.gold, [1.0] * len(given.gold))
    assert headline_interval(constant, "regression", "pearson") is None


def test_a_hundred_thousand_targets_are_drawn_less_often() -> None:
    assert (draws_of(100_000), draws_of(100_001)) == (DRAWS, 1_000)
