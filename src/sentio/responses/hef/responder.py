"""`Hef`: what the one who is answered feels, why, and what could be said to them, as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import finalize

from sentio.conversation import Utterance
from sentio.errors import LanguageModelError, MissingExtra
from sentio.llms import LanguageModel, Question, Sampling, Tally
from sentio.llms.flows import AHEAD, Flow, counted, run, settled
from sentio.prompts import hef as prompts
from sentio.prompts import lines as shown
from sentio.responses.base import Decision, NextTurn
from sentio.responses.hef import Options
from sentio.responses.hef.context import Context, cause_words
from sentio.responses.hef.deciding import COMMONEST, Felt, Proposal, failed, feeling
from sentio.responses.hef.small_model import SPACE, SmallModel, proposed
from sentio.responses.wording import correction, fallback, read_reply
from sentio.results import Reply

TURNS, ROOM = 100, 1500
"""Turns and tokens of a conversation that are shown, the last ones; dialogues of EmpatheticDialogues have four to
eight turns of 15 words. Ours, so that any model's context suffices."""

REPLY_TOKENS = 120


@dataclass(frozen=True)
class _Scene:
    """A turn to come, as the models see it: the words of the one who is answered, the names of both as in prompts, and
    the lines of the conversation."""

    turn: NextTurn
    context: Context
    teller: str
    answerer: str
    lines: tuple[str, ...]


class Hef:
    """The hybrid framework: `small` proposes (None: nobody does), `model` decides and speaks.

    `tally` counts the questions; `felt` and `ruled` how many emotions were decided, and how many of them by rule.
    Without a language model the small one's likeliest emotion stands: `hear` works, `respond` does not.
    """

    hears = "emotion"
    choices = SPACE.labels

    def __init__(self, options: Options, small: SmallModel | None, model: LanguageModel | None) -> None:
        self._options, self._small, self._model = options, small, model
        self.tally = Tally()
        self.felt = self.ruled = 0
        if model is not None:
            finalize(self, model.close)  # nobody closes a responder: what it holds open goes with it

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        """See `Responder.respond`. Raises `SentioError` where there is no language model."""
        model = self._options.opened("hef") if self._model is None else self._model
        return run(model, (self._replied(turn) for turn in turns), self._ahead, self.tally)

    def hear(self, turns: Iterable[NextTurn]) -> Iterator[Decision]:
        """See `Hearing.hear`: what the one who is answered feels; the distribution is the small model's where it is
        asked alone."""
        if self._model is None:
            yield from map(self._heard_alone, turns)
            return
        for felt in run(self._model, (self._heard(turn) for turn in turns), self._ahead, self.tally):
            yield Decision(felt.emotion)

    def remarks(self) -> Iterator[str]:
        """How often the language model's words were no label, and how often a rule decided."""
        if self.tally.invalid and self._model is not None:
            share = f"{self.tally.invalid} of {self.tally.asked} answers"
            yield f"{share} of {self._model.name} were no label at first ({100 * self.tally.invalid_rate:.1f} %)"
        if self.ruled:
            yield f"{self.ruled} of {self.felt} emotions were decided by rule ({100 * self.ruled / self.felt:.1f} %)"

    @property
    def _ahead(self) -> int:
        """A model in this process reads one conversation at a time: no answer depends on its neighbours in a batch."""
        here = self._options.llm is not None and self._options.llm.startswith(("hf/", "vllm/"))
        return 1 if here else AHEAD

    def _heard(self, turn: NextTurn) -> Flow[Felt]:
        felt = yield from self._decided(_scene(turn))
        if felt.error:
            raise LanguageModelError(f"conversation {turn.conversation.id!r}: {felt.error}")
        return felt

    def _heard_alone(self, turn: NextTurn) -> Decision:
        context = _scene(turn).context
        if self._small is None or not context.spans:
            return Decision(COMMONEST, (1 / len(SPACE),) * len(SPACE))
        shares = self._small.probabilities(context)
        return Decision(proposed(shares, 1)[0], tuple(shares.tolist()))

    def _replied(self, turn: NextTurn) -> Flow[Reply]:
        reply, calls = yield from counted(self._built(_scene(turn)))
        return reply.model_copy(update={"calls": calls})

    def _decided(self, scene: _Scene) -> Flow[Felt]:
        proposal = Proposal((), self._options.stages)
        if self._small is not None and scene.context.spans:
            shares = self._small.probabilities(scene.context)
            proposal = Proposal(proposed(shares, self._options.primary), self._options.stages)
        felt = yield from feeling(scene.turn.conversation.id, scene.lines, scene.teller, proposal)
        self.felt += 1
        self.ruled += felt.stage == "fallback"
        return felt

    def _built(self, scene: _Scene) -> Flow[Reply]:
        """The emotion, the words that carry it, then the reply."""
        given = scene.turn.wanted.get("feels")
        felt = Felt(given, 1) if given in SPACE.labels else (yield from self._decided(scene))
        words = self._cause_words(scene, felt.emotion)
        speaker = scene.turn.speaker
        told = Reply(speaker=speaker, text="", feels=felt.emotion, cause_words=words, error=felt.error)
        if felt.error:
            return told.model_copy(update={"feels": None, "cause_words": ()})
        messages = prompts.reply(scene.lines, scene.answerer, scene.teller, felt.emotion, words)
        sampling = Sampling(temperature=self._options.temperature, max_tokens=REPLY_TOKENS, seed=0)
        question = Question(f"{scene.turn.conversation.id}/reply", messages, sampling=sampling)
        text, answer = yield from settled(
            question,
            lambda answer: read_reply(answer, scene.answerer, messages[0].content),
            correction(scene.turn.conversation),
        )
        if text is None and failed(answer):
            return told.model_copy(update={"error": answer.error})
        ruled = {"feels": felt.stage == "fallback", "text": text is None}
        return told.model_copy(
            update={
                "text": text or fallback(scene.turn.conversation),
                "fallbacks": tuple(part for part, is_so in ruled.items() if is_so),
            }
        )

    def _cause_words(self, scene: _Scene, emotion: str) -> tuple[str, ...]:
        if self._small is None or not self._options.cause_words or not scene.context.spans:
            return ()
        weights = self._small.weights(scene.context, emotion)
        return cause_words(scene.context, weights, self._options.cause_words, scene.turn.conversation.speakers)


