"""What the planner has to beat: TF-IDF of the five turns before and how often the supporter has spoken, a linear model.

Settings are fixed as those of `evaluation.baselines.tfidf`: 1-2-grams that occur twice, sublinear counts; logistic
regression with balanced classes, here with C = 1.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.gold import AnnotatedConversation
from sentio.responses.strategy_planner.lessons import LABELS, LAYER, ROLES

TURNS = 5
"""Turns read before the one that is asked about (our design, as the specification of the planner has it)."""

MOST = 20
"""Turns of the supporter that are told apart."""

View = tuple[str, str, str]


def rows(items: Sequence[AnnotatedConversation]) -> tuple[list[View], list[str]]:
    """For every turn with one of the eight strategies what is read before it, and the strategy."""
    found = [row for item in items for row in _of(item)]
    return [view for view, _ in found], [strategy for _, strategy in found]


def answers(train: Sequence[AnnotatedConversation], test: Sequence[AnnotatedConversation]) -> NDArray[np.float64]:
    """Probabilities of the strategies of the test's turns, shape (turns, labels); 0 for one that training has not."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    (views, gold), (asked, _) = rows(train), rows(test)
    learned, seen = [], []
    for number in range(3):
        space = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        learned.append(space.fit_transform([view[number] for view in views]))
        seen.append(space.transform([view[number] for view in asked]))
    model = LogisticRegression(C=1, class_weight="balanced", max_iter=2000).fit(hstack(learned), gold)
    found = np.zeros((len(asked), len(LABELS)))
    found[:, [LABELS.index(label) for label in model.classes_]] = model.predict_proba(hstack(seen))
    return found


def _of(item: AnnotatedConversation) -> Iterator[tuple[View, str]]:
    said, spoken = item.conversation.utterances, 0
    for place, utterance in enumerate(said):
        strategy = item.gold[LAYER].get(utterance.id)
        if strategy in LABELS:
            before = said[max(0, place - TURNS) : place]
            seeker, supporter = (" ".join(one.text for one in before if one.speaker == role) for role in ROLES)
            last = before[-1].speaker if before else "nobody"
            yield (seeker, supporter, f"turn{min(spoken, MOST)} after_{last}"), str(strategy)
        spoken += utterance.speaker == ROLES[1]
