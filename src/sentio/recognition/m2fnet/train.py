"""How the dialogue level of `m2fnet` is trained."""

from functools import partial

from sentio.recognition.m2fnet.network import M2FNet, Settings
from sentio.recognition.networks import recipe as recipes
from sentio.recognition.networks import training

Recipe = recipes.Recipe[Settings]
train = partial(training.train, M2FNet)
