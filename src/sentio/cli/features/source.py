"""The conversations that features are of: those of corpora, and those of files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.cli.progress import Progress
from sentio.conversation import Conversation
from sentio.errors import InputError

if TYPE_CHECKING:
    from sentio.corpora import Corpus


def conversations(
    corpora: Sequence[str], inputs: Sequence[Path], data: Path | None, progress: Progress
) -> Iterator[Conversation]:
    """One after the other. Raises `InputError` where nothing is named or something cannot be read; a corpus that is
    misspelt is told before anything is read."""
    from sentio.corpora.sources import open_source

    if not corpora and not inputs:
        raise InputError("nothing to read; name a file of conversations, or --corpus CORPUS:SPLIT")
    opened = [(name, *open_source(name, data)) for name in corpora]
    return _read(opened, inputs, progress)


def _read(
    opened: "Sequence[tuple[str, Corpus, str]]", inputs: Sequence[Path], progress: Progress
) -> Iterator[Conversation]:
    from sentio import files
    from sentio.cli import STREAM

    for name, corpus, split in opened:
        for item in corpus.conversations(split):
            progress.advance(name, len(item.conversation))
            yield item.conversation
    for path in inputs:
        for conversation in files.stream("-" if path == Path(STREAM) else path):
            progress.advance(str(path), len(conversation))
            yield conversation
