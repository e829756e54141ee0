"""Easy conversations first: difficulty, buckets and the order of training, as pure functions.

Curriculum of PRC-Emo (Li et al., "Do LLMs Feel?", AAAI 2026): a conversation is hard in which emotions shift often,
and to near ones. The two-way scheme counts the shifts of each speaker and those between neighbouring speakers.

>>> from sentio import curriculum
>>> calm = curriculum.difficulty(["joy", "joy", "joy"], ["Ann", "Bo", "Ann"], n_labels=7)
>>> wild = curriculum.difficulty(["joy", "anger", "disgust"], ["Ann", "Bo", "Ann"], n_labels=7)
>>> easy, hard = curriculum.dialogue_buckets([wild, calm], sizes=[3, 3], n=2)
>>> easy.tolist(), hard.tolist()
([1], [0])
>>> [sorted(epoch.tolist()) for epoch in curriculum.epochs([easy, hard], per_phase=1, final=1, seed=0)]
[[1], [0, 1], [0, 1]]
"""

from sentio.curriculum.buckets import Indices, at_random, dialogue_buckets, sample_buckets
from sentio.curriculum.difficulty import SCHEMES, SchemeName, difficulty
from sentio.curriculum.plan import Curriculum, difficulties, epochs, plan
from sentio.curriculum.similarity import similarity

__all__ = [
    "SCHEMES",
    "Curriculum",
    "Indices",
    "SchemeName",
    "at_random",
    "dialogue_buckets",
    "difficulties",
    "difficulty",
    "epochs",
    "plan",
    "sample_buckets",
    "similarity",
]
