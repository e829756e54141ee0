"""The prompt that asks for the emotion of one utterance: five components and a question.

Li et al., "Do LLMs Feel?", AAAI 2026: instruction, historical content, external knowledge, demonstrations and label
statement in the system's message, in this order, the question in the user's; the answer is the bare label.

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="kitchen", utterances=(
...     Utterance(id="0", speaker="Ada", text="Who ate my cake?"),
...     Utterance(id="1", speaker="Bo", text="Not me."),
... ))
>>> asked = prompt(chat, 1, ("neutral", "anger"), examples=[Example("I was asleep.", "neutral")])
>>> print(asked.messages[1].content)
Considering all of the above, which label fits what Bo feels when saying "Not me."? Answer with the label alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sentio.conversation import Conversation, Utterance
from sentio.prompts.fingerprint import fingerprint
from sentio.prompts.lines import lines, names, said
from sentio.prompts.message import Message
from sentio.prompts.parts import Example, Insight, Parts

TEMPLATE = "erc-1"
"""The name of this template; `wording` tells its versions apart."""

HEADINGS = (
    "# Task",
    "# Conversation",
    "# The speaker",
    "# The utterance, read closely",
    "# Similar utterances and their labels",
    "# Labels",
)
"""The headings in their order; each stands on a line of its own, once, or not at all."""

_TASK = (
    "You read conversations and judge what a speaker feels while saying one utterance. "
    "Choose from the labels below the single one that is most accurate for it."
)
SHARED_ORDER = (0, 5, 2, 1, 3, 4)
"""The order of `HEADINGS` in the layout "shared": what is the same for more prompts of a conversation stands before."""
STRIDE = 8
"""In the layout "shared" the context begins at every eighth utterance, up to seven before the window: where it began
one utterance later with each prompt, no two prompts would begin alike."""

_FAR = 50
"""Utterances on each side of the specimen's target: windows up to it are told apart."""
_DEFINITIONS = (
    " Explicit emotion is what the words and the tone show openly. "
    "Implicit emotion is what the speaker truly feels, even if it is left unsaid."
)


@dataclass(frozen=True)
class ErcPrompt:
    """One utterance to be judged and what is told about it.

    `before` and `after` are lines of context, `target` the line of the utterance, `name` and `text` its speaker
    and words. What the parts switch off, or what nobody wrote, is empty.
    """

    before: tuple[str, ...]
    target: str
    after: tuple[str, ...]
    name: str
    text: str
    insight: Insight
    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    official: bool = False
    shared: bool = False

    @property
    def messages(self) -> tuple[Message, ...]:
        """The system's and the user's message; the assistant's is the label."""
        sections = list(zip(HEADINGS, self._sections(), strict=True))
        if self.shared:
            sections = [sections[place] for place in SHARED_ORDER]
        system = "\n\n".join(f"{heading}\n{text}" for heading, text in sections if text)
        question = (
            f'Considering all of the above, which label fits what {self.name} feels when saying "{self.text}"? '
            "Answer with the label alone."
        )
        return Message("system", system), Message("user", question)

    def shorter(self) -> Iterator["ErcPrompt"]:
        """Ever shorter versions of this prompt; task, target, labels and question stay to the last.

        The utterance farthest from the target goes first, the older of two; then the least similar
        demonstration; then characteristics and interpretations, whose loss costs most (Table 4 of the paper).
        """
        prompt = self
        while prompt.before or prompt.after:
            if len(prompt.before) >= len(prompt.after):
                prompt = replace(prompt, before=prompt.before[1:])
            else:
                prompt = replace(prompt, after=prompt.after[:-1])
            yield prompt
        while prompt.examples:
            prompt = replace(prompt, examples=prompt.examples[:-1])
            yield prompt
        if prompt.insight.characteristics:
            prompt = replace(prompt, insight=replace(prompt.insight, characteristics=""))
            yield prompt
        if prompt.insight != Insight():
            yield replace(prompt, insight=Insight())

    def _sections(self) -> Iterator[str]:
        yield _TASK + _DEFINITIONS * self.official
        yield "\n".join((*self.before, self.target, *self.after))
        yield self.insight.characteristics
        yield "\n".join(self._readings())
        yield "\n".join(self._demonstrations())
        yield ", ".join(self.labels)

    def _readings(self) -> Iterator[str]:
        told = {"On the surface": self.insight.explicit, "Beneath it": self.insight.implicit}
        if any(told.values()):
            yield f'"{self.text}"'
        for what, text in told.items():
            if text:
                yield f"{what}: {text}"

    def _demonstrations(self) -> Iterator[str]:
        for number, example in enumerate(self.examples, start=1):
            note = _note(example) if self.official else ""
            yield f'{number}. "{said(example.text)}" → {example.label}{note}'


def prompt(
    conversation: Conversation,
    place: int,
    labels: Sequence[str],
    *,
    insight: Insight | None = None,
    examples: Sequence[Example] = (),
    parts: Parts | None = None,
    shown: Mapping[str, str] | None = None,
) -> ErcPrompt:
    """What is asked about the utterance at `place` (0 is the first of `conversation.utterances`).

    `labels` are the corpus's own words in its order, `examples` the most similar first. `shown` are the speakers'
    names, found by `lines.names` when None: give them where many utterances of a long conversation are asked about.
    """
    parts, insight = parts or Parts(), insight or Insight()
    utterances, target = conversation.utterances, conversation.utterances[place]
    shown = names(conversation) if shown is None else shown
    after = utterances[place + 1 : place + 1 + parts.window] if parts.symmetric else ()
    shared = parts.layout == "shared"
    first = max(place - parts.window, 0)
    return ErcPrompt(
        before=lines(utterances[first - first % STRIDE if shared else first : place], shown),
        target=lines((target,), shown)[0],
        after=lines(after, shown),
        name=shown[target.speaker],
        text=said(target.text),
        insight=_chosen(insight, parts),
        examples=tuple(examples) if parts.retrieval else (),
        labels=tuple(labels),
        official=parts.compat == "official",
        shared=shared,
    )


def wording(parts: Parts | None = None) -> str:
    """Name and hash of what these parts ask: a run folder stores it, for a model is tuned to one wording.

    >>> wording() == wording(Parts(window=5)), wording() == wording(Parts(window=3))
    (True, False)
    """
    turns = tuple(Utterance(id=str(k), speaker="Ada" if k % 2 else "Bo", text=f"text {k}") for k in range(2 * _FAR))
    specimen = prompt(
        Conversation(id="specimen", utterances=turns),
        _FAR,
        ("first", "second"),
        insight=Insight("explicit", "implicit", "characteristics"),
        examples=[Example("near", "first", "source", 0.5), Example("far", "second")],
        parts=parts,
    )
    return f"{TEMPLATE}/{fingerprint(specimen.messages)}"


def _chosen(insight: Insight, parts: Parts) -> Insight:
    """What the parts let through, on one line each: a model's line ends would look like headings."""
    return Insight(
        explicit=" ".join(insight.explicit.split()) if parts.interpretation else "",
        implicit=" ".join(insight.implicit.split()) if parts.interpretation else "",
        characteristics=" ".join(insight.characteristics.split()) if parts.speaker else "",
    )


def _note(example: Example) -> str:
    """Source and distance as released: the squared L2 distance of unit vectors, 2 - 2 cos, two decimals."""
    distance = "" if example.similarity is None else f"distance {2 - 2 * example.similarity:.2f}"
    told = ", ".join(filter(None, (example.source, distance)))
    return f" ({told})" if told else ""
