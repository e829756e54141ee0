"""EmotionIC: emotional inertia and contagion in attention, in a recurrent layer and in a random field over the labels.

Liu, Li, Wang and Zeng, "EmotionIC: emotional inertia and contagion-driven dependency modeling for emotion
recognition in conversation", SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6, arXiv 2303.11117.
The network is `sentio.nn.emotionic`. The paper reads vectors of a tuned RoBERTa-large; here any vectors are read.
"""

from functools import partial
from typing import Self

from pydantic import Field, model_validator

from sentio.card import Card
from sentio.nn.emotionic import EmotionIC, Settings
from sentio.recognition.networks import recipe as recipes
from sentio.recognition.networks import recognizer, training
from sentio.recognition.networks.options import NetworkOptions
from sentio.training.network_tuning import NetworkTuning

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


class Tuning(NetworkTuning):
    """Those of every network, but for the smoothing: the field has none, and so has what is compared with it."""

    smoothing: float = Field(default=0.0, ge=0, lt=1)


class Recipe(recipes.Recipe[Settings]):
    """That of every network over features, without what a random field does not read."""

    tuning: Tuning = Tuning()

    @model_validator(mode="after")
    def _the_field_reads_no_weights(self) -> Self:
        if self.network.crf and (self.tuning.class_weights or self.tuning.smoothing):
            name = "class_weights" if self.tuning.class_weights else "smoothing"
            raise ValueError(
                f"tuning.{name}: the random field scores sequences, which have no class: leave it out, or set "
                "network.crf = false"
            )
        return self


train = partial(training.train, EmotionIC)
load = partial(recognizer.load, EmotionIC, Settings, "emotionic")
