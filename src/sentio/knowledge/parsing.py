"""The texts of a model's answer: its JSON, repaired where need be, else what stands behind each key."""

import re
from collections.abc import Sequence

from sentio.llms.answers import parse_json, spoken


def texts(answer: str, keys: Sequence[str]) -> tuple[str, ...] | None:
    """One text a key, without line ends; None where a key has none. Thinking aloud is no answer (released code).

    >>> texts('{"Response": "He waits."}', ["Response"])
    ('He waits.',)
    >>> texts('Sure:\\n```json\\n{"Response": "He waits.",}\\n```', ["Response"])
    ('He waits.',)
    >>> texts('{"Response": "He says "later" and waits', ["Response"])
    ('He says "later" and waits',)
    >>> texts("I would rather not say.", ["Response"]) is None
    True
    """
    try:
        value = parse_json(answer)
    except RecursionError:  # a model that says "[" for ever
        return None
    found = None if value is None else whole([value.get(key) for key in keys])
    return found or _behind_keys(spoken(answer), keys)


def whole(found: Sequence[object]) -> tuple[str, ...] | None:
    """The texts on one line each, where every one is a text and says something."""
    said = tuple(" ".join(text.split()) for text in found if isinstance(text, str))
    return said if len(said) == len(found) and all(said) else None


def _behind_keys(answer: str, keys: Sequence[str]) -> tuple[str, ...] | None:
    """What stands behind each key up to the next one, or to the end, without quotes and braces around it."""
    stops = rf"[\"'*,\s]*(?:{'|'.join(map(re.escape, keys))})[\"'*]*\s*[:=]"
    found: list[object] = []
    for key in keys:
        behind = re.search(rf"{re.escape(key)}[\"'*]*\s*[:=]\s*(.*?)(?={stops}|\Z)", answer, re.DOTALL)
        found.append(_bare(behind[1]) if behind else None)
    return whole(found)


def _bare(text: str) -> str:
    text = text.replace("```", "").strip(" \t\r\n{},*")
    for quote in ('"', "'"):
        if text.startswith(quote):
            text = text.removeprefix(quote).removesuffix(quote)
            break
    return text.replace('\\"', '"').replace("\\n", " ")
