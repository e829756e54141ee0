"""What of a model's words is the reply, and what is said where there is none."""

import re
from collections.abc import Iterator

from sentio.conversation import Conversation
from sentio.llms.answers import spoken
from sentio.llms.base import Answer
from sentio.prompts.lines import is_chinese

CORRECTION = "Write only what is said next, in the speaker's own words: no name before it, no explanation, no quotes."
"""What a model is told whose first words were no reply."""

FALLBACK = "I hear you. Do you want to tell me more about it?"
"""What is said where a model gives nothing usable twice; `Reply.fallbacks` then names "text"."""

CHINESE_CORRECTION = "只写这个人接下来说的话：不要写名字，不要解释，不要加引号。"
"""`CORRECTION` in Chinese conversations."""

CHINESE_FALLBACK = "我在听，你愿意再多说一点吗？"
"""`FALLBACK` in Chinese conversations."""

RUN = 6
"""So many words in a row of the instructions are no coincidence: the model repeats its prompt. Our choice."""

QUOTES = (('"', '"'), ("“", "”"), ("「", "」"))


def correction(conversation: Conversation) -> str:
    """`CORRECTION` in the conversation's language, where that is Chinese."""
    return CHINESE_CORRECTION if is_chinese(conversation) else CORRECTION


def fallback(conversation: Conversation) -> str:
    """`FALLBACK` in the conversation's language, where that is Chinese."""
    return CHINESE_FALLBACK if is_chinese(conversation) else FALLBACK


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
