"""From recognised conversations to the page: what each part of `page.html.jinja` shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from sentio.files.writers.output import Output
from sentio.report import timeline
from sentio.report.reasons import Arrow, Because, Why, arrows, causing, marked
from sentio.report.summary import Line, Share, Story, largest, shares, stories
from sentio.report.templates import template
from sentio.report.text import clean
from sentio.results import Effect, Recognition, RecognizedConversation, Reply
from sentio.results.reply import evidence

SPEAKERS = 8
"""The overview shows those who speak most, as many as there are colours; the transcript shows everyone."""

TURNS = 6
"""Turns listed for each speaker."""

LABELS = 5
"""Labels of an utterance's distribution in the page: all 28 of 5,000 utterances would make it slow to open."""

WIDTHS = {"wide": 700, "narrow": 330}
"""The timeline is drawn twice, for a screen or paper and for a phone; the page shows one of them."""


TIMELINES = 100
"""Conversations that get a timeline: drawing one takes a tenth of a second or two."""


@dataclass(frozen=True)
class Person:
    """One speaker in the overview; `style` is the number of the colour, shape and dash."""

    name: str
    style: int
    utterances: int
    turns: tuple[Line, ...]
    more_turns: int
    shares: tuple[Share, ...]

    def share(self, emotion: str) -> Share | None:
        """This emotion's share, None when the speaker never shows it."""
        return next((share for share in self.shares if share.emotion == emotion), None)


@dataclass(frozen=True)
class Chapter:
    """One conversation of the page. `anchor` begins the ids of everything in it."""

    anchor: str
    story: Story
    people: tuple[Person, ...]
    styles: dict[str, int]
    timelines: dict[str, str]

    @property
    def others(self) -> int:
        """Speakers who are only in the transcript."""
        return len(self.story.speakers) - len(self.people)

    @property
    def emotions(self) -> list[str]:
        """Emotions of the people in the overview, the most frequent first."""
        count: dict[str, int] = {}
        for share in (share for person in self.people for share in person.shares):
            count[share.emotion] = count.get(share.emotion, 0) + share.count
        return sorted(count, key=lambda emotion: (-count[emotion], emotion))

    @property
    def seconds(self) -> float | None:
        """From the first to the last known time; None when nothing has a time."""
        starts = [line.start for line in self.story.lines if line.start is not None]
        return max(starts) - min(starts) if starts else None

    @cached_property
    def arrows(self) -> list[Arrow]:
        """From emotions to causes before them, by rows of the transcript."""
        rows = {line.number: row for row, line in enumerate(self.story.lines, start=1)}
        return arrows(self.story.whys, rows)

    @property
    def lanes(self) -> int:
        """Arrows beside each other."""
        return max((arrow.lane + 1 for arrow in self.arrows), default=0)

    @cached_property
    def whys(self) -> dict[int, Why]:
        """The reasons for the emotion of an utterance, by its number."""
        return {why.number: why for why in self.story.whys}

    @cached_property
    def causing(self) -> dict[int, tuple[str, ...]]:
        """The words of an utterance that caused emotions, by its number."""
        return causing(self.story.whys)

    def line(self, cause: Because) -> Line:
        """The utterance that a cause is in."""
        return self.story.lines[cause.number - self.story.lines[0].number]

    @property
    def step(self) -> int:
        """Utterances behind one mark of the timeline."""
        return timeline.step(self.story.lines)


def render(
    conversations: Sequence[RecognizedConversation],
    effects: Sequence[Sequence[Effect]] | None = None,
    replies: Sequence[Reply] | None = None,
) -> str:
    """The page, as text: styles and pictures are inside, nothing is loaded from elsewhere.

    With the `effects` of each conversation the transcript shows what caused the emotions, with its reply what could
    be said next.

    >>> "There are no conversations" in render([])
    True
    """
    found = stories(conversations, effects, replies)
    chapters = [_chapter(number, story) for number, story in enumerate(found, start=1)]
    page = template("page.html.jinja", top, tone, percent, signed, clock, duration, marked, evidence, clean)
    return page.render(chapters=chapters, version=version("sentio"))


