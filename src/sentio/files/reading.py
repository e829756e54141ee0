"""Reading what people have: any known format in, conversations out."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

from sentio.conversation import Conversation
from sentio.errors import InputError, UnknownFormat
from sentio.files.base import Columns, Reader
from sentio.files.parts import grouped
from sentio.files.source import Source, opened
from sentio.registry import Component, components, find


def stream(
    source: str | Path,
    *,
    format: str | None = None,
    columns: Columns | None = None,
    on_error: Callable[[InputError], None] | None = None,
    part: int = 20_000,
) -> Iterator[Conversation]:
    """Yield the conversations of a file ("-" is standard input) in file order, in bounded memory.

    A conversation longer than `part` utterances comes in parts, told by `Conversation.offset`; so does
    one whose rows are interleaved with others'. `format` is the id of a reader, found from the file when
    None. A bad line or conversation raises, or with `on_error` is given to it and skipped.
    Raises `InputError` for a file that cannot be read, `UnknownFormat` when no reader recognises it,
    `UnknownName` for a format that does not exist.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "kitchen.txt")
    ...     _ = path.write_text("Ada: You baked a cake?\\nBo: I forgot the sugar.\\n")
    ...     [(chat.id, chat.speakers) for chat in stream(path)]
    [('kitchen', ('Ada', 'Bo'))]
    """
    if part < 1:
        raise ValueError(f"part must be at least 1, not {part}")
    bad = 0

    def report(error: InputError) -> None:
        nonlocal bad
        bad += 1
        if on_error is None:
            raise error
        on_error(error)

    with opened(source) as text:
        reader = cast(Reader, _chosen(text, format).load())
        any_found = False
        for conversation in grouped(reader.read(text, columns or Columns(), report), text.stem, text.folder, part):
            any_found = True
            yield conversation
        if not any_found and not bad:
            raise text.error("the file holds no utterances")


def read(
    source: str | Path,
    *,
    format: str | None = None,
    columns: Columns | None = None,
    on_error: Callable[[InputError], None] | None = None,
) -> list[Conversation]:
    """All conversations of a file, whole, in the order in which they first appear; see `stream`.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "calls.csv")
    ...     _ = path.write_text("call_id,who,text\\n7,Ada,Hi\\n8,Bo,Yes?\\n7,Ada,Bye\\n")
    ...     [(call.id, len(call)) for call in read(path)]
    [('7', 2), ('8', 1)]
    """
    parts: dict[str, list[Conversation]] = {}
    for conversation in stream(source, format=format, columns=columns, on_error=on_error):
        parts.setdefault(conversation.id, []).append(conversation)
    return [_joined(pieces) for pieces in parts.values()]


def whole(
    source: str | Path,
    *,
    format: str | None = None,
    columns: Columns | None = None,
    on_error: Callable[[InputError], None] | None = None,
) -> Iterator[Conversation]:
    """Yield the conversations of a file, each once and complete, when their last utterance has been read.

    A file is read twice, so that no more is held than the conversations that are still open; what can be read only
    once (standard input, a pipe) is held to its end. Raises what `stream` raises.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "calls.csv")
    ...     _ = path.write_text("call_id,who,text\\n7,Ada,Hi\\n8,Bo,Yes?\\n7,Ada,Bye\\n")
    ...     [(call.id, len(call)) for call in whole(path)]
    [('8', 1), ('7', 2)]
    """

    def parts(told: Callable[[InputError], None] | None) -> Iterator[Conversation]:
        return stream(source, format=format, columns=columns, on_error=told, part=sys.maxsize)

    left: Counter[str] = Counter()
    if source != "-" and Path(source).is_file():
        with suppress(InputError):  # it is told when the file is read for good
            left.update(part.id for part in parts(lambda _: None))
        yield from _completed(parts(on_error), left)
        return
    held: list[Conversation] = []
    torn: InputError | None = None
    try:
        for part in parts(on_error):
            held.append(part)
    except InputError as error:
        torn = error
    yield from _completed(held, Counter(part.id for part in held))
    if torn is not None:
        raise torn


def _completed(parts: Iterable[Conversation], left: Counter[str]) -> Iterator[Conversation]:
    """Each conversation when as many parts of it have come as are `left`, or when nothing more comes."""
    opened: dict[str, list[Conversation]] = {}
    for part in parts:
        opened.setdefault(part.id, []).append(part)
        left[part.id] -= 1
        if left[part.id] <= 0:
            yield _joined(opened.pop(part.id))
    yield from map(_joined, opened.values())


def _joined(parts: list[Conversation]) -> Conversation:
    if len(parts) == 1:
        return parts[0]
    profiles = {name: speaker for part in parts for name, speaker in part.profiles.items()}
    utterances = tuple(utterance for part in parts for utterance in part.utterances)
    return parts[0].model_copy(update={"utterances": utterances, "profiles": profiles})


def _chosen(source: Source, format: str | None) -> Component:
    """The reader named, or the only one that claims the suffix, or the one that likes the content best."""
    if format is not None:
        return find("files.readers", format)
    known = components("files.readers")
    claiming = [reader for reader in known.values() if source.suffix in reader.card.suffixes]
    if len(claiming) == 1:
        return claiming[0]

    def liking(reader: Component) -> float:
        likes = cast(Reader, reader.load()).sniff(source)
        return likes + 0.1 if likes and reader in claiming else likes

    likes = {name: liking(reader) for name, reader in known.items()}
    best = max(likes, key=lambda name: likes[name])
    if likes[best] > 0:
        return known[best]
    if source.binary:
        raise source.error("this is a binary file, not text; export it as CSV, JSON or plain text")
    if claiming:
        return claiming[0]
    raise UnknownFormat(f"no known format; expected one of: {', '.join(known)}", path=source.name)
