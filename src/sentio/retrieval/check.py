"""What is wrong with a repository: twins, labels that contradict, balance, and what of an evaluation it holds."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import log

from pydantic import BaseModel, ConfigDict

from sentio.conversation import Conversation, Utterance
from sentio.corpora.leaks import LeakReport, RepeatReport, between, within
from sentio.gold import AnnotatedConversation
from sentio.retrieval.entry import Entry
from sentio.retrieval.repository import Repository


class Check(BaseModel):
    """What a repository holds. `labels` are entries by emotion (the name shared by corpora), `balance` is the entropy
    of their shares as a part of the largest one possible: 1.0 where all are equally frequent. `silent` are entries
    without a vector, which are never found. `repeats` counts texts that come again and those that then carry another
    emotion, `leaks` what of an evaluation split the repository holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: int
    labels: dict[str, int]
    balance: float
    silent: int
    repeats: RepeatReport
    leaks: LeakReport | None = None


def check(repository: Repository, against: Iterable[AnnotatedConversation] | None = None) -> Check:
    """Look through a repository; with `against`, also for the utterances of an evaluation split."""
    held = list(as_conversations(repository))
    labels = Counter(repository.entries["emotion"].to_list())
    return Check(
        entries=len(repository),
        labels=dict(labels.most_common()),
        balance=balance(labels),
        silent=int((~repository.vectors.any(axis=1)).sum()),
        repeats=within(held, "emotion"),
        leaks=None if against is None else between(against, held),
    )


def balance(labels: Counter[str]) -> float:
    """Entropy of the shares by that of equal ones, range 0..1; 1.0 for a single label.

    >>> round(balance(Counter(joy=3, anger=1)), 3)
    0.811
    """
    if len(labels) < 2:
        return 1.0
    shares = [n / labels.total() for n in labels.values() if n]
    return -sum(share * log(share) for share in shares) / log(len(labels))


def as_conversations(repository: Repository) -> Iterator[AnnotatedConversation]:
    """The entries as conversations, called "corpus/split/id", with their emotion as gold."""
    entries = map(Entry._make, repository.entries.iter_rows())
    for place, said in groupby(entries, key=lambda entry: f"{entry.corpus}/{entry.split}/{entry.conversation}"):
        turns = list(said)
        utterances = tuple(Utterance(id=e.utterance, speaker=e.speaker, text=e.text) for e in turns)
        yield AnnotatedConversation(
            conversation=Conversation(id=place, utterances=utterances),
            gold={"emotion": {entry.utterance: entry.emotion for entry in turns}},
        )
