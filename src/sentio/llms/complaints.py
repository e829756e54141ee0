"""What a server says when it gives no answer, wherever it puts it."""

import json
from dataclasses import dataclass
from typing import Any

TOLD = 300
"""Characters of a server's own words in a message of ours."""


@dataclass(frozen=True)
class Complaint:
    """A server's words on one line, and the fields of the request they are about, where it names them apart."""

    words: str
    fields: frozenset[str] = frozenset()

    @property
    def told(self) -> str:
        """The words as far as they are shown."""
        return self.words if len(self.words) <= TOLD else self.words[: TOLD - 1] + "…"


def read(text: str) -> Complaint:
    """The complaint in the body of a bad answer.

    >>> read('{"error": {"message": "Unsupported value", "param": "seed"}}')
    Complaint(words='Unsupported value', fields=frozenset({'seed'}))
    >>> read('{"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 3}]}').words
    'seed: Extra inputs are not permitted'
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return Complaint(_line(text))
    param = None
    for name in ("error", "message", "detail"):
        if isinstance(body, dict):
            param = body.get("param") or param
            body = body.get(name, body)
    if isinstance(body, list) and body and all(map(_is_fault, body)):
        words = "; ".join(f"{_place(fault)}: {fault['msg']}" for fault in body)
        return Complaint(_line(words), frozenset(map(_place, body)))
    fields = frozenset({param}) if isinstance(param, str) else frozenset()
    return Complaint(_line(body if isinstance(body, str) else json.dumps(body)), fields)


def _is_fault(entry: Any) -> bool:  # noqa: ANN401
    """Whether this is what pydantic (FastAPI) says of one field."""
    return isinstance(entry, dict) and isinstance(entry.get("loc"), list) and "msg" in entry


def _place(fault: dict[str, Any]) -> str:
    return ".".join(str(step) for step in fault["loc"] if step != "body")


def _line(text: str) -> str:
    return " ".join(text.split())
