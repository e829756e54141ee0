"""Which pairs of utterances are asked about causes: RECCON's three folds, with and without context.

Poria et al., "Recognizing Emotion Cause in Conversations", Cognitive Computation 2021. Fold 1 has every utterance up
to the emotional one; 2 and 3 have the causes, and utterances of other dialogues (`corpora.reccon_folds`). Without
context a system sees the two utterances of the pair and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sentio.conversation import Conversation
from sentio.corpora.reccon_folds import Stranger, Strangers, strangers
from sentio.evaluation.base import Asked, Target
from sentio.gold import AnnotatedConversation, Value

Fold = Literal[1, 2, 3]
FOLDS: tuple[Fold, ...] = (1, 2, 3)


@dataclass(frozen=True)
class CausePairs:
    """The pairs of a fold. `context` says whether systems see more than the pair, `drawn` what folds 2 and 3 have of
    other dialogues: it comes from `among`."""

    fold: Fold = 1
    context: bool = True
    drawn: Strangers = field(default_factory=dict, repr=False, compare=False)

    @property
    def suffix(self) -> str:
        """How these pairs are told apart in the name of a target: "_fold2", "_without_context"."""
        return ("" if self.fold == 1 else f"_fold{self.fold}") + ("" if self.context else "_without_context")

    def among(self, items: Sequence[AnnotatedConversation]) -> "CausePairs":
        """The pairs of these dialogues; folds 2 and 3 draw from no others. Raises `ValueError` where they are few."""
        if self.fold == 1:
            return self
        return replace(self, drawn=strangers(items, same_emotion=self.fold == 3))

    def asked(self, item: AnnotatedConversation, gold: Callable[[str], Value]) -> Asked:
        """The pairs of a dialogue, with what is right about a causing span, "" for none."""
        rows = [(replace(pair, gold=gold(str(pair.gold))), view) for pair, view in self.of(item)]
        return Asked(item, tuple(pair for pair, _ in rows), {pair: view for pair, view in rows if view is not None})

    def of(self, item: AnnotatedConversation) -> Iterator[tuple[Target, Conversation | None]]:
        """Each pair, its gold the causing span ("" for no cause), and the conversation where it is not the item's.

        A cause that lies in the future or that nobody says is no row, as in the released folds.
        """
        order = [utterance.id for utterance in item.conversation.utterances]
        for target in dict.fromkeys(cause.target for cause in item.causes):
            for stranger in self.drawn[item.id, target] if self.fold > 1 else ():
                yield Target(target, "", stranger.utterance.id), _beside(item, target, stranger)
            for candidate in order[: order.index(target) + 1]:
                spans = [c.span for c in item.causes if c.target == target and c.evidence == candidate]
                for span in spans or [""] * (self.fold == 1):
                    yield Target(target, span, candidate), None


def _beside(item: AnnotatedConversation, target: str, stranger: Stranger) -> Conversation:
    """What is told of the other dialogue, and then the emotional utterance."""
    last = next(one for one in item.conversation.utterances if one.id == target)
    return Conversation(id=f"{item.id} {target} {stranger.utterance.id}", utterances=(*stranger.told, last))
