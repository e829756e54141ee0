"""Supportive conversations as the planner reads them: two roles, a beginning, and which strategies may come next."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sentio.conversation import Conversation, Utterance
from sentio.corpora.leaks import normalised
from sentio.gold import AnnotatedConversation
from sentio.nn.conversation_encoder import Turns
from sentio.prompts.support import STRATEGIES
from sentio.recognition.prc_encoder.evidence import nothing
from sentio.recognition.prc_encoder.reading import Reader

LABELS = tuple(STRATEGIES)
ROLES = ("seeker", "supporter")
LAYER = "strategy"

EITHER = {"providing suggestions or information": ("providing suggestions", "information")}
"""Strategies of MultiESC that are one of two: learned as such, never mapped to one. Its "greeting" is none here."""


@dataclass(frozen=True)
class PlanLesson:
    """A conversation to learn from. `following` and `own`: which strategies the utterance after each, and each itself,
    may have, shape (utterances, labels); a row without any is not learned from."""

    turns: Turns
    following: Tensor
    own: Tensor

    @property
    def asked(self) -> Tensor:
        """The utterances behind which exactly one strategy is right, shape (utterances,)."""
        return self.following.sum(1) == 1


def by_roles(conversation: Conversation, supporter: str) -> Conversation:
    """The conversation between the supporter and everybody else, an empty utterance before it: the planner's decision
    about the very first turn stands there."""
    begin = Utterance(id="begin", speaker=ROLES[0], text="")
    said = (
        utterance.model_copy(update={"speaker": ROLES[utterance.speaker == supporter]})
        for utterance in conversation.utterances
    )
    return conversation.model_copy(update={"utterances": (begin, *said), "profiles": {}})


def allowed(strategy: object) -> list[bool]:
    """Which strategies a label may stand for, in the order of `LABELS`.

    >>> sum(allowed("question")), sum(allowed("providing suggestions or information")), sum(allowed("greeting"))
    (1, 2, 0)
    """
    names = EITHER.get(str(strategy), (str(strategy),))
    return [label in names for label in LABELS]


def lessons_of(items: Sequence[AnnotatedConversation], reader: Reader) -> list[PlanLesson]:
    """Each conversation, its strategies those of the role "supporter"."""
    conversations = [by_roles(item.conversation, "supporter") for item in items]
    told = [nothing(len(each), len(LABELS)) for each in conversations]
    found = []
    for item, turns in zip(items, reader.read(conversations, told, exact=False), strict=True):
        gold = item.gold[LAYER]
        rows = torch.tensor([allowed(gold.get(utterance.id)) for utterance in item.conversation.utterances])
        none = torch.zeros(1, len(LABELS), dtype=torch.bool)
        found.append(PlanLesson(turns, torch.cat([rows, none]), torch.cat([none, rows])))
    return found


def situation(item: AnnotatedConversation) -> str:
    """What tells two dialogues of one problem, in whatever release, to be the same."""
    return normalised(str(item.facts.get("situation") or item.id))
