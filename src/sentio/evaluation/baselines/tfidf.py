"""Words and word pairs of the utterance, weighted by TF-IDF, into a linear model.

Settings are fixed, not tuned on what is scored: 1-2-grams of words and punctuation that occur twice, sublinear
counts; logistic regression with C = 4 and balanced classes; ridge with alpha = 3 for scores.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Target, Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

card = BaselineCard(
    title="TF-IDF and a linear model",
    summary="words and word pairs of the utterance, logistic regression",
    answers=("classification", "multilabel", "regression"),
    learns="conversations",
    extra="eval",
)

TOKENS = r"\w+|[^\w\s]+"
View = Callable[[Asked, Target], str]
"""A text that says something about a target: its words, or what was said before."""


class LinearModel:
    """TF-IDF of one or more views of a target, side by side, into a linear model of scikit-learn's."""

    def __init__(self, task: Task, views: Sequence[View], training: Sequence[Asked], seed: int) -> None:
        self._task = task
        self._spaces = [(view, space) for view in views if (space := _space(view, training)) is not None]
        gold = [target.gold for one in training for target in one.targets]
        self._answers = _fitted(task, self._features(training), gold, seed)

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            yield self._answers(self._features([one]))

    def _features(self, asked: Sequence[Asked]) -> "csr_matrix":
        from scipy.sparse import csr_matrix, hstack

        rows = sum(len(one.targets) for one in asked)
        blocks = [space.transform(_texts(view, asked)) for view, space in self._spaces]
        return csr_matrix(hstack(blocks)) if blocks else csr_matrix((rows, 1))


def utterance(one: Asked, target: Target) -> str:
    """The words of the utterance itself."""
    return one.utterances[target.utterance].text


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """The model of the training split's utterances."""
    return LinearModel(task, (utterance,), training, seed)


def _texts(view: View, asked: Sequence[Asked]) -> list[str]:
    return [view(one, target) for one in asked for target in one.targets]


def _space(view: View, training: Sequence[Asked]) -> Any:  # noqa: ANN401  (scikit-learn has no types)
    """The TF-IDF space of a view, None where no word of it occurs twice."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    space = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=TOKENS)
    try:
        return space.fit(_texts(view, training))
    except ValueError:
        return None


def _fitted(
    task: Task, features: "csr_matrix", gold: Sequence[object], seed: int
) -> Callable[["csr_matrix"], list[Answer]]:
    """A function from features to answers."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    if task.name == "regression":
        ridge = Ridge(alpha=3).fit(features, gold)
        return lambda rows: [Answer(float(score)) for score in ridge.predict(rows)]
    if task.name == "multilabel":
        marks = MultiLabelBinarizer(classes=task.labels).fit_transform(gold)
        one = LogisticRegression(C=4, class_weight="balanced", solver="liblinear", random_state=seed)
        with warnings.catch_warnings():
            # A label that no training row carries, or every one, is answered the same way throughout: no news.
            warnings.filterwarnings("ignore", "Label .* is present in all training examples")
            several = OneVsRestClassifier(one).fit(features, marks)
        return lambda rows: [_several(task.labels, row) for row in several.predict_proba(rows).tolist()]
    model = LogisticRegression(C=4, class_weight="balanced", max_iter=1000).fit(features, gold)
    places = [list(model.classes_).index(label) if label in model.classes_ else None for label in task.labels]
    return lambda rows: [_one(task.labels, places, row) for row in model.predict_proba(rows).tolist()]


def _several(labels: tuple[str, ...], row: Sequence[float]) -> Answer:
    return Answer(tuple(label for label, share in zip(labels, row, strict=True) if share >= 0.5), tuple(row))


def _one(labels: tuple[str, ...], places: Sequence[int | None], row: Sequence[float]) -> Answer:
    probabilities = tuple(0.0 if place is None else row[place] for place in places)
    return Answer(labels[max(range(len(labels)), key=probabilities.__getitem__)], probabilities)
