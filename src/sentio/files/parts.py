"""From turns to conversations, in file order and bounded memory."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sentio.conversation import Conversation, Utterance
from sentio.errors import InputError
from sentio.files.base import Piece, Turn
from sentio.files.encoding import mend


def grouped(pieces: Iterable[Piece], name: str, folder: Path, part: int) -> Iterator[Conversation]:
    """Neighbouring turns of one conversation become a `Conversation`, cut where it exceeds `part`.

    Turns of a conversation that come back later in the file become a further part of it: of finished
    conversations only id and length are kept. `name` is the id of turns that have none, `folder` that of
    their recordings. When reading ends in an `InputError`, the turns before it come out first.

    >>> turns = [Turn("Ada", "Hi", conversation="1"), Turn("Bo", "Hm", conversation="2"),
    ...          Turn("Ada", "Bye", conversation="1")]
    >>> [(c.id, c.offset, c.utterances[0].text) for c in grouped(turns, "chat", Path(), 100)]
    [('1', 0, 'Hi'), ('2', 0, 'Hm'), ('1', 1, 'Bye')]
    """
    lengths: dict[str, int] = {}
    current, index, held = "", 0, list[Utterance]()

    try:
        for piece in pieces:
            if not isinstance(piece, tuple):
                if held:
                    yield _closed(current, held, lengths)
                    held = []
                yield from _cut(_mended(piece), lengths, part)
                continue
            conversation = piece.conversation or name
            if held and (conversation != current or len(held) >= part):
                yield _closed(current, held, lengths)
                held = []
            if not held:
                current, index = conversation, lengths.get(mend(conversation), 0)
            held.append(_utterance(piece, index, folder))
            index += 1
    except InputError:
        if held:
            yield _closed(current, held, lengths)
        raise
    if held:
        yield _closed(current, held, lengths)


def _utterance(turn: Turn, index: int, folder: Path) -> Utterance:
    speaker, text, id, _, start, end, audio, video = turn
    id, speaker = str(index) if id is None else mend(id), _name(speaker)
    if audio is not None or video is not None:
        audio, video = _recording(audio, folder), _recording(video, folder)
        return Utterance(id=id, speaker=speaker, text=mend(text), start=start, end=end, audio=audio, video=video)
    if start is None and end is None:
        return Utterance(id=id, speaker=speaker, text=mend(text))
    return Utterance(id=id, speaker=speaker, text=mend(text), start=start, end=end)


def _recording(path: str | None, folder: Path) -> str | None:
    path = mend(path).strip() if path else None
    return str(folder / path) if path else None


def _name(speaker: str) -> str:
    """Mended; of a name that was nothing but damage U+FFFD is left, so that nobody is nameless."""
    return mend(speaker) or "\ufffd"


def _mended(whole: Conversation) -> Conversation:
    """A conversation that came whole, its words put right as those of turns are."""
    utterances = tuple(
        said.model_copy(update={"id": mend(said.id), "speaker": _name(said.speaker), "text": mend(said.text)})
        for said in whole.utterances
    )
    profiles = {
        _name(name): profile.model_copy(update={"name": _name(profile.name)})
        for name, profile in whole.profiles.items()
    }
    return whole.model_copy(update={"id": mend(whole.id), "utterances": utterances, "profiles": profiles})


def _closed(id: str, utterances: list[Utterance], lengths: dict[str, int]) -> Conversation:
    id = mend(id)
    offset = lengths.get(id, 0)
    lengths[id] = offset + len(utterances)
    return Conversation(id=id, utterances=tuple(utterances), offset=offset)


def _cut(whole: Conversation, lengths: dict[str, int], part: int) -> Iterator[Conversation]:
    offset = lengths.get(whole.id, whole.offset)
    lengths[whole.id] = offset + len(whole)
    if len(whole) <= part and offset == whole.offset:
        yield whole
        return
    for first in range(0, max(len(whole), 1), part):
        utterances = whole.utterances[first : first + part]
        yield whole.model_copy(update={"utterances": utterances, "offset": offset + first})
