"""M2FNet: transformers over a dialogue's text, audio and video, and an attention that fuses them.

After Chudasama, Kar, Gudmalwar, Shah, Wasnik and Onoe, "M2FNet: Multi-modal Fusion Network for Emotion Recognition in
Conversation", CVPR Workshops 2022. There is no official code. What the paper leaves open (widths, heads, how an encoder
is built, how triplets are drawn) is filled in from the re-implementation by iosonopersia and by ourselves: a
reconstruction.
"""

from typing import TYPE_CHECKING

from sentio.card import Card
from sentio.recognition.networks.options import NetworkOptions

if TYPE_CHECKING:
    from sentio.recognition.networks.recognizer import NetworkRecognizer

card = Card(
    title="M2FNet",
    summary="reads text, audio and video of a whole dialogue; sound and picture say which words to look at",
    paper="https://arxiv.org/abs/2206.02187",
    modalities=("text", "audio", "video"),
    labels="meld",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(NetworkOptions):
    """Those of every network over features."""


def load(options: Options) -> "NetworkRecognizer":
    """The recogniser of a training run; raises as `recognizer.load`."""
    from sentio.recognition.m2fnet.network import M2FNet, Settings
    from sentio.recognition.m2fnet.sources import recorded
    from sentio.recognition.networks import recognizer

    return recognizer.load(M2FNet, Settings, "m2fnet", options, recorded)
