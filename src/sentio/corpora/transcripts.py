"""What the readers of transcribed conversations share: turns with labels, clock times, stray characters."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, TypeVar

from sentio.conversation import Conversation, Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, Layer, Value

Turn = tuple[Utterance, Mapping[str, Value]]
"""An utterance and its annotations by layer."""

Row = TypeVar("Row")
Own = TypeVar("Own")
Read = TypeVar("Read")

CLOCK = re.compile(r"(\d+):([0-5]\d):([0-5]\d)[,.](\d{1,3})")


def annotated(
    name: str,
    turns: Sequence[Turn],
    *,
    machine: Mapping[str, Layer] = {},
    profiles: Mapping[str, Speaker] = {},
    facts: Mapping[str, str | float] = {},
) -> AnnotatedConversation:
    """A conversation with the annotations of its turns as gold.

    Raises `ValueError` where there is no turn, or two share an id: their labels could not be told apart.
    """
    if not turns:
        raise ValueError(f"{name!r} has no utterance")
    seen = set()
    for utterance, _ in turns:
        if utterance.id in seen:
            raise ValueError(f"utterance {utterance.id!r} of {name!r} is there twice")
        seen.add(utterance.id)
    layers = dict.fromkeys(layer for _, marks in turns for layer in marks)
    return AnnotatedConversation(
        conversation=Conversation(id=name, utterances=tuple(u for u, _ in turns), profiles=dict(profiles)),
        gold={layer: {u.id: marks[layer] for u, marks in turns if layer in marks} for layer in layers},
        machine=dict(machine),
        facts=dict(facts),
    )


def together(
    files: CorpusFolder,
    name: str,
    rows: Iterable[tuple[int, Row]],
    own: Callable[[Row], Own],
    turn: Callable[[Row], Read],
) -> Iterator[tuple[Own, list[Read], int, Row]]:
    """The conversations of a table with an utterance a row: which it is, its turns, its last line and last row.

    Rows that follow each other and are of one conversation, as `own` tells, belong together. Raises `InputError`
    naming the line of a row that `own` or `turn` cannot read.
    """

    def read() -> Iterator[tuple[Own, Read, int, Row]]:
        for line, row in rows:
            with files.at(name, line):
                which, one = own(row), turn(row)
            yield which, one, line, row

    for which, of_one in groupby(read(), key=itemgetter(0)):
        found = list(of_one)
        *_, line, row = found[-1]
        yield which, [one for _, one, _, _ in found], line, row


def known(label: str, order: Sequence[str]) -> str:
    """The label, if the layer has it; raises `ValueError` otherwise.

    >>> known("joy", ("joy", "neutral"))
    'joy'
    """
    if label not in order:
        raise ValueError(f"{label!r} is none of {', '.join(order)}")
    return label


def numbered(number: int, order: Sequence[str]) -> str:
    """The label of that number; raises `ValueError` where there is none.

    >>> numbered(1, ("joy", "neutral"))
    'neutral'
    """
    # True and 1.0 would pass for 1.
    if type(number) is not int or number not in range(len(order)):
        raise ValueError(f"{number!r} is no label number from 0 to {len(order) - 1}")
    return order[number]


def columns(dialogue: str, *of: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """The turns of a dialogue that a release keeps column by column.

    Raises `ValueError` where a column is shorter than another.

    >>> list(columns("kitchen", ["You baked?", "I did."], ["Ada", "Bo"]))
    [('You baked?', 'Ada'), ('I did.', 'Bo')]
    """
    if len({len(column) for column in of}) > 1:
        raise ValueError(f"the columns of dialogue {dialogue!r} differ in length")
    return zip(*of, strict=True)


def seconds(clock: str) -> float:
    """Seconds of a subtitle's time, whose comma is a decimal one; raises `ValueError` where it is none.

    >>> seconds("00:16:16,059"), seconds("0:00:02.877")
    (976.059, 2.877)
    """
    found = CLOCK.fullmatch(clock)
    if not found:
        raise ValueError(f"{clock!r} is no time")
    hours, minutes, whole = map(int, found.groups()[:3])
    return ((hours * 60 + minutes) * 60_000 + whole * 1000 + int(found[4].ljust(3, "0"))) / 1000


def repaired(text: str) -> str:
    """The text without what is left of Windows-1252: its quotes, dashes and dots as Unicode has them.

    >>> repaired("It\\x92s a cake\\x85\\xa0with\\x97 well, look.")
    'It’s a cake… with— well, look.'
    """
    return re.sub(r"[\x80-\x9f]", _meant, text).replace("\xa0", " ")


def scenes(files: CorpusFolder, name: str, split: str, order: Sequence[str]) -> Iterator[AnnotatedConversation]:
    """The scenes of a file of lines `speaker TAB text TAB emotion`; an empty line ends a scene.

    The format has no ids: scenes are numbered `train-0`, `train-1` ..., utterances from 0. Labels are lowered.
    Raises `InputError` naming the line that has not three cells, or a label that is not in `order`.
    """
    turns: list[Turn] = []
    number = 0
    for line, text in chain(files.lines(name), [(0, "")]):
        match text.split("\t"):
            case [speaker, words, label]:
                with files.at(name, line):
                    emotion = known(label.lower(), order)
                turns.append((Utterance(id=str(len(turns)), speaker=speaker, text=words), {"emotion": emotion}))
            case [""]:
                if turns:
                    yield annotated(f"{split}-{number}", turns)
                    number, turns = number + 1, []
            case cells:
                raise InputError(f"{len(cells)} cells where 3 are expected", path=files.path / name, line=line)


def from_the_beginning(turns: Sequence[Turn]) -> tuple[list[Turn], float]:
    """The turns with times counted from the earliest `start` of them, and that start, in seconds.

    Every turn must have both times.
    """
    begins = min(utterance.start or 0.0 for utterance, _ in turns)
    return [(_moved(utterance, begins), marks) for utterance, marks in turns], begins


def _meant(stray: re.Match[str]) -> str:
    return stray.group().encode("latin-1").decode("cp1252", errors="replace")


def _moved(utterance: Utterance, by: float) -> Utterance:
    # Built anew: pydantic's copies take three times as long.
    return Utterance(
        id=utterance.id,
        speaker=utterance.speaker,
        text=utterance.text,
        start=round((utterance.start or 0.0) - by, 3),
        end=round((utterance.end or 0.0) - by, 3),
    )
