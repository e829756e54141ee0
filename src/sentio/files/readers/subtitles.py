"""Subtitles that say who speaks, SRT or WebVTT:

    1
    00:00:01,000 --> 00:00:02,500
    BHAVNA: Did you call him?

    00:03.000 --> 00:05.200
    <v Nitin>Switched off.

    00:05.500 --> 00:08.000
    - BHAVNA: My God.
    - [TEJAS] Why is the door open?

A cue without a name goes on with the speaker before it. The times of the cue are those of its turns.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from sentio.card import Card
from sentio.errors import InputError
from sentio.files.base import Columns, Report, Turn
from sentio.files.columns import seconds
from sentio.files.names import is_name, split
from sentio.files.source import Source

card = Card(
    title="Subtitles",
    summary="SRT or WebVTT with speaker tags; times are kept",
    suffixes=(".srt", ".vtt"),
)

_CLOCK = r"(?:\d+:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
_TIMES = re.compile(rf"\s*({_CLOCK})\s*-->\s*({_CLOCK})(?:\s.*)?$", re.DOTALL)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<[\d:.]+>|\{\\[^{}]*\}")
_BRACKETED = re.compile(r"\[([^\[\]]+)\](:?)\s*(.*)", re.DOTALL)
_SOUNDS = {
    *("applause", "cheering", "chuckles", "cough", "coughs", "crying", "gasps", "groans", "inaudible", "laughing"),
    *("laughs", "laughter", "music", "scoffs", "screaming", "screams", "sighs", "silence", "singing", "sobbing"),
    *("sobs", "whispering", "whispers", "yelling"),
}
"""Words in brackets that tell what is heard, not who speaks."""


class _Cue(NamedTuple):
    start: float | None
    end: float | None
    lines: list[str]


def sniff(source: Source) -> float:
    """Nearly certain at the WebVTT heading or a line of two times with an arrow."""
    lines = source.opening.split("\n")[:100]
    return 0.95 if source.opening.startswith("WEBVTT") or any(map(_TIMES.match, lines)) else 0.0


def read(source: Source, columns: Columns, report: Report) -> Iterator[Turn]:
    """Turns of the one conversation in the file; raises `InputError` when no cue names a speaker."""
    speaker: str | None = None
    unnamed: list[Turn] = []
    cues = 0
    for cue in _cues(source.lines()):
        cues += 1
        for name, words in _spoken(cue.lines):
            speaker = name or speaker
            turn = Turn(speaker or "?", words, start=cue.start, end=cue.end)
            if speaker is None:
                unnamed.append(turn)
                continue
            yield from unnamed
            unnamed = []
            yield turn
    if cues == 0:
        raise source.error("no cue found; expected lines like `00:00:01,000 --> 00:00:02,500`")
    if speaker is None:
        raise source.error("no cue names a speaker; expected `NAME: words`, `[NAME] words` or `<v NAME>words`")


def _cues(lines: Iterator[str]) -> Iterator[_Cue]:
    """Cues with their lines; numbers, headings and notes stand outside of cues."""
    cue: _Cue | None = None
    try:
        for line in lines:
            if times := _TIMES.match(line):
                if cue is not None:
                    # No blank line between: the last line may be this cue's number.
                    if cue.lines and cue.lines[-1].strip().isdigit():
                        cue.lines.pop()
                    yield cue
                cue = _Cue(seconds(times[1]), seconds(times[2]), [])
            elif cue is not None and line.strip():
                cue.lines.append(line.strip())
            elif cue is not None and cue.lines:
                yield cue
                cue = None
    except InputError:
        if cue is not None:
            yield cue
        raise
    if cue is not None:
        yield cue


def _spoken(lines: list[str]) -> Iterator[tuple[str | None, str]]:
    """Who says what in a cue; lines that name nobody go on with what stands before them."""
    name: str | None = None
    words: list[str] = []
    for number, line in enumerate(lines):
        dashed = line.startswith(("-", "–", ">>", "&gt;&gt;"))
        for tagged, text in _voices(line, opens=number == 0 or dashed):
            if (tagged is not None or dashed) and (words or name):
                yield name, " ".join(words)
                name, words = None, []
            name = tagged or name
            if text:
                words.append(text)
    if words or name:
        yield name, " ".join(words)


def _voices(line: str, opens: bool) -> Iterator[tuple[str | None, str]]:
    pieces = _VOICE.split(line)
    if before := _plain(pieces[0]):
        # In the middle of a cue a lower-case word before a colon is more likely a sentence going on.
        yield _named(before) if opens or not before[0].islower() else (None, before)
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield html.unescape(name).strip() or None, _plain(text)


def _named(text: str) -> tuple[str | None, str]:
    if (bracket := _BRACKETED.match(text)) and _is_speaker(bracket[1], bool(bracket[2]), bracket[3]):
        return bracket[1].strip(), bracket[3].strip()
    return split(text) or (None, text)


def _is_speaker(name: str, colon: bool, words: str) -> bool:
    name = name.strip()
    if not is_name(name) or name.lower() in _SOUNDS:
        return False
    return colon or (bool(words) and not name[0].islower())


def _plain(text: str) -> str:
    text = html.unescape(_TAG.sub("", text)).strip()
    return text.lstrip("-–>").lstrip() if text.startswith(("-", "–", ">>")) else text
