"""What is known besides the conversation: facts from before it, and commonsense about its turns.

JSON lines. A line without `utterance` holds for the whole conversation; relations of COMET are lists of texts, facts
are texts:

    {"conversation": "c1", "situation": "My flatmate moves out.", "problem_type": "problems with friends"}
    {"conversation": "c1", "utterance": "4", "xReact": ["sad", "left alone"], "xWant": ["to talk"]}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.errors import InputError
from sentio.prompts.support import RELATIONS
from sentio.responses.base import NextTurn

Inferred = Mapping[str, tuple[str, ...]]


class _Line(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, str | tuple[str, ...]]

    conversation: str
    utterance: str | None = None


@dataclass(frozen=True)
class Background:
    """Facts by conversation, commonsense by conversation and utterance (None: of the whole conversation)."""

    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inferred: Mapping[tuple[str, str | None], Inferred] = field(default_factory=dict)

    def facts_of(self, turn: NextTurn) -> dict[str, str]:
        """What was known before; the file wins over the turn's own."""
        return {**turn.facts, **self.facts.get(turn.conversation.id, {})}

    def inferred_of(self, turn: NextTurn) -> Inferred:
        """Commonsense about the last turn of the one who is answered, else about the conversation."""
        others = [said.id for said in turn.conversation.utterances if said.speaker != turn.speaker]
        for utterance in (*others[-1:], None):
            if found := self.inferred.get((turn.conversation.id, utterance)):
                return found
        return {}


def read(path: Path) -> Background:
    """The file; raises `InputError` with the line of what is wrong. Of the same key the last line counts."""
    facts: dict[str, dict[str, str]] = {}
    inferred: dict[tuple[str, str | None], dict[str, tuple[str, ...]]] = {}
    try:
        lines = path.read_text("utf8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path=path) from error
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = _Line.model_validate(json.loads(text))
            told = _checked(line)
        except json.JSONDecodeError as error:
            raise InputError(f"not valid JSON: {error.msg}", path=path, line=number) from error
        except ValidationError as error:
            first = error.errors()[0]
            wrong = f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}"
            raise InputError(wrong, path=path, line=number) from error
        except ValueError as error:
            raise InputError(str(error), path=path, line=number) from error
        for name, value in told.items():
            if isinstance(value, str):
                facts.setdefault(line.conversation, {})[name] = value
            else:
                inferred.setdefault((line.conversation, line.utterance), {})[name] = value
    return Background(facts, inferred)


def _checked(line: _Line) -> dict[str, str | tuple[str, ...]]:
    """The line's facts and relations; raises `ValueError` for one in the form of the other."""
    for name, value in line.__pydantic_extra__.items():
        if isinstance(value, str) == (name in RELATIONS):
            form = "a list of texts, as a relation of COMET is" if name in RELATIONS else "a text, as a fact is"
            raise ValueError(f"{name}: should be {form}")
        if name not in RELATIONS and line.utterance is not None:
            raise ValueError(f"{name}: a fact holds for the whole conversation, not for utterance {line.utterance!r}")
    return line.__pydantic_extra__
