"""How PELD was made: triples of turns cut out of MELD dialogues and EmoryNLP scenes.

Three consecutive utterances A, B, A with A one of the six main characters of Friends (Wen et al., Findings of
ACL 2021; the rule is ours, found by comparison: with all three splits of both sources it gives exactly the
released 6,510 triples, 4,438 of MELD and 2,105 of EmoryNLP less 33 exact repeats).
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from sentio.gold import AnnotatedConversation

MAIN = ("Chandler", "Joey", "Monica", "Phoebe", "Rachel", "Ross")

EMORYNLP = {"joyful": "joy", "mad": "anger", "neutral": "neutral", "sad": "sadness", "scared": "fear"}
"""PELD's word for an EmoryNLP emotion; a triple with peaceful or powerful in it is dropped."""


class Triple(NamedTuple):
    """Three turns, the first and the third by the same speaker; `speakers` are those of the first two."""

    speakers: tuple[str, str]
    texts: tuple[str, str, str]
    emotions: tuple[str, str, str]


def triples(conversations: Iterable[AnnotatedConversation], source: Literal["meld", "emorynlp"]) -> Iterator[Triple]:
    """The triples of annotated conversations of MELD, or of EmoryNLP in the reduced version, in their order.

    Repeats are handed on: PELD keeps each triple once.
    """
    for item in conversations:
        emotions = item.gold["emotion"]
        turns = [
            (u.speaker if source == "meld" else _first_name(u.speaker), _plain(u.text), str(emotions[u.id]))
            for u in item.conversation.utterances
        ]
        if source == "emorynlp":
            turns = [(speaker, text, EMORYNLP.get(emotion, "")) for speaker, text, emotion in turns]
        for first, second, third in zip(turns, turns[1:], turns[2:], strict=False):
            if first[0] == third[0] != second[0] and first[0] in MAIN and first[2] and second[2] and third[2]:
                yield Triple(
                    speakers=(first[0], second[0]),
                    texts=(first[1], second[1], third[1]),
                    emotions=(first[2], second[2], third[2]),
                )


def _first_name(speaker: str) -> str:
    """First name of the first of the speakers of a line: "Monica" of "Monica Geller, Phoebe Buffay"."""
    return speaker.partition(",")[0].partition(" ")[0]


def _plain(text: str) -> str:
    """The text as PELD has it: stripped, a space for each character that is not ASCII."""
    return "".join(character if character.isascii() else " " for character in text.strip())
