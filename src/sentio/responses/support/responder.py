"""`Support`: turns to come in, a strategy and the words under it out, as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import tee
from pathlib import Path
from typing import TypeVar, cast
from weakref import finalize

from sentio import loading
from sentio.errors import LanguageModelError, SentioError
from sentio.llms import LanguageModel, Tally
from sentio.llms.base import Answer, Question
from sentio.llms.flows import Flow, counted, run, settled
from sentio.prompts import support as prompts
from sentio.prompts.support import Scene
from sentio.responses.base import Deciding, Decision, NextTurn
from sentio.responses.support import Options, background, selectors
from sentio.responses.support.background import Background
from sentio.responses.support.selectors import STRATEGIES, Chosen
from sentio.responses.support.stage import DEFAULT, stage
from sentio.responses.wording import correction, fallback, read_reply
from sentio.results import Reply

Result = TypeVar("Result")

ASKED_NOBODY = ("planner", "random", "gold")
"""Selectors that need no language model."""

WORDLESS = "the strategy alone: words need a language model, name one with --llm (openai/MODEL@URL, hf/PATH)"
UNTOLD = 'no strategy is given: tell it as wanted["strategy"], or choose another --selector'


class Support:
    """A responder that chooses a strategy first. `model` is None where there is none: then it has no words.

    `tally` counts the questions asked and the answers that were no label or no JSON at first.
    """

    decides = "strategy"
    choices = STRATEGIES

    def __init__(
        self, options: Options, model: LanguageModel | None, planner: Deciding | None, known: Background
    ) -> None:
        self.model, self.tally = model, Tally()
        self._options, self._planner, self._known = options, planner, known
        self._fallbacks = 0
        if model is not None:
            finalize(self, model.close)  # nobody closes a responder

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        """See `Responder.respond`."""
        flows = (counted(self._replied(turn, chosen)) for turn, chosen in self._prepared(turns))
        if self.model is None:
            yield from (_without_questions(flow)[0] for flow in flows)
            return
        for reply, calls in run(self.model, flows, tally=self.tally):
            yield reply.model_copy(update={"calls": calls})

    def decide(self, turns: Iterable[NextTurn]) -> Iterator[Decision]:
        """See `Deciding.decide`. A label that is none of the eight in two attempts is "", and counts as wrong.

        Raises `LanguageModelError` where a question stays without an answer, `SentioError` where whoever asks was to
        tell the strategy and did not: no label is made up.
        """
        flows = (self._decided(turn, chosen) for turn, chosen in self._prepared(turns))
        found = map(_without_questions, flows) if self.model is None else run(self.model, flows, tally=self.tally)
        for chosen in found:
            if chosen.failed is not None:
                raise (SentioError if self.model is None else LanguageModelError)(chosen.failed)
            self._fallbacks += chosen.strategy is None
            yield Decision(chosen.strategy or "", chosen.probabilities)

    def remarks(self) -> Iterator[str]:
        """How often the model's own words were no strategy or no JSON."""
        if self.tally.invalid:
            share = f"{self.tally.invalid} of {self.tally.asked} answers"
            yield f"{share} were no label or no JSON at first ({100 * self.tally.invalid_rate:.1f} %)"
        if self._fallbacks:
            yield f"{self._fallbacks} strategies were none of the eight in two attempts: counted as wrong"

    def _prepared(self, turns: Iterable[NextTurn]) -> Iterator[tuple[NextTurn, Chosen | None]]:
        """Each turn with its strategy where that takes no language model."""
        first, second = tee(turns)
        planned: Iterator[Decision] | None = None
        if self._planner is not None:
            planned = self._planner.decide(first)
        for turn in second:
            decision = None if planned is None else next(planned)
            yield turn, self._given(turn, decision)

    def _given(self, turn: NextTurn, decision: Decision | None) -> Chosen | None:
        if "strategy" in turn.wanted:
            wanted = turn.wanted["strategy"]
            if wanted not in STRATEGIES:
                return Chosen(None, failed=f"{wanted!r} is no strategy of support: {', '.join(STRATEGIES)}")
            return Chosen(wanted)
        if decision is not None:
            return Chosen(decision.label, decision.probabilities)
        match self._options.selector:
            case "random":
                shares = (1 / len(STRATEGIES),) * len(STRATEGIES)
                return Chosen(selectors.dice(turn, self._options.seed).choice(STRATEGIES), shares)
            case "gold":
                return Chosen(None, failed=UNTOLD)
        return None

    def _scene(self, turn: NextTurn) -> Scene:
        facts, inferred = self._known.facts_of(turn), self._known.inferred_of(turn)
        return prompts.scene(turn.conversation, turn.speaker, facts, inferred)

    def _decided(self, turn: NextTurn, given: Chosen | None) -> Flow[Chosen]:
        return given if given is not None else (yield from self._asked(turn, self._scene(turn)))

    def _asked(self, turn: NextTurn, scene: Scene) -> Flow[Chosen]:
        match self._options.selector:
            case "few-shot":
                examples = selectors.drawn(turn, self._options.seed, self._options.examples)
                return selectors.zero_shot(scene, examples)
            case "direct-refine":
                return selectors.direct_refine(scene)
            case "self-refine":
                return selectors.self_refine(scene)
            case "emotional-cot":
                return selectors.emotional_cot(scene)
        return selectors.zero_shot(scene)

    def _replied(self, turn: NextTurn, given: Chosen | None) -> Flow[Reply]:
        said = turn.conversation.utterances
        where = stage(said, turn.speaker)
        scene = self._scene(turn)
        chosen = given if given is not None else (yield from self._asked(turn, scene))
        if chosen.failed is not None:
            return Reply(speaker=turn.speaker, text="", stage=where, error=chosen.failed)
        strategy = chosen.strategy or DEFAULT[where]
        feels = turn.felt.get(said[-1].id) if said and said[-1].speaker != turn.speaker else None
        base = Reply(
            speaker=turn.speaker, text="", strategy=strategy, stage=where, feels=feels or chosen.feels,
            fallbacks=tuple(part for part in chosen.unread if part == "strategy"),
        )  # fmt: skip
        if self.model is None:
            return base.model_copy(update={"error": WORDLESS})
        return (yield from _worded(turn, scene, base))


