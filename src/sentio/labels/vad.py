"""Valence, arousal and dominance of the labels, each in -1..1.

Source: NRC-VAD lexicon v1 (Mohammad, ACL 2018), the label word's own entry, rescaled from 0..1 to
-1..1. Where the label is no entry, the word in brackets stands for it. Neutral is the origin by
definition: the lexicon rates the word, we rate the absence of emotion.
"""

from sentio.labels.spaces import LabelSpace

VAD: dict[str, tuple[float, float, float]] = {
    "neutral": (0.0, 0.0, 0.0),
    "admiration": (0.938, 0.166, 0.452),
    "afraid": (-0.98, 0.55, -0.51),
    "amusement": (0.858, 0.674, 0.606),
    "anger": (-0.666, 0.73, 0.314),
    "angry": (-0.756, 0.66, 0.208),
    "annoyance": (-0.666, 0.436, -0.316),
    "annoyed": (-0.792, 0.566, -0.31),
    "anticipating": (0.396, 0.078, 0.422),  # [anticipation]
    "anxious": (-0.438, 0.75, -0.132),
    "apprehensive": (-0.188, 0.184, -0.138),
    "approval": (0.708, -0.08, 0.778),
    "ashamed": (-0.688, 0.176, -0.544),
    "astonished": (0.02, 0.55, 0.148),
    "caring": (0.27, -0.062, 0.0),
    "confident": (0.53, -0.352, 0.446),
    "confusion": (-0.49, 0.334, -0.446),
    "content": (0.528, -0.408, 0.118),
    "curiosity": (0.5, 0.51, -0.074),
    "depress": (-0.952, -0.11, -0.728),  # [depressed]
    "desire": (0.792, 0.384, 0.294),
    "devastated": (-0.76, 0.088, -0.472),
    "disappointed": (-0.858, -0.056, -0.518),
    "disappointment": (-0.77, -0.02, -0.328),
    "disapproval": (-0.83, 0.102, -0.266),
    "disgust": (-0.896, 0.55, -0.366),
    "disgusted": (-0.898, 0.546, -0.452),
    "embarrassed": (-0.632, 0.12, -0.508),
    "embarrassment": (-0.714, 0.37, -0.548),
    "excited": (0.816, 0.862, 0.418),
    "excitement": (0.792, 0.368, 0.462),
    "faithful": (0.776, -0.334, 0.254),
    "fear": (-0.854, 0.68, -0.414),
    "frustrated": (-0.84, 0.302, -0.49),
    "furious": (-0.876, 0.906, 0.196),
    "grateful": (0.916, -0.294, 0.12),
    "gratitude": (0.77, -0.118, 0.22),
    "grief": (-0.86, 0.28, -0.052),
    "guilty": (-0.73, 0.54, -0.296),
    "happiness": (0.92, 0.464, 0.7),
    "happy": (1.0, 0.47, 0.544),
    "hopeful": (0.894, -0.286, 0.254),
    "impressed": (0.612, 0.54, -0.142),
    "jealous": (-0.654, 0.71, -0.31),
    "joy": (0.96, 0.648, 0.588),
    "joyful": (0.98, 0.48, 0.334),
    "lonely": (-0.5, -0.548, -0.524),
    "love": (1.0, 0.038, 0.346),
    "mad": (-0.562, 0.746, -0.446),
    "negative": (-0.796, 0.054, -0.648),
    "nervousness": (-0.674, 0.83, -0.518),
    "nostalgic": (-0.084, -0.298, -0.632),
    "optimism": (0.898, 0.13, 0.628),
    "peaceful": (0.734, -0.784, 0.138),
    "positive": (0.918, 0.02, 0.71),
    "powerful": (0.73, 0.66, 0.982),
    "prepared": (0.42, -0.04, 0.466),
    "pride": (0.458, 0.268, 0.696),
    "proud": (0.812, 0.4, 0.746),
    "realization": (0.108, 0.02, 0.672),
    "relaxed": (0.73, -0.82, -0.236),
    "relief": (0.688, -0.444, -0.038),
    "remorse": (-0.794, 0.346, -0.246),
    "sad": (-0.55, -0.334, -0.702),
    "sadness": (-0.896, -0.424, -0.672),
    "scared": (-0.708, 0.656, -0.63),
    "sentimental": (0.166, -0.244, -0.376),
    "surprise": (0.75, 0.75, 0.124),
    "surprised": (0.568, 0.71, 0.078),
    "terrified": (-0.82, 0.804, -0.226),
    "trusting": (0.714, 0.016, 0.5),
    "worried": (-0.812, 0.648, -0.21),
    "positive-other": (0.918, 0.02, 0.71),  # [positive]
    "negative-other": (-0.796, 0.054, -0.648),  # [negative]
}


def coordinates(space: LabelSpace) -> tuple[tuple[float, float, float], ...]:
    """(valence, arousal, dominance) of each label of a space, in the space's order, range -1..1.

    >>> from sentio.labels.spaces import SPACES
    >>> coordinates(SPACES["iemocap4"])[2]
    (0.0, 0.0, 0.0)
    """
    return tuple(VAD[label] for label in space.labels)
