"""Conversations in JSON values, whatever their shape.

A *row* is an object with a text and a speaker: `{"role": "user", "content": "Hi"}`. A *conversation* is
a list of rows, an object with such a list (`{"id": "7", "messages": [...]}`), an object of parallel lists
(`{"sentences": [...], "speakers": [...]}`), or sentio's own. Anything else is searched for them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from sentio.conversation import Conversation
from sentio.files.base import Columns, Piece, Report, Turn
from sentio.files.columns import Found, find, missing, seconds
from sentio.files.source import Source

_TURNS = ("utterances", "messages", "turns", "conversation", "conversations", "dialogue", "dialog", "chat", "history")
_TEXTS = ("sentences", "utterances", "texts", "turns", "dialogue", "dialog")
_SPEAKERS = ("speakers", "genders", "names", "roles")
_REMEMBERED = 256
_DEEPEST = 20


class _Keys(NamedTuple):
    """What the keys of an object stand for; `lists` are those under which a conversation may lie."""

    found: Found
    is_row: bool
    lists: tuple[str, ...]


class Objects:
    """Reads the conversations of one file's JSON values."""

    def __init__(self, source: Source, columns: Columns, report: Report) -> None:
        self._source, self._columns, self._report = source, columns, report
        self._problems = 0
        self._known: dict[tuple[str, ...], _Keys] = {}

    def row(self, value: dict[str, Any]) -> Turn | None:
        """The turn in an object with text and speaker, or None when it is a conversation or neither.

        Raises `ValueError` for a row whose text or speaker is no text.
        """
        keys = self._keys(value)
        if not keys.is_row or any(isinstance(value[key], list | dict) for key in keys.lists):
            return None
        text, speaker, conversation, utterance, start, end, audio, video = keys.found
        return Turn(
            _speaker(value[speaker or ""]),
            _text(value[text or ""]),
            None if utterance is None else _word(value[utterance]),
            None if conversation is None else _word(value[conversation]),
            None if start is None else seconds(value[start]),
            None if end is None else seconds(value[end]),
            None if audio is None else _path(value[audio]),
            None if video is None else _path(value[video]),
        )

    def pieces(self, value: object, id: str, line: int | None = None) -> Iterator[Piece]:
        """All conversations in a value, depth first; `id` names those without an id of their own.

        What is wrong with one conversation is reported, and the next one read; so is a value without any.
        """
        problems, any_found = self._problems, False
        for piece in self._searched(value, id, line, 0):
            any_found = True
            yield piece
        if not any_found and problems == self._problems:
            self._tell(
                "no utterances found; expected objects with a text and a speaker (name their keys with "
                "--text-column NAME and --speaker-column NAME)",
                line,
            )

    def _searched(self, value: object, id: str, line: int | None, depth: int) -> Iterator[Piece]:
        try:
            pieces = self._conversation(value, id)
        except ValueError as error:
            self._tell(f"conversation {id!r}: {error}", line)
            return
        if pieces is not None:
            yield from pieces
        elif depth < _DEEPEST and isinstance(value, dict):
            yield from self._inside(value, id, line, depth)
        elif depth < _DEEPEST and isinstance(value, list):
            for number, inner in enumerate(value, start=1):
                if isinstance(inner, dict | list):
                    yield from self._searched(inner, f"{id}-{number}", line, depth + 1)

    def _inside(self, value: dict[str, Any], id: str, line: int | None, depth: int) -> Iterator[Piece]:
        """Conversations below the keys of an object. In a document the keys name them; on a line, where all
        lines have the same keys, its own id does, and the keys only tell further ones from the first."""
        own, any_found = (self._id(value) if line is not None else None) or id, False
        for key, inner in value.items():
            if not isinstance(inner, dict | list):
                continue
            below = key if depth == 0 and line is None else f"{own}/{key}"
            name = own if line is not None and not any_found else below
            for piece in self._searched(inner, name, line, depth + 1):
                any_found = True
                yield piece

    def _conversation(self, value: object, id: str) -> Sequence[Piece] | None:
        """The pieces of a value that is itself a conversation; None when it is not."""
        if isinstance(value, list):
            return self._rows(value, id)
        if not isinstance(value, dict):
            return None
        if "utterances" in value and value.keys() <= Conversation.model_fields.keys():
            try:
                return [_with_speakers(Conversation.model_validate(value))]
            except ValidationError:
                pass  # Not ours to the letter; read it like anybody's.
        own = self._id(value) or id
        for key in self._keys(value).lists:
            rows = self._rows(value[key], own) if isinstance(value[key], list) else None
            if rows is not None:
                return rows
        return _parallel(value, own) or (None if (turn := self.row(value)) is None else [turn])

    def _rows(self, values: list[Any], id: str) -> list[Turn] | None:
        """The turns of a list of rows; None when its first object is none. Rows keep an id of their own."""
        first = values[0] if values else None
        if not isinstance(first, dict) or not (keys := self._keys(first)).found.text:
            return None
        if not keys.found.speaker:
            raise ValueError(missing(keys.found, list(first), self._columns))
        turns = []
        for number, value in enumerate(values, start=1):
            turn = self.row(value) if isinstance(value, dict) else None
            if turn is None:
                raise ValueError(f"utterance {number} has no text or no speaker")
            turns.append(turn if turn.conversation is not None else turn._replace(conversation=id))
        return turns

    def _keys(self, value: dict[str, Any]) -> _Keys:
        names = tuple(value)
        known = self._known.get(names)
        if known is None:
            found = find(names, self._columns)
            is_row = found.text is not None and found.speaker is not None
            known = _Keys(found, is_row, tuple(key for key in _TURNS if key in value))
            if len(self._known) < _REMEMBERED:
                self._known[names] = known
        return known

    def _id(self, value: dict[str, Any]) -> str | None:
        keys = (self._keys(value).found.conversation, "id", "custom_id")
        return next((str(value[key]) for key in keys if key and isinstance(value.get(key), str | int)), None)

    def _tell(self, cause: str, line: int | None) -> None:
        self._problems += 1
        self._report(self._source.error(cause, line))


