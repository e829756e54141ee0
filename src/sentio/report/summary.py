"""What the report says about a conversation, as plain values: who turned when, who felt what how often."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap

from sentio.report.reasons import Why, whys
from sentio.report.text import clean
from sentio.results import Effect, Recognition, RecognizedConversation, Reply


@dataclass(frozen=True)
class Line:
    """One utterance as the report shows it. `number` counts from 1 through the whole conversation;
    `before` is the speaker's previous mood, None for the first one the report knows."""

    number: int
    speaker: str
    text: str
    start: float | None
    mood: Recognition
    before: Recognition | None = None

    @property
    def change(self) -> float:
        """By how much the speaker's valence changed since the last time; 0 at the beginning."""
        return self.mood.valence - self.before.valence if self.before else 0.0


@dataclass(frozen=True)
class Story:
    """A whole conversation: the parts of a long one are joined.

    `whys` tells the causes of its emotions and `reply` what could be said next, where that was asked.
    """

    id: str
    lines: tuple[Line, ...]
    whys: tuple[Why, ...] = ()
    reply: Reply | None = None

    @property
    def speakers(self) -> tuple[str, ...]:
        """In order of first appearance."""
        return tuple(dict.fromkeys(line.speaker for line in self.lines))

    @property
    def turned(self) -> tuple[Line, ...]:
        """The lines where the mood of their speaker turned."""
        return tuple(line for line in self.lines if line.mood.shift)

    def talkative(self, most: int) -> tuple[str, ...]:
        """At most `most` speakers, those with most utterances, in order of first appearance."""
        count = Counter(line.speaker for line in self.lines)
        chosen = {name for name, _ in count.most_common(most)}
        return tuple(name for name in self.speakers if name in chosen)


@dataclass(frozen=True)
class Share:
    """How many of a speaker's utterances have this emotion on top, and their mean valence."""

    emotion: str
    count: int
    fraction: float
    valence: float


@dataclass(frozen=True)
class Part:
    """A conversation or a part of one, with what was found in it."""

    done: RecognizedConversation
    effects: Sequence[Effect]
    reply: Reply | None


def stories(
    conversations: Sequence[RecognizedConversation],
    effects: Sequence[Sequence[Effect]] | None = None,
    replies: Sequence[Reply] | None = None,
) -> list[Story]:
    """Conversations in their order, each part (offset above 0) behind the earlier parts of its conversation.

    `effects` and `replies` are those of each conversation; of a conversation in parts the last reply is told.
    """
    groups: list[list[Part]] = []
    latest: dict[str, list[Part]] = {}
    effects = [()] * len(conversations) if effects is None else effects
    answers: Sequence[Reply | None] = [None] * len(conversations) if replies is None else replies
    for part in starmap(Part, zip(conversations, effects, answers, strict=True)):
        name = part.done.conversation.id
        if part.done.conversation.offset > 0 and name in latest:
            latest[name].append(part)
        else:
            latest[name] = [part]
            groups.append(latest[name])
    return [_story(parts) for parts in groups]


def _story(parts: Sequence[Part]) -> Story:
    reasons: list[Why] = []
    number = parts[0].done.conversation.offset + 1
    for part in parts:
        reasons += whys(part.done.conversation, part.effects, number)
        number += len(part.done.conversation)
    return Story(
        id=clean(parts[0].done.conversation.id),
        lines=tuple(_lines([part.done for part in parts])),
        whys=tuple(reasons),
        reply=parts[-1].reply,
    )


def largest(turned: Sequence[Line], most: int) -> tuple[Line, ...]:
    """At most `most` of the lines, those with the largest change of valence, in spoken order."""
    chosen = sorted(turned, key=lambda line: -abs(line.change))[:most]
    return tuple(sorted(chosen, key=lambda line: line.number))


def shares(lines: Iterable[Line]) -> list[Share]:
    """The emotions of these lines, from the most unpleasant to the most pleasant; fractions sum to 1."""
    valences: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        valences[line.mood.emotion].append(line.mood.valence)
    total = sum(map(len, valences.values()))
    found = [
        Share(emotion=emotion, count=len(each), fraction=len(each) / total, valence=sum(each) / len(each))
        for emotion, each in valences.items()
    ]
    return sorted(found, key=lambda share: (share.valence, share.emotion))


def _lines(parts: Iterable[RecognizedConversation]) -> Iterator[Line]:
    last: dict[str, Recognition] = {}
    number = None
    for part in parts:
        # Counted on, not taken from each part's offset: a number must be unique even when parts overlap.
        number = part.conversation.offset if number is None else number
        for utterance, mood in zip(part.conversation.utterances, part.recognitions, strict=True):
            number += 1
            speaker = clean(utterance.speaker).strip() or "(no name)"
            yield Line(number, speaker, clean(utterance.text), utterance.start, mood, last.get(speaker))
            last[speaker] = mood
