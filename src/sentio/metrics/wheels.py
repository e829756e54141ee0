"""Five emotion wheels and the words they are reached by: what open-vocabulary labels are grouped with.

A label goes up three steps, as in OV-MERD and the MER challenges (Lian et al., "OV-MER: Towards
Open-Vocabulary Multimodal Emotion Recognition", ICML 2025; zeroQiaoba/MERTools, emotion_wheel):

    form -> words it is a form of     "sadly" -> sad, sadness
    word -> wheel words it means      "sad" -> depressed, despair, lonely, sad, ...
    wheel word -> name on the wheel   "lonely" -> sad (inner ring), lonely (middle ring)

A grouping stops at one of them: M1 at the word, M2 at the wheel word, M3-Wk-Lj at ring j of wheel k.
Where a step offers several words, the alphabetically first is taken; a label that gets lost is dropped.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEVEL_1 = tuple(f"M3-W{wheel}-L1" for wheel in range(1, 6))
LEVEL_2 = tuple(f"M3-W{wheel}-L2" for wheel in range(1, 6))
GROUPINGS = ("M1", "M2", *LEVEL_1, *LEVEL_2)
"""The twelve groupings of OV-MERD's M-avg."""


@dataclass(frozen=True)
class Wheel:
    """One wheel: its words -> their name on the inner ring (`level_1`) and on the middle ring (`level_2`)."""

    level_1: Mapping[str, str]
    level_2: Mapping[str, str]

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[str]]) -> "Wheel":
        """A wheel from its table of three columns, the rings from the centre; a blank cell repeats the one above.

        A word of the inner ring gets its alphabetically first child on the middle ring.

        >>> wheel = Wheel.from_rows([("Sad", "Lonely", "Isolated"), ("", "Bored", "Apathetic")])
        >>> wheel.level_1["apathetic"], wheel.level_2["apathetic"], wheel.level_2["sad"]
        ('sad', 'bored', 'bored')
        """
        level_1: dict[str, str] = {}
        level_2: dict[str, str] = {}
        children: dict[str, set[str]] = defaultdict(set)
        inner = middle = ""
        for row in rows:
            first, second, outer = (_word(cell) for cell in row)
            inner, middle = first or inner, second or middle
            level_1.update(dict.fromkeys((inner, middle, outer), inner))
            level_2.update(dict.fromkeys((middle, outer), middle))
            children[inner].add(middle)
        first_child = {word: min(below) for word, below in children.items()}
        return cls(level_1, first_child | level_2)


@dataclass(frozen=True)
class Wheels:
    """The tables of an edition: `words` of a form, `meanings` of a word (both sorted), and the five wheels.

    `edition` stands in every result: the tables of MER2025 and MER2026 score the same answers differently.
    """

    edition: str
    words: Mapping[str, tuple[str, ...]]
    meanings: Mapping[str, tuple[str, ...]]
    wheels: tuple[Wheel, ...]

    @classmethod
    def from_tables(
        cls,
        edition: str,
        forms: Iterable[Sequence[str]],
        synonyms: Iterable[Sequence[str]],
        wheels: Iterable[Iterable[Sequence[str]]],
    ) -> "Wheels":
        """The maps from the released tables.

        `forms` has rows of a word and its forms with commas between, `synonyms` rows of (wheel word, its
        synonyms) pairs, one pair a run of the language model that was asked; the runs are united. `wheels`
        are the tables of `Wheel.from_rows`.

        >>> tables = Wheels.from_tables(
        ...     "mine", [("sad", "sad,sadly")], [("Lonely", "sad, alone", "Sad", "sad")], [[("Sad", "Lonely", "Alone")]]
        ... )
        >>> tables.words["sadly"], tables.meanings["sad"]
        (('sad',), ('lonely', 'sad'))
        """
        words: dict[str, set[str]] = defaultdict(set)
        for name, listed in forms:
            for form in (name, *listed.split(",")):
                words[_word(form)].add(_word(name))
        meanings: dict[str, set[str]] = defaultdict(set)
        for row in synonyms:
            for name, listed in zip(row[::2], row[1::2], strict=True):
                for word in (name, *listed.split(",")):
                    meanings[_word(word)].add(_word(name))
        return cls(edition, _sorted(words), _sorted(meanings), tuple(Wheel.from_rows(rows) for rows in wheels))

    def group(self, label: str, grouping: str) -> str | None:
        """The name of a label in a grouping of `GROUPINGS`, None where it is dropped."""
        words = self.words.get(label)
        if words is None:
            return None
        if grouping == "M1":
            return words[0]
        if grouping == "M2":
            return next(iter(self.meanings.get(words[0], ())), None)
        wheel = self.wheels[int(grouping[4]) - 1]
        names = wheel.level_1 if grouping.endswith("L1") else wheel.level_2
        meant = sorted({meaning for word in words for meaning in self.meanings.get(word, ())})
        return next((names[meaning] for meaning in meant if meaning in names), None)


def _word(cell: str) -> str:
    return cell.strip().lower()


def _sorted(sets: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    # A blank cell is no word; read carelessly it became the word "nan" in the released tables.
    return {key: tuple(sorted(values - {""})) for key, values in sets.items() if key and values - {""}}
