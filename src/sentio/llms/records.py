"""Questions and answers as JSON, and the key that tells two questions apart."""

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from sentio.llms.base import Answer, Json, Question

VERSION = 1
"""Changes when keys or records do; part of every key, so that an old cache is never misread."""


def key(question: Question, model: str = "") -> str:
    """The SHA-256 of all that decides the answer: messages, choices, schema, sampling, sample index, and the model.

    The asker's `id` is no part of it; the order of a schema's keys makes no difference.

    >>> one, other = Question("a", (), ("joy",)), Question("b", (), ("joy",))
    >>> key(one, "m") == key(other, "m") != key(one, "n")
    True
    """
    # Written out and not `asdict`, which copies deeply and took longer than the request on loopback.
    parts = {
        "version": VERSION,
        "model": model,
        "messages": [[message.role, message.content] for message in question.messages],
        "choices": question.choices,
        "schema": question.schema,
        "sampling": vars(question.sampling),
        "sample": question.sample,
    }
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode("utf8", "surrogatepass")).hexdigest()


def record(answer: Answer) -> dict[str, Any]:
    """What of an answer is worth keeping, as JSON; the question is not, its key finds it."""
    return {
        "text": answer.text,
        "choice": answer.choice,
        "probabilities": answer.probabilities,
        "value": answer.value,
        "valid": answer.valid,
        "usage": asdict(answer.usage),
    }


def restored(question: Question, kept: Json) -> Answer:
    """The answer to `question` from its record; it used no tokens now. Raises `KeyError` or `TypeError` where
    the record is none of ours."""
    probabilities = kept["probabilities"]
    return Answer(
        question,
        text=str(kept["text"]),
        choice=kept["choice"],
        probabilities=None if probabilities is None else tuple(probabilities),
        value=kept["value"],
        valid=bool(kept["valid"]),
        cached=True,
        attempts=0,
    )
