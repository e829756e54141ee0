"""A table for the terminal:

    kitchen
      #  speaker  text                                          emotion        valence
      0  Ada      You baked a cake?                             surprise 82%     +0.75
      1  Bo       I forgot the sugar.                           sadness 64%      -0.61
      2  Ada      Then we call it bread!                        joy 71%        ↗ +0.80

    Ada  2 utterances: surprise 1, joy 1
    Bo   1 utterance: sadness 1

An arrow marks an utterance whose speaker's emotion differs from the one before: ↗ more pleasant than
then, ↘ less. Valence is coloured on a terminal; a file or a pipe gets plain text, 100 columns wide.
Everything that comes from the input is shown literally, without the control characters by which a
chat could recolour, retitle or rewrite the terminal.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from sentio.card import Card
from sentio.files.writers.base import Writer
from sentio.files.writers.terminal import Terminal, literal
from sentio.labels import LabelSpace
from sentio.results import Recognition, RecognizedConversation

card = Card(
    title="Table",
    summary="a table for the terminal, with a line a speaker below it",
    suffixes=(".txt",),
)

SPEAKER_WIDTH = 16
TEXT_WIDTH = 12
SPEAKERS = 12
"""So many speakers of a conversation get a line of their own below the table."""


class TableWriter(Writer):
    """Prints a conversation's rows as they come, and its speakers' lines when it is over."""

    def __init__(self, out: Path | None, space: LabelSpace) -> None:
        self._terminal = Terminal(out)
        self._emotion_width = max(map(len, space.labels)) + len(" 100%")
        self._current: Current | None = None

    def write(self, done: RecognizedConversation) -> None:
        talk = done.conversation
        if self._current is None or talk.id != self._current.id or talk.offset == 0:
            self._end()
            self._current = Current(talk.id, max(len("speaker"), _speaker_width(talk.speakers)))
            self._terminal.print(Text(literal(talk.id), style="bold", no_wrap=True, overflow="ellipsis"))
        self._terminal.print(self._rows(done, self._current))

    def close(self) -> None:
        try:
            self._end()
        finally:
            self._terminal.close()

    def _rows(self, done: RecognizedConversation, current: "Current") -> Table:
        last = done.conversation.offset + len(done.conversation)
        widths = max(3, len(str(last))), current.speaker_width, self._emotion_width, 7
        text_width = max(TEXT_WIDTH, self._terminal.width - sum(widths) - 2 * (len(widths) + 1))
        table = Table(
            box=None, padding=(0, 0, 0, 2), pad_edge=True, show_header=not current.speakers, header_style="dim"
        )
        table.add_column("#", width=widths[0], justify="right", style="dim")
        table.add_column("speaker", width=widths[1])
        table.add_column("text", width=text_width)
        table.add_column("emotion", width=widths[2])
        table.add_column("valence", width=widths[3], justify="right")
        for column in table.columns:
            column.no_wrap, column.overflow = True, "ellipsis"
        for (index, said), mood in zip(done.conversation.indexed(), done.recognitions, strict=True):
            table.add_row(
                str(index),
                Text(literal(said.speaker)),
                # Cut before it is measured: a text may be a megabyte.
                Text(literal(said.text[: 8 * text_width])),
                Text(f"{mood.emotion} {mood.probabilities[mood.emotion]:.0%}"),
                Text(f"{current.note(said.speaker, mood)} {mood.valence:+z.2f}", style=_colour(mood.valence)),
            )
        return table

    def _end(self) -> None:
        over, self._current = self._current, None
        if over is not None:
            self._terminal.print(over.summary())


class Current:
    """What is kept of the conversation that is being printed."""

    def __init__(self, id: str, speaker_width: int) -> None:
        self.id, self.speaker_width = id, speaker_width
        self.speakers: dict[str, Counter[str]] = {}
        self._valence: dict[str, float] = {}

    def note(self, speaker: str, mood: Recognition) -> str:
        """Count the utterance; the mark that stands before its valence."""
        self.speakers.setdefault(speaker, Counter())[mood.emotion] += 1
        before = self._valence.get(speaker, mood.valence)
        self._valence[speaker] = mood.valence
        if not mood.shift:
            return " "
        return "↗" if mood.valence > before else "↘" if mood.valence < before else "→"

    def summary(self) -> Text:
        """One line a speaker: how much was said, and the most frequent emotions."""
        text = Text("\n", no_wrap=True, overflow="ellipsis")
        shown = dict(islice(self.speakers.items(), SPEAKERS))
        width = _speaker_width(shown)
        for speaker, emotions in shown.items():
            name = Text(literal(speaker), style="bold")
            name.truncate(width, overflow="ellipsis", pad=True)
            said = emotions.total()
            often = ", ".join(f"{emotion} {count}" for emotion, count in emotions.most_common(3))
            text.append_text(name).append(f"  {said} utterance{'s' * (said != 1)}: {often}\n")
        if (more := len(self.speakers) - SPEAKERS) > 0:
            text.append(f"and {more} more speakers\n", style="dim")
        return text


def create(out: Path | None, space: LabelSpace) -> TableWriter:
    """Start a table; an existing file is overwritten. Raises `OutputError`."""
    return TableWriter(out, space)


def _speaker_width(speakers: Iterable[str]) -> int:
    return min(SPEAKER_WIDTH, max(map(cell_len, map(literal, speakers)), default=0))


def _colour(valence: float) -> str:
    return "green" if valence > 0.15 else "red" if valence < -0.15 else ""
