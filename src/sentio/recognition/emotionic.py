"""EmotionIC: emotional inertia and contagion in attention, in a recurrent layer and in a random field over the labels.

Liu, Li, Wang and Zeng, "EmotionIC: emotional inertia and contagion-driven dependency modeling for emotion
recognition in conversation", SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6, arXiv 2303.11117.
The network is `sentio.nn.emotionic`. The paper reads vectors of a tuned RoBERTa-large; here any vectors are read.
"""

from functools import partial

from sentio.card import Card
from sentio.nn.emotionic import EmotionIC, Settings
from sentio.recognition.networks import recipe as recipes
from sentio.recognition.networks import recognizer, training
from sentio.recognition.networks.options import NetworkOptions

card = Card(
    title="EmotionIC",
    summary="inertia of a speaker and contagion between speakers, down to the labels; trained on vectors of utterances",
    paper="https://doi.org/10.1007/s11432-023-3908-6",
    modalities=("text", "audio", "video"),
    languages=("en",),
    labels="meld",
    extra="train",
    method="tuned.full",
)


class Options(NetworkOptions):
    """Those of every network over features."""


Recipe = recipes.Recipe[Settings]
train = partial(training.train, EmotionIC)
load = partial(recognizer.load, EmotionIC, Settings, "emotionic")
