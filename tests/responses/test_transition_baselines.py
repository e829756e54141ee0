"""What stands beside the transition on PELD's validation triples, to the digits of our page of the system."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from sentio import corpora, registry
from sentio.evaluation import tasks
from sentio.evaluation.base import Predictor
from sentio.gold import AnnotatedConversation
from sentio.metrics.classification import accuracy, macro_f1, weighted_f1
from sentio.metrics.confusion import confusion
from sentio.responses.transition.scores import SENTIMENT_OF

RULES = {
    "majority": (0.4266, 0.0854, 0.2552, 0.5981),
    "repeat_speaker": (0.4130, 0.3028, 0.4106, 0.4154),
    "repeat_previous": (0.3635, 0.2597, 0.3581, 0.3689),
}
"""All neutral, repeat E_1, copy E_2: accuracy, macro F1, weighted F1, that with gold and predictions swapped."""
BY_DIALOGUE = {
    "majority": (0.3935, 0.0807, 0.2223, 0.5648),
    "repeat_speaker": (0.4242, 0.3697, 0.4237, 0.4247),
    "repeat_previous": (0.3726, 0.2956, 0.3707, 0.3745),
}
"""The same on the validation triples of the split by dialogue (measured here)."""


@cache
def split(name: str, data: Path) -> list[AnnotatedConversation]:
    return cast(list[AnnotatedConversation], list(corpora.load("peld", data).conversations(name)))


def scores(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> tuple[float, ...]:
    table = confusion(gold, predicted, labels)
    swapped = table.score(lambda counts: weighted_f1(counts, compat="official"))
    return tuple(round(float(one), 4) for one in (*map(table.score, (accuracy, macro_f1, weighted_f1)), swapped))


@pytest.mark.parametrize(("cut", "expected"), [("", RULES), ("dialogue_", BY_DIALOGUE)], ids=["released", "dialogue"])
def test_rules(cut: str, expected: dict[str, tuple[float, ...]], data: Path) -> None:
    corpus = corpora.load("peld", data)
    items = split(f"{cut}validation", data)
    task = tasks.for_target(corpus, "emotion", items)
    asked = tasks.asked(task, items)
    training = tasks.asked(task, split(f"{cut}train", data))
    gold = [str(target.gold) for one in asked for target in one.targets]
    for name, wanted in expected.items():
        rule: Predictor = registry.find("evaluation.baselines", name).load().fit(task, training, 0)
        answers = [str(answer.value) for of_one in rule.predict(asked) for answer in of_one]
        assert scores(gold, answers, task.labels) == wanted, name


def test_sentiments_are_those_of_the_emotions(data: Path) -> None:
    for item in split("validation", data):
        for place, emotion in item.gold["emotion"].items():
            assert item.machine["sentiment"][place] == SENTIMENT_OF[str(emotion)]


@pytest.mark.parametrize(
    ("told", "wanted"), [(False, (0.222, 0.177, 0.235)), (True, (0.319, 0.255, 0.328))], ids=["words", "and told"]
)
def test_tf_idf(told: bool, wanted: tuple[float, ...], data: Path) -> None:
    """Of both turns, and with the emotion of the first and the speaker as words among them."""
    text = pytest.importorskip("sklearn.feature_extraction.text")
    linear = pytest.importorskip("sklearn.linear_model")

    def read(name: str) -> tuple[list[str], list[str]]:
        texts, gold = [], []
        for item in split(name, data):
            first, second, _ = item.conversation.utterances
            known = f" emotion_{item.gold['emotion']['0']} speaker_{first.speaker}" if told else ""
            texts.append(f"{first.text} {second.text}{known}")
            gold.append(str(item.gold["emotion"]["2"]))
        return texts, gold

    (texts, gold), (asked, right) = read("train"), read("validation")
    space = text.TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = linear.LogisticRegression(C=1, class_weight="balanced", max_iter=1000)
    answers = model.fit(space.fit_transform(texts), gold).predict(space.transform(asked)).tolist()
    found = scores(right, answers, sorted(set(gold)))
    assert found[:3] == pytest.approx(wanted, abs=0.01)
