"""A progress line on the terminal's error stream; nothing when it is piped or `--quiet`."""

import sys
from types import TracebackType


class Progress:
    """Counts what is done. With `shown=False` it costs nothing, not even the import of rich."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown

    def __enter__(self) -> "Progress":
        if self._shown:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._bar.stop()

    def advance(self, description: str, done: int) -> None:
        """`done` more utterances are finished."""
        if self._shown:
            self._bar.update(self._task, description=description, advance=done)

    def share(self, description: str, share: float) -> None:
        """The stage `description` is finished to `share`, 0..1; shown in percent."""
        if self._shown:
            self._bar.update(self._task, description=description, completed=round(share * 100), total=100)

    def note(self, message: str) -> None:
        """A line for the user that must not tear the bar apart; printed also where no bar is shown."""
        if self._shown:
            self._bar.console.print(message, markup=False, highlight=False)
        else:
            print(message, file=sys.stderr)
