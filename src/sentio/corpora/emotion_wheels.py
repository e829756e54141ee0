"""The tables behind the open-vocabulary metrics: five emotion wheels, synonyms and inflected forms.

They are released with the MER challenges (zeroQiaoba/MERTools, folder emotion_wheel) under research terms
and are read from the user's copy: `format.csv`, and the sheets of `synonym.xlsx` and `wheel1.xlsx` to
`wheel5.xlsx` saved as CSV, merged cells blank.

    level1,level2,level3
    Glad,Merry,Jolly
    ,Proud,Smug
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from sentio import corpora
from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.errors import InputError
from sentio.metrics.wheels import Wheels

Edition = Literal["mer2025", "mer2026"]

FORMS, SYNONYMS = "emotion_wheel/format.csv", "emotion_wheel/synonym.csv"
WHEELS = tuple(f"emotion_wheel/wheel{number}.csv" for number in range(1, 6))

# No corpus of its own (nothing is annotated), so it is not called `card`.
TABLES = CorpusCard(
    title="Emotion wheels",
    summary="five emotion wheels, synonyms and inflected forms",
    paper="Lian et al., OV-MER: Towards Open-Vocabulary Multimodal Emotion Recognition, ICML 2025",
    licence="non-commercial research (MERTools)",
    languages=("en",),
    tasks=("open vocabulary",),
    folder="mer",
    obtain="get the folder emotion_wheel from MER2025/MER2025_Track23 of github.com/zeroQiaoba/MERTools, sheets as CSV",
    files={"all": (FORMS, SYNONYMS, *WHEELS)},
    layers={},
)

# The three other forms that are in the table of MER2025 and not in that of MER2026.
_ODD_FORMS = frozenset({"embraceless", "fearlesses", "receiptless"})


def read(data: Path | None = None, edition: Edition = "mer2026") -> Wheels:
    """The tables of an edition, from the folder `data`, or `SENTIO_DATA` when `data` is None.

    The editions differ in `format.csv`. That of MER2025 takes words for forms of their opposites: "fear" of
    fearless, "price" of priceless. So "price" is scored as an emotion, and "fear" is a joyful word in four
    of the five wheels (happy, joyful, genius, joyful). That of MER2026 does not, which leaves 7,356 forms of
    7,386. The older file is read as either edition. Raises `InputError` naming the file and the line, and
    for the newer file asked to be the older one.
    """
    files = CorpusFolder(corpora.folder("mer", data, TABLES.obtain), TABLES)
    forms = list(_cells(files, FORMS, 2))
    mended = [(name, _without_opposites(name, listed)) for name, listed in forms]
    if edition == "mer2025" and mended == forms:
        raise InputError("this is the table of MER2026, not of MER2025", path=files.file(FORMS))
    return Wheels.from_tables(
        edition,
        forms if edition == "mer2025" else mended,
        _cells(files, SYNONYMS, 16),
        [_cells(files, name, 3) for name in WHEELS],
    )


def _without_opposites(name: str, listed: str) -> str:
    """The forms that MER2026 leaves of a row of MER2025."""
    forms = [form for form in listed.split(",") if form not in _ODD_FORMS]
    return ",".join(form for form in forms if form.startswith(name) or not name.endswith("less"))


def _cells(files: CorpusFolder, name: str, columns: int) -> Iterator[tuple[str, ...]]:
    for line, row in files.rows(name):
        if len(row) != columns:
            raise InputError(f"{len(row)} columns where {columns} are expected", path=files.file(name), line=line)
        yield tuple(row.values())
