"""The prompts of emotional support: which of eight strategies comes next, and the words under it.

The strategies are those of ESConv (Liu et al., ACL 2021); the ways of choosing those that Kang et al. compare, "Can
Large Language Models be Good Emotional Supporter?", ACL 2024. Neither prints its prompts in full: the words are ours.

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="c", utterances=(Utterance(id="0", speaker="Ada", text="I failed the exam."),))
>>> print(choice(scene(chat, "Bo"))[1].content)
The conversation so far:
Ada: I failed the exam.
<BLANKLINE>
Which strategy should Bo use in the next turn? Answer with the name of one strategy alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sentio.conversation import Conversation
from sentio.prompts.lines import latest, lines, names, said
from sentio.prompts.message import Message

STRATEGIES = {
    "question": "ask about the problem or how the other feels, openly enough that they can tell more",
    "restatement or paraphrasing": "say in fewer or clearer words what the other has just told",
    "reflection of feelings": "name what the other seems to feel, and let them correct it",
    "self-disclosure": "tell a like experience or feeling of one's own, in short, to show that one understands",
    "affirmation and reassurance": "point to strengths and to what has been done well, encourage, give hope",
    "providing suggestions": "offer ways to deal with the situation, without giving orders",
    "information": "give facts, sources or other knowledge that helps with the problem",
    "others": "greet, thank, say goodbye, or what else belongs to none of these",
}
"""The eight strategies in their canonical order (released code), each with what it means, in our words."""

FEELINGS = (
    "sadness", "depression", "anxiety", "fear", "nervousness", "anger", "disgust", "shame",
    "relief", "joy", "neutral",
)  # fmt: skip
"""What the one who is supported may feel: the emotion types of ESConv's splits, and ours for when it gets better."""

ROOM = 3_000
"""Tokens of conversation that are shown, counted as a third of the bytes: two hours of chat, less than any model
reads. The oldest turns go first."""

RELATIONS = {
    "xReact": "feels",
    "xIntent": "wanted",
    "xNeed": "needed before",
    "xWant": "wants now",
    "xEffect": "as a result",
}
"""Relations of COMET (Bosselut et al., ACL 2019) about the last turn of the one who is supported, as we say them."""

CHOOSE_AGAIN = "Answer with the name of one of the strategies, exactly as it is listed, and nothing else."


@dataclass(frozen=True)
class Scene:
    """What is shown of a conversation: its last turns as lines, by whom the next one is, and what is known besides.

    `facts` are told as they are named ("situation"), `inferred` are lines of commonsense about the last turn.
    """

    turns: tuple[str, ...]
    supporter: str
    seeker: str
    facts: Mapping[str, str]
    inferred: tuple[str, ...]

    @property
    def text(self) -> str:
        """The part of a prompt that tells about the conversation."""
        known = [f"{name.replace('_', ' ')}: {said(value)}" for name, value in self.facts.items()]
        parts = [
            f"Known beforehand about {self.seeker}:\n" + "\n".join(known) if known else "",
            "The conversation so far:\n" + "\n".join(self.turns or ("(nothing has been said yet)",)),
            "What the last words suggest:\n" + "\n".join(self.inferred) if self.inferred else "",
        ]
        return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True)
class Shown:
    """An example: a short exchange, and the strategy that comes next."""

    turns: tuple[str, ...]
    strategy: str


