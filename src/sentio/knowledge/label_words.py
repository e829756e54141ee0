"""Words that give a label away: a text written about an utterance must not hold them."""

import re
from collections.abc import Iterable
from functools import cache

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("joy", "joys", "joyful", "joyfully", "joyous", "joyously", "joyfulness", "overjoyed"),
    ("happy", "happier", "happiest", "happily", "happiness", "unhappy", "unhappily", "unhappiness"),
    ("sad", "sadder", "saddest", "sadly", "sadness", "sadden", "saddens", "saddened", "saddening"),
    ("anger", "angers", "angered", "angering", "angry", "angrier", "angriest", "angrily"),
    ("mad", "madder", "maddest", "madly", "madness", "madden", "maddened", "maddening"),
    ("fear", "fears", "feared", "fearing", "fearful", "fearfully", "fearsome", "fearfulness"),
    ("scared", "scare", "scares", "scaring", "scary", "scarier", "scariest"),
    ("surprise", "surprises", "surprised", "surprising", "surprisingly"),
    ("disgust", "disgusts", "disgusted", "disgusting", "disgustingly", "disgustedly"),
    ("excited", "excite", "excites", "exciting", "excitedly", "excitement", "excitements", "excitingly"),
    ("frustrated", "frustrate", "frustrates", "frustrating", "frustratingly", "frustration", "frustrations"),
    ("neutral", "neutrally", "neutrality"),
    ("peaceful", "peacefully", "peacefulness", "peace"),
    ("powerful", "powerfully", "powerfulness"),
)
"""The labels of the field's corpora with their forms; those of any other label are made by its endings."""

ENDINGS = ("", "s", "d", "ed", "ing", "ly", "ness", "ful", "fully")


def label_words(text: str, labels: Iterable[str]) -> tuple[str, ...]:
    """The words of a text that are forms of a label, lower-cased, in their order.

    >>> label_words("Sadly, he sees no joy in Joyce's saddle.", ("sadness", "joy"))
    ('sadly', 'joy')
    """
    forms = _forms(tuple(labels))
    return tuple(found.lower() for found in forms.findall(text)) if forms else ()


def forms(label: str) -> tuple[str, ...]:
    """The words that give one label away.

    >>> forms("relief")[:3]
    ('relief', 'reliefs', 'reliefd')
    """
    word = label.casefold()
    families = [form for family in FAMILIES if word in family for form in family]
    return tuple(families) or tuple(word + ending for ending in ENDINGS)


@cache
def _forms(labels: tuple[str, ...]) -> re.Pattern[str] | None:
    found = sorted({form for label in labels if label for form in forms(label)}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, found))})(?!\w)", re.IGNORECASE) if found else None
