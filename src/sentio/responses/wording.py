"""What of a model's words is the reply, and what is said where there is none."""

import re
from collections.abc import Iterator

from sentio.llms.answers import spoken
from sentio.llms.base import Answer

CORRECTION = "Write only what is said next, in the speaker's own words: no name before it, no explanation, no quotes."
"""What a model is told whose first words were no reply."""

FALLBACK = "I hear you. Do you want to tell me more about it?"
"""What is said where a model gives nothing usable twice; `Reply.fallbacks` then names "text"."""

RUN = 6
"""So many words in a row of the instructions are no coincidence: the model repeats its prompt. Our choice."""

QUOTES = (('"', '"'), ("“", "”"), ("「", "」"))


def read_reply(answer: Answer, speaker: str, instructions: str) -> str | None:
    """The reply in a model's words; None where there is none, or where it repeats the `instructions`.

    Thinking, the speaker's name before the words and quotation marks around them are taken off. Words of the
    conversation may come back: `instructions` are the prompt without it.

    >>> from sentio.llms.base import Question
    >>> read_reply(Answer(Question("q", ()), text='Bo: "Come in, it is cold."'), "Bo", "Say what Bo says next.")
    'Come in, it is cold.'
    """
    if answer.error:
        return None
    text = re.sub(rf"\A\W*{re.escape(speaker)}\W*[:：]\s*", "", spoken(answer.text)).strip()
    for first, last in QUOTES:
        if len(text) > 1 and text.startswith(first) and text.endswith(last) and last not in text[1:-1]:
            text = text[1:-1].strip()
    if not text or not set(_runs(text)).isdisjoint(_runs(instructions)):
        return None
    return text


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every `RUN` words in a row; of Chinese each character is a word."""
    words = re.findall(r"[\u3400-\u9fff]|\w+", text.casefold())
    return zip(*(words[start:] for start in range(RUN)), strict=False)
