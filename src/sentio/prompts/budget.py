"""Prompts that keep within a number of tokens: the context goes first, the question never."""

from collections.abc import Callable
from itertools import chain

from sentio.errors import InputError
from sentio.prompts.erc import ErcPrompt


def fitted(prompt: ErcPrompt, budget: int, count: Callable[[str], int]) -> ErcPrompt:
    """The longest version of the prompt within `budget` tokens; what goes first, `ErcPrompt.shorter` says.

    `count` tells the tokens of a text. What the chat template adds and the answer are not counted here: take them
    off the budget. Raises `InputError` where target, task, labels and question alone are too long.

    >>> from sentio.prompts.parts import Insight
    >>> long = ErcPrompt(("Ada: Well?", "Bo: Hm."), "Ada: Say it.", (), "Ada", "Say it.", Insight(), (), ("joy",))
    >>> fitted(long, 59, lambda text: len(text.split())).before
    ('Bo: Hm.',)
    """
    for version in chain([prompt], prompt.shorter()):
        needed = sum(count(message.content) for message in version.messages)
        if needed <= budget:
            return version
    raise InputError(f"{prompt.text[:40]!r} needs {needed} tokens without any context, {budget} are allowed")