def write(
    conversations: Sequence[RecognizedConversation],
    out: Path,
    effects: Sequence[Sequence[Effect]] | None = None,
    replies: Sequence[Reply] | None = None,
) -> None:
    """Write the page to a file; raises `OutputError` when that cannot be done (folder missing, disk full)."""
    page = render(conversations, effects, replies)
    output = Output(out)
    output.write(page.encode("utf8"))
    output.close()


def top(mood: Recognition) -> Iterator[tuple[str, float]]:
    """The most probable labels, and how probable they are."""
    return islice(sorted(mood.probabilities.items(), key=lambda pair: -pair[1]), LABELS)


def tone(valence: float) -> str:
    """The colour class of a valence: `n3` very unpleasant, `z` neither, `p3` very pleasant.

    >>> tone(-0.9), tone(0.05), tone(0.5)
    ('n3', 'z', 'p2')
    """
    strength = sum(abs(valence) >= bound for bound in (0.12, 0.4, 0.65))
    return "z" if not strength else f"{'n' if valence < 0 else 'p'}{strength}"


def percent(fraction: float) -> str:
    """
    >>> percent(0.714), percent(0.001), percent(0.999)
    ('71 %', '<1 %', '>99 %')
    """
    if 0 < fraction < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < fraction < 1 else f"{fraction:.0%}".replace("%", " %")


def signed(value: float) -> str:
    """
    >>> signed(0.5), signed(-0.25), signed(-0.001)
    ('+0.50', '−0.25', '0.00')
    """
    text = f"{value:+.2f}"
    return "0.00" if text in {"+0.00", "-0.00"} else text.replace("-", "−")


def clock(seconds: float) -> str:
    """
    >>> clock(65.2), clock(3725), clock(-3)
    ('1:05', '1:02:05', '−0:03')
    """
    minutes, rest = divmod(int(abs(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"−{text}" if seconds <= -1 else text


def duration(seconds: float) -> str:
    """
    >>> duration(41), duration(420), duration(5520)
    ('41 s', '7 min', '1 h 32 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _chapter(number: int, story: Story) -> Chapter:
    shown = story.talkative(SPEAKERS)
    # Those in the overview have a colour each; the others take the same colours again.
    styles = {name: i % SPEAKERS for i, name in enumerate(story.speakers)} | {name: i for i, name in enumerate(shown)}
    people = tuple(_person(name, styles[name], story) for name in shown)
    timelines: list[str] = []
    if story.lines and number <= TIMELINES:
        words = "; ".join(_in_words(name, story) for name in shown)
        drawn = {name: styles[name] for name in shown}
        timelines = timeline.draw(story.lines, drawn, widths=list(WIDTHS.values()), description=words)
    return Chapter(
        anchor=f"c{number}",
        story=story,
        people=people,
        styles=styles,
        timelines=dict(zip(WIDTHS, timelines, strict=False)),
    )


def _person(name: str, style: int, story: Story) -> Person:
    lines = [line for line in story.lines if line.speaker == name]
    turned = [line for line in lines if line.mood.shift]
    turns = largest(turned, TURNS)
    return Person(
        name=name,
        style=style,
        utterances=len(lines),
        turns=turns,
        more_turns=len(turned) - len(turns),
        shares=tuple(shares(lines)),
    )


def _in_words(name: str, story: Story) -> str:
    lines = [line for line in story.lines if line.speaker == name]
    low, high = (pick(lines, key=lambda line: line.mood.valence) for pick in (min, max))
    mean = sum(line.mood.valence for line in lines) / len(lines)
    ends = ((word, end.mood.valence, end.number) for word, end in (("lowest", low), ("highest", high)))
    return f"{name}: mean {signed(mean)}" + "".join(f", {w} {signed(v)} at utterance {n}" for w, v, n in ends)
