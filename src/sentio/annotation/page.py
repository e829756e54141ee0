"""The page on which a person labels: an utterance, what was said before it, and a key a label.

What is shown fits the window: the context gives way first, then the notes; the utterance is cut last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from sentio.annotation.utterances import Labelled
from sentio.conversation import Utterance
from sentio.files.writers.terminal import literal
from sentio.prompts.definitions import DEFINITIONS
from sentio.prompts.lines import NO_WORDS

LABEL_KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
"""The keys of labels, in the order of the labels."""
LEGEND = "← back   space skip   ? meanings   esc quit"

Line = list[Segment]


@dataclass(frozen=True)
class Page:
    """What is on the screen: `one` is the utterance in question, None where no more is shown, of the `number`th of
    `conversations`; `chosen` is what this annotator has said of it before. `done` of `total` utterances are labelled.

    A conversation has a number for its name: an id may tell a label.
    """

    one: Labelled | None
    number: int
    conversations: int
    chosen: str | None
    done: int
    total: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, options.height or options.max_height
        for line in self._lines(console, options.update(width=width, height=None, no_wrap=False), height):
            yield from line
            yield Segment.line()

    def _lines(self, console: Console, options: ConsoleOptions, height: int) -> list[Line]:
        def drawn(text: RenderableType) -> list[Line]:
            return console.render_lines(text, options, pad=False)

        head, foot = drawn(self._head()), drawn(Text(LEGEND, style="dim"))
        if self.one is None:
            return [*head, [], *drawn(Text(self._end())), [], *foot][:height]
        said = self.one.conversation.utterances
        asked = drawn(_spoken(said[self.one.place], "bold"))
        keys = drawn(Text("\n".join(packed(self._keys(), options.max_width))))
        before: list[Line] = []
        for utterance in reversed(said[: self.one.place]):
            if len(before) >= height:  # the end is all that is shown of it
                break
            before = [*drawn(_spoken(utterance, "dim")), *before]
        return _fitted(head, before, asked, keys, foot, height)

    def _head(self) -> Text:
        progress = f"{self.done:,} of {self.total:,} labelled"
        if self.one is None:
            return Text(progress, style="dim")
        title = f"Conversation {self.number:,} of {self.conversations:,}, utterance {self.one.place + 1}"
        return Text.assemble((title, "bold"), (f"   {progress}", "dim"))

    def _end(self) -> str:
        if self.done == self.total:
            return "Nothing is left to label."
        return "That was all of this call; what has no label yet comes with the next one."

    def _keys(self) -> Iterator[str]:
        if self.one is not None:
            for key, label in zip(LABEL_KEYS, self.one.labels, strict=False):
                yield f"{key} {literal(label)}" + (" ✓" if label == self.chosen else "")


@dataclass(frozen=True)
class Meanings:
    """What the labels mean, in the words that a language model is told, too."""

    labels: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for label in self.labels:
            yield Text.assemble((literal(label), "bold"), f": {DEFINITIONS[label]}" if label in DEFINITIONS else "")
        yield Text("\nany key: back to the page", style="dim")


def packed(words: Iterator[str], width: int) -> Iterator[str]:
    """The words in columns of one width, as many on a line as fit.

    >>> list(packed(iter(["1 anger", "2 joy", "3 fear"]), 20))
    ['1 anger   2 joy', '3 fear']
    """
    cells = list(words)
    wide = max(map(cell_len, cells), default=0) + 3
    number = max(1, (width + 3) // wide)
    for start in range(0, len(cells), number):
        row = cells[start : start + number]
        yield "".join(cell + " " * (wide - cell_len(cell)) for cell in row).rstrip()


def _spoken(utterance: Utterance, style: str) -> Text:
    speaker = literal(utterance.speaker)
    name = f"{speaker}: " if speaker else ""
    return Text.assemble((name, "cyan"), (literal(utterance.text) or NO_WORDS, style))


def _fitted(
    head: Sequence[Line],
    before: Sequence[Line],
    asked: Sequence[Line],
    keys: Sequence[Line],
    foot: Sequence[Line],
    height: int,
) -> list[Line]:
    """The page in `height` lines; of what was said before, the end."""
    blank: list[Line] = [[]]
    room = max(height - len(keys) - 1, 1)
    if len(asked) > room:
        asked = [*asked[: room - 1], [Segment("… (enlarge the window to read on)")]]
    room -= len(asked)
    end = [*blank, *keys]
    if room > len(foot):
        end += [*blank, *foot]
        room -= len(foot) + 1
    top: list[Line] = []
    if room > len(head):
        top = [*head, *blank]
        room -= len(head) + 1
    told = [*before[1 - room :], *blank] if room > 1 and before else []
    return [*top, *told, *asked, *end][:height]
