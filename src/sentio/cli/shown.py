"""Causes and replies as a terminal shows them:

    kitchen
        #  speaker  text                      emotion    because of                 how
       11  Bhavna   Tejas! Oh, thank God, t…  happiness  ← 10 Tejas: “Why is the …  inter-personal  1.00
                                                         ← its own words            no-context      1.00

    support
      Eileen  What would you do if you could not find it?
              feels     fear, in “What if I can't find the thing?”
              stage     exploration
              strategy  question

What comes from the input is shown literally; see `terminal.literal`.
"""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sentio.conversation import Utterance
from sentio.files.writers.terminal import literal
from sentio.results import AnsweredConversation, CausedConversation, Effect
from sentio.results.causes import Cause, types_of
from sentio.results.reply import evidence

SPEAKER_WIDTH = 16
TEXT_WIDTH = 12
TYPE_WIDTH = len("inter-personal")


def causes(done: CausedConversation, width: int) -> RenderableType:
    """A conversation's emotional utterances in a table of `width` columns, a line a cause."""
    talk = done.conversation
    last = talk.offset + len(talk)
    speaker = min(SPEAKER_WIDTH, max([len("speaker"), *(cell_len(literal(name)) for name in talk.speakers)]))
    emotion = max([len("emotion"), *(len(effect.emotion) for effect in done.effects)])
    widths = max(3, len(str(last))), speaker, emotion, TYPE_WIDTH, 4
    rest = max(2 * TEXT_WIDTH, width - sum(widths) - 2 * (len(widths) + 2))
    table = Table(box=None, padding=(0, 0, 0, 2), pad_edge=True, header_style="dim")
    table.add_column("#", width=widths[0], justify="right", style="dim")
    table.add_column("speaker", width=speaker)
    table.add_column("text", width=rest // 2)
    table.add_column("emotion", width=emotion)
    table.add_column("because of", width=rest - rest // 2)
    table.add_column("how", width=TYPE_WIDTH)
    table.add_column("", width=4, justify="right")
    for column in table.columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    for cells in _cells(done, 8 * width):
        table.add_row(*map(Text, cells))
    heading = Text(literal(talk.id), style="bold", no_wrap=True, overflow="ellipsis")
    if not done.effects:
        return Group(heading, Text("  nobody feels anything that would need a cause", style="dim"), Text(""))
    return Group(heading, table, Text(""))


def reply(done: AnsweredConversation, width: int) -> RenderableType:
    """What could be said next, and below it what it was built on; a notice for people in danger stands first."""
    answer = done.reply
    name = min(SPEAKER_WIDTH, cell_len(literal(answer.speaker)))
    grid = Table(box=None, show_header=False, padding=(0, 0, 0, 2), pad_edge=True)
    grid.add_column(width=name, no_wrap=True, overflow="ellipsis", style="bold")
    grid.add_column(width=max(2 * TEXT_WIDTH, width - name - 4), overflow="fold")
    if answer.notice:
        grid.add_row("", Text(literal(answer.notice), style="bold red"))
        grid.add_row()
    said = f"no reply: {literal(answer.error)}" if answer.error else literal(answer.text)
    grid.add_row(Text(literal(answer.speaker)), Text(said))
    lines = list(evidence(answer))
    label = max((len(title) for title, _ in lines), default=0)
    for title, text in lines:
        grid.add_row("", Text(f"{title:<{label}}  {literal(text)}", style="dim"))
    return Group(Text(literal(done.conversation.id), style="bold", no_wrap=True, overflow="ellipsis"), grid, Text(""))


def _cells(done: CausedConversation, most: int) -> Iterator[tuple[str, ...]]:
    talk = done.conversation
    place = {said.id: index for index, said in talk.indexed()}
    speakers = {said.id: said.speaker for said in talk.utterances}
    for effect in done.effects:
        said = talk.utterances[place[effect.utterance] - talk.offset]
        # Cut before it is measured: a text may be a megabyte.
        first = str(place[said.id]), literal(said.speaker), literal(said.text[:most]), effect.emotion
        if not effect.causes:
            yield *first, "nothing said", *types_of(effect, speakers), ""
        for cause in effect.causes:
            by = talk.utterances[place[cause.utterance] - talk.offset]
            how = types_of(effect.model_copy(update={"causes": (cause,)}), speakers)
            yield *first, _because(cause, by, place[by.id], effect, most), *how, f"{cause.probability:.2f}"
            first = "", "", "", ""


def _because(cause: Cause, by: Utterance, index: int, effect: Effect, most: int) -> str:
    words = literal((cause.span or by.text)[:most])
    if by.id != effect.utterance:
        return f"← {index} {literal(by.speaker)}: “{words}”"
    return "← its own words" if cause.span in ("", by.text) else f"← its own “{words}”"