def scene(
    conversation: Conversation,
    supporter: str,
    facts: Mapping[str, str] | None = None,
    inferred: Mapping[str, Sequence[str]] | None = None,
) -> Scene:
    """What is shown before a turn of `supporter`; `inferred` are texts by relation, those of `RELATIONS` are shown."""
    shown = names(conversation)
    others = [u.speaker for u in conversation.utterances if u.speaker != supporter]
    seeker = shown[others[-1]] if others else "the other"
    turns = lines(conversation.utterances[-ROOM:], shown)
    return Scene(
        turns=latest(turns, ROOM, lambda text: len(text.encode()) // 3 + 1),
        supporter=shown.get(supporter) or said(supporter),
        seeker=seeker,
        facts=dict(facts or {}),
        inferred=tuple(
            f"{seeker} {RELATIONS[relation]}: {'; '.join(map(said, texts))}"
            for relation, texts in (inferred or {}).items()
            if relation in RELATIONS and texts
        ),
    )


def choice(scene: Scene, examples: Sequence[Shown] = ()) -> tuple[Message, ...]:
    """Which strategy comes next; the answer is the bare name. With examples the name is shown in use."""
    system = f"{_task(scene)}\n\n{_listed()}"
    if examples:
        shown = ("\n".join((*one.turns, f"→ {one.strategy}")) for one in examples)
        system += "\n\nExamples from other conversations:\n\n" + "\n\n".join(shown)
    return Message("system", system), Message("user", f"{scene.text}\n\n{_asked(scene)}")


def refined(before: Sequence[Message], first: str, critique: str | None = None) -> tuple[Message, ...]:
    """The choice once more, after a first one (Direct-Refine) and, where given, a critique of it (Self-Refine)."""
    told = (*before, Message("assistant", first))
    if critique is not None:
        told = (*criticised(before, first), Message("assistant", said(critique)))
    asked = (
        "Considering this, which strategy should it be in the end: the same, or a better one? "
        "Answer with the name of one strategy alone."
    )
    return (*told, Message("user", asked))


def criticised(before: Sequence[Message], first: str) -> tuple[Message, ...]:
    """What speaks for and against a first choice, in at most 60 words."""
    asked = (
        f'What speaks for "{first}" at this point, what against it, and has it been used too often already? '
        "Answer in at most 60 words."
    )
    return (*before, Message("assistant", first), Message("user", asked))


def feeling(scene: Scene) -> tuple[Message, ...]:
    """What the one who is supported feels and why: the first step of Emotional-CoT. The answer is JSON."""
    asked = (
        f"What does {scene.seeker} feel now, and what is it about? Answer with a JSON object: "
        f'"feels" is one of {", ".join(FEELINGS)}; "because" is one short sentence.'
    )
    system = "You read conversations in which one side seeks emotional support, and judge what that side feels."
    return Message("system", system), Message("user", f"{scene.text}\n\n{asked}")


FEELING_SCHEMA = {
    "type": "object",
    "properties": {"feels": {"enum": list(FEELINGS)}, "because": {"type": "string", "maxLength": 400}},
    "required": ["feels", "because"],
    "additionalProperties": False,
}


def choice_by_feeling(scene: Scene, feels: str, because: str) -> tuple[Message, ...]:
    """Which strategy comes next, after what the other feels has been judged."""
    system, _ = choice(scene)
    told = f"{scene.seeker} feels {feels}: {said(because)}"
    return system, Message("user", f"{scene.text}\n\n{told}\n\n{_asked(scene)}")


def reply(scene: Scene, strategy: str, stage: str, feels: str | None = None) -> tuple[Message, ...]:
    """The words of the next turn under a strategy, and what the other feels. The answer is JSON of `REPLY_SCHEMA`."""
    system = (
        f"{_task(scene)} The support has got to the stage of {stage}. In this turn {scene.supporter} uses the strategy "
        f'"{strategy}": {STRATEGIES[strategy]}.\n\n'
        "Keep it to one to three sentences, in the language of the conversation, warm and specific to what was said. "
        "Promise nothing, diagnose nothing."
    )
    known = f"\n\n{scene.seeker} feels {feels}." if feels else ""
    asked = (
        f'Answer with a JSON object: "feels" is what {scene.seeker} feels now, one of {", ".join(FEELINGS)}; '
        f'"reply" is what {scene.supporter} says next, the words alone.'
    )
    return Message("system", system), Message("user", f"{scene.text}{known}\n\n{asked}")


REPLY_SCHEMA = {
    "type": "object",
    "properties": {"feels": {"enum": list(FEELINGS)}, "reply": {"type": "string", "minLength": 1, "maxLength": 1_200}},
    "required": ["feels", "reply"],
    "additionalProperties": False,
}


def instructions(messages: Sequence[Message], scene: Scene) -> str:
    """The prompt without the conversation: what a reply must not repeat."""
    return "\n".join(message.content.replace(scene.text, "") for message in messages)


def _task(scene: Scene) -> str:
    return (
        f"{scene.supporter} gives emotional support to {scene.seeker} in a conversation: first finds out what is the "
        "matter, then comforts, then helps to act."
    )


def _asked(scene: Scene) -> str:
    return f"Which strategy should {scene.supporter} use in the next turn? Answer with the name of one strategy alone."


def _listed() -> str:
    return "The strategies:\n" + "\n".join(f"- {name}: {meaning}" for name, meaning in STRATEGIES.items())


EXAMPLES = (
    Shown(("Ines: Hi.", "Paul: Hello Ines. I am glad you are here.", "Ines: It was a terrible week."), "question"),
    Shown(
        ("Ines: They moved my desk, then my projects, and now nobody copies me in.",),
        "restatement or paraphrasing",
    ),
    Shown(
        ("Paul: Did he say why?", "Ines: No. Four years, and he left a note on the fridge."), "reflection of feelings"
    ),
    Shown(("Ines: I start at the new school on Monday and know nobody there.",), "self-disclosure"),
    Shown(
        ("Ines: I did send the application after all.", "Ines: But who would take somebody like me?"),
        "affirmation and reassurance",
    ),
    Shown(("Ines: I lie awake until three, every night.", "Ines: What can I do?"), "providing suggestions"),
    Shown(("Ines: Can they simply stop paying me while I am ill?",), "information"),
    Shown(("Ines: I have to go, my bus is here. This did me good.",), "others"),
)
"""One example a strategy, invented for sentio: no corpus is needed to show some, and none can leak."""
