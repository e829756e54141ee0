"""The emotion of what comes next: its words are not shown, only who will say it.

The task of PELD (Wen et al., Findings of ACL 2021): two utterances and the first speaker's traits are
given, the emotion of that speaker's answer is asked.
"""

from dataclasses import dataclass

from sentio.evaluation.base import Asked, annotated
from sentio.evaluation.tasks.classification import Classification
from sentio.gold import AnnotatedConversation


@dataclass(frozen=True)
class NextEmotion(Classification):
    """Classification of a conversation's last utterance, whose text is withheld."""

    name: str = "next emotion"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The last utterance, if it is annotated."""
        *before, last = item.conversation.utterances
        utterances = (*before, last.model_copy(update={"text": ""}))
        conversation = item.conversation.model_copy(update={"utterances": utterances})
        targets = tuple(target for target in annotated(item, self.layer) if target.utterance == last.id)
        return Asked(item.model_copy(update={"conversation": conversation}), targets)
