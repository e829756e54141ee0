"""How often a demonstration carries the label of the utterance it is shown for."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from sentio.errors import InputError
from sentio.gold import AnnotatedConversation
from sentio.metrics.classification import weighted_f1
from sentio.metrics.confusion import confusion
from sentio.retrieval.entry import Hit, Query, queries
from sentio.retrieval.retriever import Retriever, Target


class Score(BaseModel):
    """What a retriever is worth on a split; shares in 0..1.

    `precision` is the share of the demonstrations with the gold label, a missing one counted as wrong; `any` the
    share of utterances with at least one such, `vote` the weighted F1 of answering the label that most of them have.
    `chance` is the precision of demonstrations drawn at random from those that may be shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    utterances: int
    entries: int
    k: int
    precision: float
    any: float
    vote: float
    chance: float


def score(
    retriever: Retriever, conversations: Iterable[AnnotatedConversation], layer: str, corpus: str | None
) -> Score:
    """Score a retriever that has a target on the labelled utterances of a split of `corpus`.

    Raises `InputError` where there is none, `ScoreError` for a gold label that is not the target's.
    """
    wanted, gold = labelled(conversations, layer, corpus)
    hits, k = retriever.retrieve(wanted), retriever.options.k
    right = [sum(hit.label == label for hit in of_query) for of_query, label in zip(hits, gold, strict=True)]
    shown = Counter(label for label in retriever.labels if label is not None)
    share = Counter(gold)
    classes = _target(retriever).labels
    return Score(
        utterances=len(gold),
        entries=shown.total(),
        k=k,
        precision=float(np.mean(right)) / k,
        any=float(np.mean([count > 0 for count in right])),
        vote=confusion(gold, [vote(of_query) for of_query in hits], classes).score(weighted_f1),
        chance=sum(shown[label] * n for label, n in share.items()) / shown.total() / len(gold),
    )


def labelled(
    conversations: Iterable[AnnotatedConversation], layer: str, corpus: str | None
) -> tuple[list[Query], list[str]]:
    """The utterances with one label in `layer`, as queries, and these labels; raises `InputError` where none has."""
    wanted, gold = [], []
    for item in conversations:
        values = item.gold.get(layer, {})
        for query, said in zip(queries(item.conversation, corpus), item.conversation.utterances, strict=True):
            if isinstance(value := values.get(said.id), str):
                wanted.append(query)
                gold.append(value)
    if not gold:
        raise InputError(f"no utterance has one label in the layer {layer!r}")
    return wanted, gold


def vote(hits: Sequence[Hit]) -> str | None:
    """The label that most demonstrations have, of several the one that is more similar in sum; None of none."""
    weight: dict[str, tuple[int, float]] = {}
    for hit in hits:
        count, similarity = weight.get(hit.label, (0, 0.0))
        weight[hit.label] = (count + 1, similarity + hit.similarity)
    return max(weight, key=weight.__getitem__, default=None)


def _target(retriever: Retriever) -> Target:
    if retriever.target is None:
        raise ValueError("a retriever without a target cannot be scored")
    return retriever.target
