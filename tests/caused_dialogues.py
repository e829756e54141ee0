"""Five invented dialogues, annotated as RECCON is: who feels something feels it because of themselves."""

from sentio.conversation import Conversation, Utterance
from sentio.gold import AnnotatedConversation, GoldCause


def invented(name: str, *moods: str) -> AnnotatedConversation:
    """A dialogue in which whoever feels something feels it because of themselves."""
    said = tuple(
        Utterance(id=str(k), speaker="AB"[k % 2], text=f"{name} says {k} .") for k, _ in enumerate(moods, start=1)
    )
    gold = {utterance.id: mood for utterance, mood in zip(said, moods, strict=True)}
    causes = tuple(GoldCause(target=one.id, evidence=one.id, span="says") for one in said if gold[one.id] != "neutral")
    return AnnotatedConversation(
        conversation=Conversation(id=name, utterances=said),
        gold={"emotion": gold, "released emotion": dict(gold)},
        causes=causes,
    )


FIVE = [
    invented("tr_1", "neutral", "anger", "happiness"),
    invented("tr_2", "anger", "neutral", "neutral", "anger", "anger"),
    invented("tr_3", "neutral", "neutral"),
    invented("tr_4", "happiness", "fear"),
    invented("tr_5", "anger", "happiness", "happiness"),
]
