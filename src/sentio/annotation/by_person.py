"""A person labels, a key an utterance."""

from collections.abc import Sequence
from time import perf_counter

from rich.console import Console, ConsoleDimensions

from sentio.annotation.ballot import Ballot, order
from sentio.annotation.keys import Keyboard, keyboard
from sentio.annotation.page import LABEL_KEYS, Meanings, Page
from sentio.annotation.poll import Poll
from sentio.errors import InputError

LOOK_SECONDS = 0.3
"""So often the window is looked at: after it has changed its size the page is drawn anew."""


def label(poll: Poll, ballot: Ballot, annotator: str, limit: int | None = None) -> int:
    """Show the utterances that `annotator` has not labelled, `limit` of them, and keep what is said; how many were
    labelled for the first time.

    Raises `SentioError` where there is no terminal, `InputError` where there are more labels than keys.
    """
    session = Session(poll, ballot, order(poll, annotator), limit)
    before = len(ballot)
    with keyboard() as keys:
        console = Console(legacy_windows=False)
        with console.screen():
            session.run(console, keys)
    return len(ballot) - before


class Session:
    """One sitting: which utterance is in question, and which come next."""

    def __init__(self, poll: Poll, ballot: Ballot, places: Sequence[int], limit: int | None = None) -> None:
        """`places` are those of the poll in the order in which they are shown."""
        if any(len(one.labels) > len(LABEL_KEYS) for one in poll.utterances):
            raise InputError(f"more than {len(LABEL_KEYS)} labels: there are not so many keys; ask a model with --llm")
        self._poll, self._ballot, self._places = poll, ballot, places
        self._wanted = [at for at, place in enumerate(places) if ballot.label(place) is None][:limit]
        conversations = dict.fromkeys(self._conversation(at) for at in range(len(places)))
        self._numbers = {of: number for number, of in enumerate(conversations, start=1)}
        self._skipped: set[int] = set()
        self._at: int | None = None
        self._explaining = False
        self._forward(-1)
        self._last = len(places) - 1

    def run(self, console: Console, keys: Keyboard) -> None:
        """Until a key says that it is enough."""
        while True:
            drawn = self._draw(console)
            keys.forget()
            since = perf_counter()
            pressed = self._pressed(console, keys, drawn)
            if pressed == "end" or (pressed == "escape" and not self._explaining):
                return
            if self._explaining or pressed == "?":
                self._explaining = not self._explaining and self._at is not None
            else:
                self._act(pressed, round(perf_counter() - since, 1))

    def _pressed(self, console: Console, keys: Keyboard, drawn: ConsoleDimensions) -> str:
        """The next key; meanwhile the page, which is `drawn` for a window of this size, fits the window."""
        while (key := keys.pressed(LOOK_SECONDS)) is None:
            if drawn != console.size:
                drawn = self._draw(console)
        return key

    def _draw(self, console: Console) -> ConsoleDimensions:
        """Draw the page; the size of the window that it was drawn for."""
        size = console.size
        console.update_screen(self._page())
        return size

    def _act(self, key: str, seconds: float) -> None:
        if key in ("left", "backspace"):
            self._back()
        elif self._at is not None and key in (" ", "right"):
            self._skipped.add(self._at)
            self._forward(self._at)
        elif self._at is not None and key in LABEL_KEYS:
            place = self._places[self._at]
            labels = self._poll.utterances[place].labels
            if (number := LABEL_KEYS.index(key)) < len(labels):
                self._ballot.cast(place, labels[number], seconds)
                self._forward(self._at)

    def _back(self) -> None:
        """To the utterance before; from the end to the one that led there, or, where none did, to the last of all."""
        self._at = self._last if self._at is None else max(self._at - 1, 0)

    def _forward(self, at: int) -> None:
        """To the next utterance that is wanted and has no label."""
        self._last = at
        rest = (to for to in self._wanted if to > at and to not in self._skipped)
        self._at = next((to for to in rest if self._ballot.label(self._places[to]) is None), None)

    def _page(self) -> Page | Meanings:
        done, total = len(self._ballot), len(self._places)
        if self._at is None:
            return Page(None, 0, 0, None, done, total)
        if self._explaining:
            return Meanings(self._poll.utterances[self._places[self._at]].labels)
        place, number = self._places[self._at], self._numbers[self._conversation(self._at)]
        chosen = self._ballot.label(place)
        return Page(self._poll.utterances[place], number, len(self._numbers), chosen, done, total)

    def _conversation(self, at: int) -> tuple[str, str]:
        one = self._poll.utterances[self._places[at]]
        return one.source, one.conversation.id
