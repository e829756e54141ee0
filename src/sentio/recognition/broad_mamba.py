"""Broad Mamba: modalities read by state-space models in linear time and fused by how sure each is.

After Shou, Meng, Zhang, Yin and Li, "Revisiting Multi-modal Emotion Learning with Broad State Space Models and
Probability-guidance Fusion", arXiv 2404.17858, ECML PKDD 2025. Neither its code nor its full text was at hand: from the
abstract are the parts (a bidirectional state-space model and a broad learning system a modality, label probabilities
that guide the fusion), their order and the number of parameters; every equation and size is ours. A reconstruction,
whose scores say nothing about theirs.
"""

from functools import partial

from sentio.card import Card
from sentio.nn.broad_mamba import BroadMamba, Settings
from sentio.recognition.networks import recipe as recipes
from sentio.recognition.networks import recognizer, training
from sentio.recognition.networks.options import NetworkOptions

card = Card(
    title="Broad Mamba",
    summary="each modality by a state-space model and a broad layer, fused by how sure each is",
    paper="https://doi.org/10.1007/978-3-032-06078-5_29",
    modalities=("text", "audio", "video"),
    labels="meld",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(NetworkOptions):
    """Those of every network over features."""


Recipe = recipes.Recipe[Settings]
train = partial(training.train, BroadMamba)
load = partial(recognizer.load, BroadMamba, Settings, "broad_mamba")
