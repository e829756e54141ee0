"""Leaving one group of conversations out at a time: an honest score where a corpus comes without a training split.

Each fold's model is kept and answers the conversations that it has not seen, in training and afterwards; all others
are answered by the mean of all models.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from sentio.conversation import Conversation
from sentio.corpora import Corpus
from sentio.errors import InputError, RecipeError
from sentio.gold import AnnotatedConversation
from sentio.training.splits import Split


class Taught(BaseModel):
    """The part of a recipe that says what is learned from and what is measured on.

    `split` is learned from and `validation` measured on; or, with `leave_out`, the conversations of `split` are grouped
    by that fact ("series") and each group is measured by a model of the others. `limit` keeps only so many
    conversations of each group or split, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    split: str = "train"
    leave_out: str | None = None
    limit: int | None = Field(default=None, ge=1)

    def fitted_on(self) -> list[str]:
        """What no score may be reported on: no split with `leave_out`, for each model answers what it has not seen."""
        return [f"{self.corpus}/other {self.leave_out}" if self.leave_out else f"{self.corpus}/{self.split}"]


@dataclass(frozen=True)
class Fold:
    """A model to be fitted on `train` and measured on `tests`; `name` is that of the group that is left out."""

    name: str
    train: Split
    tests: Split


class LeftOut(BaseModel):
    """What a run's folder says of a fold: the group's name, and the conversations that its model has not seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    conversations: tuple[str, ...]


class Folded(BaseModel):
    """What a run's `model.json` says of its folds, to which a system adds what is its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    folds: tuple[LeftOut, ...]


def folds(corpus: Corpus, taught: Taught, usable: Callable[[AnnotatedConversation], bool]) -> list[Fold]:
    """What is to be fitted, of both sides only conversations that are `usable`.

    Raises `RecipeError` where a score would be on what was learned from, or there are no two groups, `InputError` where
    nothing is usable.
    """

    def read(split: str) -> list[AnnotatedConversation]:
        found = [item for item in corpus.conversations(split) if usable(item)]
        if not found:
            raise InputError(f"nothing of {corpus.name}/{split} is annotated with what is to be learned")
        return found

    if taught.leave_out is None:
        if taught.split == "validation":
            raise RecipeError("learned from validation and measured on it: name a fact to leave_out, or another split")
        return [Fold("validation", read(taught.split)[: taught.limit], read("validation")[: taught.limit])]
    groups: dict[str, list[AnnotatedConversation]] = {}
    for item in read(taught.split):
        if taught.leave_out not in item.facts:
            raise RecipeError(f"{item.id!r} of {corpus.name} does not say its {taught.leave_out!r}")
        groups.setdefault(str(item.facts[taught.leave_out]), []).append(item)
    if len(groups) < 2:
        raise RecipeError(
            f"{corpus.name}/{taught.split} has one {taught.leave_out} only: nothing is left to learn from"
        )
    kept = {name: group[: taught.limit] for name, group in sorted(groups.items())}
    return [
        Fold(name, [item for other, some in kept.items() if other != name for item in some], group)
        for name, group in kept.items()
    ]


def left_out(found: Sequence[Fold]) -> tuple[LeftOut, ...]:
    """What to write down of folds."""
    return tuple(LeftOut(name=fold.name, conversations=tuple(item.id for item in fold.tests)) for fold in found)


class Unseen:
    """Finds the models that may answer: those of a corpus's conversation that have not seen it, else all.

    >>> chosen = Unseen((LeftOut(name="a", conversations=("1",)), LeftOut(name="b", conversations=("2",))), "cped")
    >>> chosen.models(Conversation(id="2", utterances=()), "cped")
    [1]
    >>> chosen.models(Conversation(id="2", utterances=()), None)
    [0, 1]
    """

    def __init__(self, records: Sequence[LeftOut], corpus: str) -> None:
        self._corpus, self._models = corpus, range(len(records))
        self._fold = {name: number for number, record in enumerate(records) for name in record.conversations}

    def models(self, conversation: Conversation, corpus: str | None) -> list[int]:
        """Their numbers; `corpus` is where the conversation is from, None for anywhere."""
        if corpus == self._corpus and conversation.id in self._fold:
            return [self._fold[conversation.id]]
        return list(self._models)


def groups(found: Sequence[Fold], rows: Callable[[AnnotatedConversation], int]) -> dict[str, list[bool]]:
    """All rows, and apart those of each fold, where there is more than one; `rows` counts those of a conversation."""
    names = [fold.name for fold in found for item in fold.tests for _ in range(rows(item))]
    apart = {fold.name: [name == fold.name for name in names] for fold in found} if len(found) > 1 else {}
    return {"all": [True] * len(names)} | apart