def like_a_line(keys: Sequence[str]) -> bool:
    """Whether an object that begins with these keys looks like one conversation or one turn of many, not
    like a document that holds conversations by their names.

    >>> like_a_line(["custom_id", "body"]), like_a_line(["1039", "1040"])
    (True, False)
    """
    return find(keys, Columns()).text is not None or not {*_TURNS, *_TEXTS, "id", "custom_id"}.isdisjoint(keys)


def _with_speakers(conversation: Conversation) -> Conversation:
    for number, utterance in enumerate(conversation.utterances, start=1):
        if not utterance.speaker.strip():
            raise ValueError(f"utterance {number} has no speaker")
    return conversation


def _parallel(value: dict[str, Any], id: str) -> list[Turn] | None:
    texts = next((value[key] for key in _TEXTS if _are_words(value.get(key))), None)
    if texts is None:
        return None
    speakers = next((value[key] for key in _SPEAKERS if _are_words(value.get(key))), None)
    if speakers is None:
        raise ValueError(f"no speakers beside the texts; expected a list named one of: {', '.join(_SPEAKERS)}")
    if len(speakers) != len(texts):
        raise ValueError(f"{len(texts)} texts but {len(speakers)} speakers")
    return [Turn(_speaker(who), text, conversation=id) for who, text in zip(speakers, texts, strict=True)]


def _are_words(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)


def _text(value: object) -> str:
    """A string; OpenAI's content parts; null, which stands for a turn without words."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(part, str | dict) for part in value):
        words = [part if isinstance(part, str) else part.get("text", "") for part in value]
        return "\n".join(word for word in words if isinstance(word, str) and word)
    raise ValueError(f"the text is not a string: {str(value)[:40]}")


def _speaker(value: object) -> str:
    """A string, a number, or a list of names, as for lines that several say together."""
    names = value if isinstance(value, list) else [value]
    words = [str(name).strip() for name in names if isinstance(name, str | int) and not isinstance(name, bool)]
    if len(words) != len(names) or not (joined := ", ".join(word for word in words if word)):
        raise ValueError("no speaker")
    return joined


def _path(value: object) -> str | None:
    """A string. Chat services put an object with the sound itself, or its id, under this key."""
    return value if isinstance(value, str) else None


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None if value is None else str(value)
