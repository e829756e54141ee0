"""What every writer is, and what it knows of an output it goes on with."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from sentio.results import RecognizedConversation


class Written(NamedTuple):
    """One row that an earlier run wrote: enough to know each speaker's last emotion again."""

    conversation: str
    speaker: str
    emotion: str


@dataclass(frozen=True)
class Progress:
    """What an earlier run left in an output: `rows` complete rows, one an utterance in input order.

    `turns` reads them from the file, from the first to the last, each time it is iterated, with
    bounded memory. It raises `OutputError` at a row that is not ours.
    """

    rows: int = 0
    turns: Iterable[Written] = ()


class Writer(Protocol):
    """Writes recognised conversations, or their parts, one after the other; a context manager.

    Each file of this folder has `create(out, space) -> Writer`, and `resume(out, space) -> Writer`
    where its format can be appended to; `out` None is standard output. What was written stays valid
    when the job ends early. All methods raise `OutputError`, and let a `BrokenPipeError` pass: the
    reader of a pipe has seen enough, which is no fault.
    """

    progress: Progress = Progress()

    def write(self, done: RecognizedConversation) -> None:
        """Write one conversation, or the next part of one."""
        ...

    def close(self) -> None:
        """Finish the output; also called when the job is interrupted."""
        ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