def _worded(turn: NextTurn, scene: Scene, base: Reply) -> Flow[Reply]:
    """The words under the strategy of `base`, and what the other feels where that is not known yet."""
    assert base.strategy is not None
    assert base.stage is not None
    messages = prompts.reply(scene, base.strategy, base.stage, base.feels)
    instructions = prompts.instructions(messages, scene)

    def read(answer: Answer) -> tuple[str, str | None] | None:
        feels, words = _parts(answer)
        text = read_reply(replace(answer, text=words, error=None), turn.speaker, instructions)
        return None if text is None else (text, feels)

    question = Question("reply", messages, schema=prompts.REPLY_SCHEMA)
    told_again = f"{correction(turn.conversation)} Keep to the form of the answer."
    found, answer = yield from settled(question, read, told_again)
    if found is None and answer.error and answer.valid:
        return base.model_copy(update={"error": answer.error})
    text, told = found or (fallback(turn.conversation), None)
    feels = base.feels or told
    lost = (*base.fallbacks, *(() if feels else ("feels",)), *(() if found else ("text",)))
    return base.model_copy(update={"text": text, "feels": feels, "fallbacks": lost})


def _parts(answer: Answer) -> tuple[str | None, str]:
    """What the other feels and the words; a model that writes the words alone, and no JSON, has replied, too."""
    if answer.value is not None:
        return str(answer.value["feels"]), str(answer.value["reply"])
    return None, "" if "{" in answer.text else answer.text


def _without_questions(flow: Flow[Result]) -> Result:
    """What a flow returns that has nothing to ask."""
    try:
        next(flow)
    except StopIteration as end:
        return cast(Result, end.value)
    raise AssertionError("a selector that needs no model has asked one")


def opened(options: Options) -> Support:
    """The responder that the options describe."""
    selector = options.selector
    if options.planner is not None and selector not in ("zero-shot", "planner"):
        raise SentioError(f"--planner chooses the strategy, and so does --selector {selector}: name one of them")
    if options.planner is None and selector == "planner":
        raise SentioError("--selector planner: name a trained one with --planner runs/strategy-planner")
    planner = None if options.planner is None else _planner(options.planner)
    chooses = planner is not None or selector in ASKED_NOBODY
    model = None if options.llm is None and chooses else options.opened("support")
    return Support(options, model, planner, background.read(options.background) if options.background else Background())


def _planner(run_folder: Path) -> Deciding:
    """The system of the run folder; raises `SentioError` where it does not decide strategies."""
    found = loading.load("responses", str(run_folder), {})
    if not isinstance(found, Deciding) or found.decides != "strategy" or tuple(found.choices) != STRATEGIES:
        raise SentioError(f"{run_folder} is no planner of support strategies")
    return found
