"""What a decision is made from: the speaker's last words and the other's, what both felt, and who the speaker is."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sentio import recognition
from sentio.conversation import Conversation, Utterance
from sentio.labels import LabelSpace
from sentio.recognition.base import Recognizer
from sentio.responses.base import NextTurn
from sentio.responses.transition.temperament import TRAITS, read, usable

NOTHING_FELT = "neutral"
"""What somebody feels who has not spoken yet (our design)."""


class Situation(NamedTuple):
    """`texts` are the speaker's last words and the other's, "" where there are none, `own` and `other` the emotions of
    the two, and `persona` is all that is known of the speaker."""

    texts: tuple[str, str]
    own: str
    other: str
    persona: Mapping[str, float | str]

    @property
    def traits(self) -> tuple[float, ...]:
        """The speaker's Big Five, in the order of `temperament.TRAITS`."""
        return read(self.persona)


class Observer:
    """Sees the situation of a turn.

    `persona` are traits of whoever answers, before what the conversation says of the speaker. What nobody tells that
    somebody feels, `mini` recognises. `strange` counts emotions that were told and are none of the space, `unread`
    traits that are no number of 0..1: neither is guessed at.
    """

    def __init__(self, space: LabelSpace, persona: Mapping[str, float]) -> None:
        self.space, self._persona = space, dict(persona)
        self.strange = self.unread = 0
        self._recognizer: Recognizer | None = None

    def see(self, turn: NextTurn) -> Situation:
        """What is known before the turn."""
        own, other = last_words(turn)
        felt = [self._felt(turn, utterance) for utterance in (own, other)]
        texts = tuple("" if utterance is None else utterance.text for utterance in (own, other))
        return Situation((texts[0], texts[1]), felt[0], felt[1], self._known(turn))

    def remarks(self) -> Iterator[str]:
        """What was told and could not be used; see `Remarking`."""
        if self.strange:
            yield f"{self.strange} emotions told are none of {', '.join(self.space.labels)}: recognised instead"
        if self.unread:
            yield f"{self.unread} traits are no numbers of 0..1: taken as 0.5"

    def _known(self, turn: NextTurn) -> dict[str, float | str]:
        """All that is known of who answers: the profile's traits and gender, and before them the option's."""
        profile = turn.conversation.profiles.get(turn.speaker)
        known: dict[str, float | str] = {} if profile is None else dict(profile.traits)
        if profile is not None and profile.gender:
            known["gender"] = profile.gender
        self.unread += sum(name in TRAITS and not usable(value) for name, value in known.items())
        return known | self._persona

    def _felt(self, turn: NextTurn, utterance: Utterance | None) -> str:
        if utterance is None:
            return NOTHING_FELT
        told = turn.felt.get(utterance.id)
        if told in self.space.labels:
            return told
        self.strange += told is not None
        return self._recognised(utterance)

    def _recognised(self, utterance: Utterance) -> str:
        self._recognizer = self._recognizer or recognition.load("mini")
        alone = Conversation(id="", utterances=(utterance,))
        (found,) = recognition.recognize_stream(self._recognizer, [alone], self.space)
        return found.recognitions[0].emotion


def last_words(turn: NextTurn) -> tuple[Utterance | None, Utterance | None]:
    """The last utterance of who speaks next, and the last one of anybody else; None where there is none."""
    backwards = turn.conversation.utterances[::-1]
    own = next((utterance for utterance in backwards if utterance.speaker == turn.speaker), None)
    other = next((utterance for utterance in backwards if utterance.speaker != turn.speaker), None)
    return own, other
