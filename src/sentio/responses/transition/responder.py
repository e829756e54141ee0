"""`Transition`: turns to come in, the emotion to answer with and, with a language model, the words out."""

from collections.abc import Iterable, Iterator, Mapping
from weakref import finalize

from sentio.errors import UnknownName
from sentio.llms.base import Answer, LanguageModel, Question
from sentio.llms.flows import Flow, counted, run, settled
from sentio.llms.tally import Tally
from sentio.prompts import transition as prompts
from sentio.prompts.lines import latest, lines, names, said
from sentio.responses.base import Decision, NextTurn
from sentio.responses.transition.decider import Decider
from sentio.responses.transition.situation import Observer, Situation, last_words
from sentio.responses.transition.temperament import TRAITS
from sentio.responses.wording import correction, fallback, read_reply
from sentio.results import Reply

TURNS, ROOM = 40, 1_500
"""How much of the conversation's end the language model is shown: so many turns, and of them so many tokens (our
choice; three bytes are counted as a token)."""

WORDLESS = "the emotion is decided; words need a language model: name one with --llm (openai/MODEL@URL, hf/PATH)"
"""Why a reply without a language model has no text."""


class Transition:
    """Decides an emotion for each turn and, where it has a language model, has the words written.

    `tally` counts what was asked.
    """

    decides = "emotion"

    def __init__(self, decider: Decider, persona: Mapping[str, float], model: LanguageModel | None) -> None:
        self._decider, self._model = decider, model
        self._observer = Observer(decider.space, persona)
        self.choices: tuple[str, ...] = decider.space.labels
        self.tally, self._wordless = Tally(), 0
        if model is not None:
            finalize(self, model.close)  # nobody closes a responder

    def decide(self, turns: Iterable[NextTurn]) -> Iterator[Decision]:
        """The likeliest emotion of each turn and the distribution over `choices`; one turn after the other."""
        for turn in turns:
            yield self._decided(self._observer.see(turn))

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        """See `Responder.respond`. An emotion that is wanted is not decided."""
        if self._model is None:
            for turn in turns:
                reply = self._prepared(turn, self._observer.see(turn))
                yield reply if reply.error else reply.model_copy(update={"error": WORDLESS})
        else:
            replies = (counted(self._replied(turn)) for turn in turns)
            for reply, calls in run(self._model, replies, tally=self.tally):
                yield reply.model_copy(update={"calls": calls})

    def remarks(self) -> Iterator[str]:
        """What was told and could not be used, and how often the language model gave no reply."""
        yield from self._observer.remarks()
        if self._wordless:
            yield f"{self._wordless} replies were none in two attempts: a fixed sentence stands for them"

    def _decided(self, situation: Situation) -> Decision:
        shares = self._decider.probabilities(situation)
        return Decision(self.choices[int(shares.argmax())], tuple(shares.tolist()))

    def _prepared(self, turn: NextTurn, situation: Situation) -> Reply:
        """The reply without its words; one with an error where an emotion is wanted that there is not."""
        emotion = turn.wanted.get("emotion")
        if emotion is not None and emotion not in self.choices:
            return Reply(speaker=turn.speaker, text="", error=str(UnknownName("emotion", emotion, self.choices)))
        _, other = last_words(turn)
        return Reply(
            speaker=turn.speaker,
            text="",
            feels=None if other is None else situation.other,
            emotion=emotion or self._decided(situation).label,
            persona=dict(situation.persona) | dict(zip(TRAITS, situation.traits, strict=True)),
        )

    def _replied(self, turn: NextTurn) -> Flow[Reply]:
        situation = self._observer.see(turn)
        reply = self._prepared(turn, situation)
        if reply.error or reply.emotion is None:
            return reply
        name, spoken = _shown(turn)
        asked = prompts.messages(name, reply.emotion, situation.own, situation.persona, spoken)

        def read(answer: Answer) -> str | None:
            return read_reply(answer, name, asked[0].content)

        question = Question(turn.conversation.id, asked)
        text, answer = yield from settled(question, read, correction(turn.conversation))
        if text is not None:
            return reply.model_copy(update={"text": text})
        if answer.error and answer.valid:
            return reply.model_copy(update={"error": answer.error})
        self._wordless += 1
        return reply.model_copy(update={"text": fallback(turn.conversation), "fallbacks": ("text",)})


def _shown(turn: NextTurn) -> tuple[str, tuple[str, ...]]:
    """The name of who speaks next as prompts have it, and the last lines of the conversation."""
    shown = names(turn.conversation)
    told = lines(turn.conversation.utterances[-TURNS:], shown)
    return shown.get(turn.speaker, said(turn.speaker)), latest(told, ROOM, lambda line: len(line.encode()) // 3 + 1)
