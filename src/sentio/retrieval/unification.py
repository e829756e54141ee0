"""One name for the feeling that corpora call joy, happy and Joyful, and back to the words of a target.

An entry keeps its corpus's own label. `emotion` is the name it shares with others; `rendered` says it in the words
of the corpus that demonstrations are for, so that a prompt never shows a label that is not in its list.
"""

from collections.abc import Sequence

from sentio.errors import MappingError
from sentio.labels import SPACES, mapping
from sentio.labels.vad import VAD
from sentio.retrieval.options import LabelPolicy

SAME: dict[str, tuple[str, ...]] = {
    "neutral": ("no_emotion", "no emotion"),
    "happy": ("happiness", "joy", "joyful"),
    "sad": ("sadness",),
    "anger": ("angry", "mad"),
    "fear": ("scared", "afraid"),
    "surprise": ("surprised",),
    "disgust": ("disgusted",),
    "excited": ("excitement",),
    "frustrated": ("frustration",),
}
"""Emotion -> its other names. Ours: the released table of PRC-Emo, which leaves anger beside angry and Neutral beside
neutral, carried to its end; the last four lines are added."""

EMOTIONS = {name: emotion for emotion, names in SAME.items() for name in names}

RELEASED = {
    "no_emotion": "neutral",
    "happiness": "happy",
    "joy": "happy",
    "joyful": "happy",
    "sadness": "sad",
    "sad": "sad",
    "scared": "fear",
    "mad": "angry",
}
"""The table of the code released with PRC-Emo (repository builder), here whatever the case; everything else is left
as it is."""

CAPITALS = ("emorynlp", "emorynlp_7551")
"""Corpora whose files have their labels with a capital, which the released table leaves where it maps nothing."""


def emotion(label: str) -> str:
    """The name that a label shares with those of other corpora; its lower case where it shares none.

    >>> emotion("Joyful"), emotion("angry"), emotion("peaceful")
    ('happy', 'anger', 'peaceful')
    """
    plain = label.strip().casefold()
    return EMOTIONS.get(plain, plain)


def released(label: str, corpus: str) -> str:
    """The label as the released code shows it.

    >>> released("joy", "meld"), released("anger", "meld"), released("peaceful", "emorynlp_7551")
    ('happy', 'anger', 'Peaceful')
    """
    plain = label.casefold()
    if plain in RELEASED:
        return RELEASED[plain]
    return label.capitalize() if corpus in CAPITALS else label


def rendered(label: str, corpus: str, target: Sequence[str], policy: LabelPolicy) -> str | None:
    """A corpus's label in the words of the labels `target`; None where the policy drops it.

    >>> meld = SPACES["meld"].labels
    >>> [rendered(label, "iemocap", meld, "drop") for label in ("happy", "excited")]
    ['joy', None]
    >>> rendered("excited", "iemocap", meld, "nearest"), rendered("excited", "iemocap", meld, "show")
    ('joy', 'excited')
    """
    if policy == "official":
        return released(label, corpus)
    if label in target:
        return label
    name = emotion(label)
    same = next((word for word in target if emotion(word) == name), None)
    if same is not None or policy == "drop":
        return same
    return label if policy == "show" else _nearest(label.casefold(), tuple(target))


def _nearest(label: str, target: tuple[str, ...]) -> str | None:
    """By a documented mapping of a space that has the label, else by valence, arousal and dominance; None where
    neither knows it."""
    end = next((space.name for space in SPACES.values() if set(space.labels) == set(target)), None)
    for space in SPACES.values():
        if label in space and end is not None:
            try:
                row = mapping(space.name, end).row(label)
            except MappingError:
                continue
            if row:
                return max(row, key=row.__getitem__)
    here = VAD.get(label) or VAD.get(emotion(label))
    placed = [word for word in target if word in VAD]
    if here is None or not placed:
        return None
    return min(placed, key=lambda word: sum((a - b) ** 2 for a, b in zip(here, VAD[word], strict=True)))
