"""A reply in character: conditioned on who speaks, the emotion it is to show, and its dialogue act.

Chen et al., "CPED: A Large-Scale Chinese Personalized and Emotional Dialogue Dataset for Conversational AI", arXiv
2205.14727. The paper trains a Chinese GPT on control tokens; its package cannot be imported as released. Here a
language model of today is given the same controls as explicit fields, the variant that the paper found best in
personification: a reconstruction of the conditions, not of the network.

>>> from sentio.conversation import Utterance
>>> from sentio.responses.base import NextTurn
>>> bo = load(Options(llm="scripted/always=没事，我帮你找。", emotion="relaxed", act="comfort"))
>>> chat = Conversation(id="c", utterances=(Utterance(id="0", speaker="韩梅", text="我的钥匙不见了！"),))
>>> next(bo.respond([NextTurn(chat, "李雷")])).text
'没事，我帮你找。'
"""

from collections.abc import Iterable, Iterator, Mapping
from weakref import finalize

from pydantic import Field

from sentio import personality
from sentio.card import Card
from sentio.conversation import Conversation, Speaker
from sentio.errors import InputError, SentioError, UnknownName
from sentio.llms import flows
from sentio.llms.base import Answer, LanguageModel, Question, Sampling
from sentio.llms.options import Asking
from sentio.prompts import personalised as prompts
from sentio.responses import wording
from sentio.responses.base import NextTurn
from sentio.results import Reply

card = Card(
    title="Personalised reply (CPED)",
    summary="a language model in character: Big Five, gender, age, wanted emotion and dialogue act",
    paper="https://arxiv.org/abs/2205.14727",
    labels="cped13",
    reconstruction=True,
    method="frozen.zero",
)

SETS = {"emotion": prompts.EMOTIONS, "act": prompts.ACTS}
"""What can be wanted of a reply, and the labels of CPED for it."""

SAMPLING = Sampling(max_tokens=128)
"""Greedy, and room for two sentences. Our choice: the paper does not say how its replies are drawn."""


class Options(Asking):
    """What the replies are to show, where a turn does not say so itself, and who tells unknown traits."""

    emotion: str | None = Field(default=None, description="the emotion the reply shows, one of cped13; free by default")
    act: str | None = Field(default=None, description="its dialogue act, one of CPED's 19; free by default")
    personality: str | None = Field(
        default=None, description="a run folder of a system for personality: it tells traits that the profile does not"
    )


def load(options: Options) -> "Personalised":
    """The responder, ready to answer.

    Raises `UnknownName` with the nearest label for one that CPED has not, `SentioError` where no model is named,
    `LanguageModelError` where it cannot be opened.
    """
    given = {"emotion": options.emotion, "act": options.act}
    wanted = _checked({name: label for name, label in given.items() if label is not None})
    profiler = None if options.personality is None else personality.load(options.personality)
    return Personalised(options.opened("personalised"), wanted, profiler)


class Personalised:
    """Replies in character. `wanted` are labels by the keys of `SETS`, `profiler` tells traits that are not known."""

    def __init__(
        self, model: LanguageModel, wanted: Mapping[str, str], profiler: personality.Profiler | None = None
    ) -> None:
        self._model, self._wanted, self._profiler = model, wanted, profiler
        finalize(self, model.close)  # nobody closes a responder: what it holds open goes with it

    @property
    def conditions(self) -> Mapping[str, str]:
        """What CPED's task of replies gives: the emotion and the dialogue act of every turn (its paper, task PEC)."""
        return {"emotion": "emotion", "act": "dialogue act"}

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        """See `Responder.respond`."""
        yield from flows.run(self._model, map(self._reply, turns))

    def _reply(self, turn: NextTurn) -> flows.Flow[Reply]:
        """Ask for the words; what cannot be asked at all is a reply with an error."""
        try:
            wanted = {**self._wanted, **_checked({name: turn.wanted[name] for name in SETS if name in turn.wanted})}
            persona = persona_of(self._told(turn).profiles.get(turn.speaker))
        except SentioError as refused:
            return Reply(speaker=turn.speaker, text="", error=str(refused))
        emotion, act = wanted.get("emotion"), wanted.get("act")
        levels = {
            name: value if isinstance(value, str) else personality.level(value) for name, value in persona.items()
        }
        asked = prompts.prompt(turn.conversation, turn.speaker, levels, emotion=emotion, act=act, felt=turn.felt)
        text, calls, error, fell_back = yield from self._spoken(turn, asked)
        return Reply(
            speaker=turn.speaker,
            text=text,
            emotion=emotion,
            act=act,
            persona=persona,
            fallbacks=("text",) if fell_back else (),
            calls=calls,
            error=error,
        )

    def _spoken(
        self, turn: NextTurn, asked: prompts.PersonalisedPrompt
    ) -> flows.Flow[tuple[str, int, str | None, bool]]:
        """The words, how often was asked for them, why there are none, and whether a rule has given them."""
        question = Question(turn.conversation.id, asked.messages, sampling=SAMPLING)
        forbidden = f"{asked.instructions}\n{asked.question}"

        def read(answer: Answer) -> str | None:
            return wording.read_reply(answer, turn.speaker, forbidden)

        correction = wording.correction(turn.conversation)
        (text, answer), calls = yield from flows.counted(flows.settled(question, read, correction))
        if text is not None:
            return text, calls, None, False
        if answer.error:
            return "", calls, answer.error, False
        return wording.fallback(turn.conversation), calls, None, True

    def _told(self, turn: NextTurn) -> Conversation:
        """The conversation, with traits recognised from what the speaker has said where they are not known."""
        if self._profiler is None or turn.speaker not in turn.conversation.speakers:
            return turn.conversation
        known = turn.conversation.profiles.get(turn.speaker)
        if known is not None and set(personality.TRAITS) <= set(known.traits):
            return turn.conversation
        return next(personality.profiled(self._profiler, [turn.conversation]))


def persona_of(speaker: Speaker | None) -> dict[str, float | str]:
    """What is known of a person, by the keys of `prompts.PERSONA`, in their order.

    A trait is high, low, or a number 0..1 that counts as high from 0.5 on; "unknown" is left out, and so is what
    CPED's persona has no field for. Raises `InputError` for any other trait.

    >>> persona_of(Speaker(name="Bo", gender="male", traits={"openness": 0.7, "age": "young", "height": 1.8}))
    {'gender': 'male', 'age': 'young', 'openness': 0.7}
    """
    if speaker is None:
        return {}
    told: dict[str, float | str | None] = {**speaker.traits, "gender": speaker.gender}
    known = {name: value for name in prompts.PERSONA if (value := told.get(name)) not in (None, "", "unknown")}
    for name in personality.TRAITS:
        value = known.get(name, "low")
        if value not in personality.LEVELS and not (isinstance(value, float) and 0 <= value <= 1):
            raise InputError(f"{speaker.name!r} has the {name} {value!r}: write high, low, or a number from 0 to 1")
    return {name: value for name, value in known.items() if value is not None}


def _checked(wanted: Mapping[str, str]) -> dict[str, str]:
    """Labels of CPED; raises `UnknownName` with the nearest for any other."""
    for name, label in wanted.items():
        if label not in SETS[name]:
            raise UnknownName({"emotion": "emotion", "act": "dialogue act"}[name], label, SETS[name])
    return dict(wanted)
