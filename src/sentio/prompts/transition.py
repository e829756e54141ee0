"""The prompt that asks for words in an emotion that was chosen before, by somebody of a known personality.

After the idea of Wen et al., "Automatically Select Emotion for Response via Personality-affected Emotion Transition",
Findings of ACL 2021: the emotion is decided, then the response is made to show it. The paper makes no words; the
prompt is ours.

>>> print(instructions("Bo", "joy", "neutral", {"openness": 0.72}))
You are Bo in the conversation below. Write what Bo says next: one to three sentences, nothing else.
<BLANKLINE>
# Bo
openness 0.72 (high)
<BLANKLINE>
# The mood so far
Bo was calm, neither pleased nor displeased.
<BLANKLINE>
# The emotion now
Bo's words show joy. They show it by what is said and how, without naming it.
"""

from collections.abc import Mapping, Sequence

from sentio.prompts.lines import said
from sentio.prompts.message import Message

MOODS = {
    "neutral": "calm, neither pleased nor displeased",
    "joy": "pleased and lively",
    "surprise": "pleased and lively",
    "anger": "displeased and worked up",
    "disgust": "displeased and worked up",
    "fear": "displeased and worked up",
    "sadness": "displeased and low in spirits",
}
"""The mood each emotion belongs to, by the signs of valence and arousal (Wen et al., TOIS 2024), in our words."""

LOW, HIGH = 0.4, 0.6
"""Below and from these a trait of 0..1 is called low and high (our choice)."""


def messages(
    name: str, emotion: str, before: str, persona: Mapping[str, float | str], lines: Sequence[str]
) -> tuple[Message, ...]:
    """What is asked: `name` answers with `emotion`, having felt `before`, after these lines of the conversation."""
    spoken = "\n".join(lines) or "(nobody has spoken yet)"
    asked = f"# Conversation\n{spoken}\n\nWhat does {name} say next?"
    return Message("system", instructions(name, emotion, before, persona)), Message("user", asked)


def instructions(name: str, emotion: str, before: str, persona: Mapping[str, float | str]) -> str:
    """The prompt without the conversation: what a reply must not repeat."""
    known = "; ".join(_trait(trait, value) for trait, value in persona.items()) or "nothing is known"
    mood = MOODS.get(before)
    return "\n\n".join(
        (
            f"You are {name} in the conversation below. Write what {name} says next: one to three sentences, "
            "nothing else.",
            f"# {name}\n{known}",
            *((f"# The mood so far\n{name} was {mood}.",) if mood else ()),
            f"# The emotion now\n{name}'s words show {emotion}. They show it by what is said and how, without "
            "naming it.",
        )
    )


def _trait(name: str, value: float | str) -> str:
    """A trait in a line; a profile's words are on one line, or they would look like headings.

    >>> _trait("neuroticism", 0.1), _trait("age", "over sixty")
    ('neuroticism 0.1 (low)', 'age over sixty')
    """
    if isinstance(value, str):
        return f"{name} {said(value)}"
    degree = "low" if value < LOW else "high" if value >= HIGH else "middling"
    return f"{name} {value:g} ({degree})" if 0 <= value <= 1 else f"{name} {value:g}"
