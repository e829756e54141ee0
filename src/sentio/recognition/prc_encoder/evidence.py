"""Retrieved utterances as evidence: the shares of their labels, how similar the most similar one is, and the vectors
by which retrieval compares them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sentio.conversation import Conversation
from sentio.retrieval import Repository, Retrieval, Retriever, Target, queries


class Evidence(BaseModel):
    """How evidence is gathered. A label's share is the sum of exp(similarity / `temperature`) over its utterances among
    the nearest, divided by that of all; more of them than the three a prompt has room for, since they cost nothing.
    Where it is not `read`, a repository gives its vectors only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read: bool = True
    temperature: float = Field(default=0.05, gt=0)
    retrieval: Retrieval = Retrieval(k=16)

    @model_validator(mode="after")
    def _countable(self) -> "Evidence":
        if self.retrieval.labels not in ("drop", "nearest"):
            raise ValueError('evidence counts labels of the target: labels = "drop" or "nearest"')
        return self


class Told(NamedTuple):
    """What retrieval knows of a conversation's utterances: `shares` of shape (utterances, labels + 1), zeros where
    nothing is similar, and unit `vectors` of shape (utterances, width)."""

    shares: NDArray[np.float32]
    vectors: NDArray[np.float32]


def nothing(utterances: int, labels: int) -> Told:
    """What is told where there is no repository."""
    return Told(np.zeros((utterances, labels + 1), np.float32), np.zeros((utterances, 0), np.float32))


class Witness:
    """Finds evidence in a repository for conversations of a corpus (None: of none)."""

    def __init__(self, repository: Repository, target: Target, evidence: Evidence) -> None:
        """Raises `InputError` where the repository has nothing for the target."""
        self._retriever = Retriever(repository, target, evidence.retrieval)
        self._corpus, self._temperature, self._labels = target.corpus, evidence.temperature, len(target.labels)
        number = {label: place for place, label in enumerate(target.labels)}
        self._label_of = np.array([-1 if label is None else number[label] for label in self._retriever.labels])

    @property
    def width(self) -> int:
        """Length of a vector."""
        return self._retriever.repository.manifest.width

    def tell(self, conversations: Sequence[Conversation]) -> list[Told]:
        """What is known of each conversation's utterances."""
        asked = [query for conversation in conversations for query in queries(conversation, self._corpus)]
        rows, similarities = self._retriever.neighbours(asked)
        told = shares(np.where(rows >= 0, self._label_of[rows], -1), similarities, self._labels, self._temperature)
        vectors = self._retriever.encode([query.text for query in asked])
        ends = np.cumsum([len(conversation) for conversation in conversations])[:-1]
        return [Told(*each) for each in zip(np.split(told, ends), np.split(vectors, ends), strict=True)]


def shares(
    labels: NDArray[np.int64], similarities: NDArray[np.float32], n_labels: int, temperature: float
) -> NDArray[np.float32]:
    """Shares of the labels and the greatest similarity, shape (queries, n_labels + 1).

    `labels` and `similarities` are those of the nearest, shape (queries, k), -1 for none.

    >>> told = shares(np.array([[0, 1, 1, -1]]), np.array([[0.5, 0.5, 0.5, 0.0]], np.float32), 2, 0.05)
    >>> [round(float(one), 4) for one in told[0]]
    [0.3333, 0.6667, 0.5]
    """
    there = labels >= 0
    weights = np.where(there, np.exp((similarities - similarities.max(axis=1, keepdims=True)) / temperature), 0.0)
    told = np.zeros((len(labels), n_labels + 1), np.float32)
    for label in range(n_labels):
        told[:, label] = (weights * (labels == label)).sum(axis=1)
    total = weights.sum(axis=1, keepdims=True)
    told[:, :n_labels] /= np.where(total > 0, total, 1.0)
    told[:, n_labels] = np.where(there, similarities, 0.0).max(axis=1)
    return told