def _scene(turn: NextTurn) -> _Scene:
    """The last other speaker is the one who is answered, the answering one where nobody else spoke."""
    said = turn.conversation.utterances
    others = (utterance.speaker for utterance in reversed(said) if utterance.speaker != turn.speaker)
    teller = next(others, turn.speaker)
    # Names as if the reply were there: who has not spoken yet has one, too.
    coming = Utterance(id="", speaker=turn.speaker, text="")
    names = shown.names(turn.conversation.model_copy(update={"utterances": (*said, coming)}))
    lines = shown.latest(shown.lines(said[-TURNS:], names, quoted=True), ROOM, _tokens)
    return _Scene(turn, Context.of_speaker(turn.conversation, teller), names[teller], names[turn.speaker], lines)


def _tokens(text: str) -> int:
    """At most so many tokens: three bytes are more than one in any tokenizer of today for English."""
    return len(text.encode()) // 3 + 1


def opened(options: Options) -> Hef:
    """The responder that the options describe, its models loaded."""
    model = options.opened("hef") if options.llm is not None or options.sem == "none" else None
    return Hef(options, _small_model(options), model)


def _small_model(options: Options) -> SmallModel | None:
    if options.sem == "none":
        return None
    if options.model is None:
        from sentio.responses.hef.projected import Projected

        return Projected()
    try:
        from sentio.responses.hef.trained import Trained
    except ModuleNotFoundError as error:
        raise MissingExtra("train") from error
    return Trained(options.model)
