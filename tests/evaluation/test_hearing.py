"""What a responder that hears a speaker out is shown: to the end of what a label holds for."""

import pytest

from sentio import Conversation, Utterance
from sentio.evaluation.base import Asked, Target
from sentio.evaluation.hearing import heard_out
from sentio.gold import AnnotatedConversation

TURNS = tuple(Utterance(id=str(i), speaker=who, text=f"turn {i}") for i, who in enumerate("ABABA"))


@pytest.mark.parametrize(
    ("labelled", "target", "shown"),
    [
        ("0", "0", 5),  # EmpatheticDialogues: the label is the conversation's
        ("01234", "0", 1),
        ("01234", "2", 3),
        ("01234", "3", 4),
        ("04", "0", 3),
        ("01", "1", 4),
        ("13", "1", 2),
    ],
)
def test_a_label_holds_until_the_speakers_next_one(labelled: str, target: str, shown: int) -> None:
    item = AnnotatedConversation(
        conversation=Conversation(id="c", utterances=TURNS), gold={"emotion": dict.fromkeys(labelled, "joy")}
    )
    asked = Asked(item, tuple(Target(name, "joy") for name in labelled))
    turn = heard_out(asked, Target(target, "joy"))
    assert turn.conversation.utterances == TURNS[:shown]
    assert turn.speaker != TURNS[int(target)].speaker or shown == 1
