"""How a language model is asked which of two replies is better.

Our words; the two orders and the warning against length follow Zheng et al., "Judging LLM-as-a-Judge", NeurIPS 2023,
sections 3.3 and 3.4.
"""

from collections.abc import Sequence
from typing import Literal

from sentio.prompts.message import Message

Choice = Literal["first", "second", "equal"]
CHOICES: tuple[Choice, ...] = ("first", "second", "equal")

INSTRUCTIONS = (
    "You compare two replies that could come next in a conversation. Better is the one that shows more understanding "
    "of what the other person feels and why, fits what was said, and sounds like somebody speaking. Length is no "
    "merit. The order of the two is random."
)


def judging(lines: Sequence[str], speaker: str, first: str, second: str) -> tuple[Message, ...]:
    """The question, answered by one of `CHOICES`; `lines` are the conversation so far.

    >>> print(judging(["Ada: I failed."], "Bo", "Oh no.", "So what?")[1].content)
    Conversation:
    Ada: I failed.
    <BLANKLINE>
    First reply of Bo: Oh no.
    Second reply of Bo: So what?
    <BLANKLINE>
    Which reply is better? Answer with one word: first, second or equal.
    """
    asked = (
        "Conversation:\n" + "\n".join(lines) + "\n\n"
        f"First reply of {speaker}: {first}\nSecond reply of {speaker}: {second}\n\n"
        "Which reply is better? Answer with one word: first, second or equal."
    )
    return Message("system", INSTRUCTIONS), Message("user", asked)
