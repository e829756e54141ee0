"""The emotion wheel of PRC-Emo: valence to the right, arousal upwards, on the unit circle.

Angles in degrees, counter-clockwise from the positive valence axis, as in the code released with
Li et al., "Do LLMs Feel?", AAAI 2026. Neutral is the centre and boredom lies halfway to the left.
"""

from math import cos, radians, sin

from sentio.errors import UnknownName

ANGLES: dict[str, float] = {
    label: degrees
    for degrees, labels in {
        9: ("pleasure",),
        27: ("happiness", "happy", "joy", "joyful"),
        45: ("pride", "elation", "powerful"),
        63: ("excitement", "excited"),
        81: ("surprise", "interest"),
        99: ("anger", "angry", "mad", "irritation"),
        117: ("hate",),
        135: ("contempt",),
        153: ("disgust",),
        171: ("fear", "scared"),
        189: ("disappointment", "frustration", "frustrated"),
        207: ("shame",),
        225: ("regret",),
        243: ("guilt",),
        261: ("sadness", "sad"),
        279: ("compassion",),
        297: ("relief",),
        315: ("admiration",),
        333: ("love",),
        351: ("contentment", "peaceful"),
    }.items()
    for label in labels
}

INSIDE: dict[str, tuple[float, float]] = {"neutral": (0.0, 0.0), "boredom": (-0.5, 0.0)}


def angle(label: str) -> float:
    """Degrees of a label on the circle; raises `UnknownName` for labels that are not on it."""
    if label not in ANGLES:
        raise UnknownName("label on the emotion wheel", label, ANGLES)
    return ANGLES[label]


def position(label: str) -> tuple[float, float]:
    """(valence, arousal) of a label, each in -1..1.

    >>> position("neutral")
    (0.0, 0.0)
    """
    if label in INSIDE:
        return INSIDE[label]
    theta = radians(angle(label))
    return cos(theta), sin(theta)
