"""What a model's words mean: a label, or JSON of a schema.

The order of specs/llm-runtime.md: strip the thinking, strict JSON, JSON in a fence or among words, a label between
word boundaries, invalid. Two labels are no label: nobody knows which was meant.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from sentio.llms.base import Json

THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
FENCE = re.compile(r"```[a-zA-Z]*\s*(.*?)```", re.DOTALL)
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
DECODER = json.JSONDecoder(strict=False)  # models put raw line ends into strings


def spoken(text: str) -> str:
    """The answer without the model's thinking. Thinking that never ends leaves no answer.

    >>> spoken("<think>sad?</think> happy")
    'happy'
    """
    before, closed, after = text.rpartition("</think>")
    if closed and "<think>" not in before:  # a template that opens the thinking itself leaves only its end
        return after.strip()
    return THINKING.sub("", text).strip()


def parse_json(text: str) -> Json | None:
    """The JSON object in a model's words, None where there is none; a trailing comma is forgiven.

    >>> parse_json('Sure! ```json\\n{"Emotion": "joy",}\\n```')
    {'Emotion': 'joy'}
    """
    said = spoken(text)
    for candidate in (text, said, *FENCE.findall(said)):  # what is JSON as a whole may quote anything
        if (value := _object(candidate)) is not None:
            return value
    return next(chain(_embedded(said), _embedded(TRAILING_COMMA.sub(r"\1", said))), None)


def parse_label(text: str, choices: Sequence[str]) -> str | None:
    """The one label of `choices` that is in a model's words, None where there is none or more than one.

    >>> parse_label("The emotion is Joy.", ("joy", "anger"))
    'joy'
    >>> parse_label("I know the answer", ("yes", "no")) is None
    True
    >>> parse_label("not sad but happy", ("sad", "happy")) is None
    True
    """
    said = spoken(text)
    value = parse_json(said)
    if value is not None and len(value) == 1:
        said = str(next(iter(value.values())))
    known = {choice.casefold(): choice for choice in choices}
    if plain := known.get(said.strip(" \t\n\"'`*.:!").casefold()):
        return plain
    # The longest first: "very happy" is not "happy".
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    found = {known[match.casefold()] for match in re.findall(rf"(?<!\w)(?:{names})(?!\w)", said.casefold())}
    return found.pop() if len(found) == 1 else None


def fault(value: Json, schema: Json) -> str | None:
    """What is wrong with a value by a JSON schema, in one line; None where it fits.

    >>> fault({"mood": 3}, {"type": "object", "properties": {"mood": {"type": "string"}}})
    "mood: 3 is not of type 'string'"
    """
    from jsonschema.validators import validator_for

    error = next(iter(validator_for(schema)(schema).iter_errors(value)), None)
    if error is None:
        return None
    place = ".".join(str(step) for step in error.absolute_path)
    return " ".join(f"{place}: {error.message}".removeprefix(": ").split())


def _object(text: str) -> Json | None:
    for candidate in (text, TRAILING_COMMA.sub(r"\1", text)):
        try:
            value = DECODER.decode(candidate)
        except (ValueError, RecursionError):  # a model may also write ten thousand brackets
            continue
        return value if isinstance(value, dict) else None
    return None


def _embedded(text: str) -> Iterator[Json]:
    """Objects that stand among words, the outermost first."""
    start = text.find("{")
    while start >= 0:
        try:
            value, end = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield value
        start = text.find("{", end)
