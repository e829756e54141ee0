"""Which column, or JSON key, holds what: by the names people give them, or as the user says.

>>> found = find(["Sr No.", "Utterance", "Speaker", "Emotion", "Dialogue_ID"], Columns())
>>> found.text, found.speaker, found.conversation, found.utterance, found.audio
('Utterance', 'Speaker', 'Dialogue_ID', 'Sr No.', None)
"""

import math
import re
from collections.abc import Sequence
from datetime import time, timedelta
from typing import NamedTuple

from sentio.files.base import Columns

# In order of preference; compared without case, spaces and punctuation ("Dialogue_ID" is "dialogueid").
_NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        *("text", "utterance", "message", "content", "body", "words", "sentence", "transcript", "transcription"),
        *("transcripttext", "value", "msg", "utterancetext", "messagetext"),
    ),
    "speaker": (
        *("speaker", "speakername", "speakers", "speakerid", "name", "author", "from", "sender", "user", "username"),
        *("participant", "character", "person", "who", "role", "nickname", "displayname", "authorname"),
    ),
    "conversation": (
        *("conversation", "conversationid", "convid", "convoid", "dialogueid", "dialogue", "dialogid", "dialog"),
        *("chatid", "chat", "threadid", "thread", "sessionid", "session", "callid", "ticketid", "sceneid", "room"),
    ),
    "utterance": (
        *("utteranceid", "uttid", "turnid", "messageid", "utterance", "id", "turn", "index", "srno"),
        *("lineid", "number", "no"),
    ),
    "start": ("start", "starttime", "startseconds", "begin", "onset", "timestamp", "time"),
    "end": ("end", "endtime", "endseconds", "stop"),
    "audio": ("audio",),
    "video": ("video",),
}
_TEXT_BESIDE_A_SPEAKER = ("dialogue", "dialog")
"""As in a script. They tell conversations apart where another column holds the words."""
_CLOCK = re.compile(r"\s*(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)\s*")
_REQUIRED = ("text", "speaker")


class Found(NamedTuple):
    """The columns that were found, by what they hold."""

    text: str | None
    speaker: str | None
    conversation: str | None
    utterance: str | None
    start: str | None
    end: str | None
    audio: str | None
    video: str | None


def find(names: Sequence[str], columns: Columns) -> Found:
    """Choose a column for each purpose; one that the user named is taken first, and never replaced."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_plain(name), name)
    taken: set[str] = set()
    found: dict[str, str | None] = {}
    for purpose in Columns.model_fields:
        if given := getattr(columns, purpose):
            found[purpose] = given if given in names else plain.get(_plain(given))
            taken.add(found[purpose] or "")

    def take(purpose: str, known: Sequence[str]) -> None:
        free = (plain[name] for name in known if name in plain and plain[name] not in taken)
        found[purpose] = next(free, None)
        taken.add(found[purpose] or "")

    for purpose, known in _NAMES.items():
        if purpose == "conversation" and found["text"] is None and columns.text is None and found["speaker"]:
            take("text", _TEXT_BESIDE_A_SPEAKER)
        if purpose not in found:
            take(purpose, known)
    return Found(**found)


def missing(found: Found, names: Sequence[str], columns: Columns) -> str | None:
    """What keeps a table from being read, as a message: a column that is not there, or None.

    >>> missing(find(["id", "said"], Columns()), ["id", "said"], Columns())
    'no column for the text among: id, said; name it with --text-column NAME'
    """
    for purpose, name in found._asdict().items():
        given = getattr(columns, purpose, None)
        if name is None and given is not None:
            return f"no column {given!r} (--{purpose}-column); the columns are: {_listed(names)}"
        if name is None and purpose in _REQUIRED:
            return f"no column for the {purpose} among: {_listed(names)}; name it with --{purpose}-column NAME"
    return None


def seconds(value: object) -> float | None:
    """A time as seconds: a number, or [H:]MM:SS with . or , before the fraction; None for anything else.

    >>> seconds("00:20:57,256"), seconds(3), seconds("12:30"), seconds("yesterday")
    (1257.256, 3.0, 750.0, None)
    """
    match value:
        case bool():
            return None
        case int() | float() | str():
            return _seconds(value)
        case timedelta():
            return value.total_seconds()
        case time():
            return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return None


def _seconds(value: float | str) -> float | None:
    try:
        if isinstance(value, str) and (clock := _CLOCK.fullmatch(value)):
            hours, minutes, rest = clock.groups()
            return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:20]) or "none"
    return shown if len(names) <= 20 else f"{shown}, … ({len(names)} in all)"
