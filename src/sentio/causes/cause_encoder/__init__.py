"""An encoder of 22 million weights that finds causes and the causing words; it reads a conversation once.

The tasks, causal emotion entailment and causal span extraction, are those of Poria et al., "Recognizing Emotion Cause
in Conversations", Cognitive Computation 2021, on its RECCON corpus. Theirs classify each pair of utterances as a text
of its own, with encoders of 125 to 355 million weights; here `mini`'s reads the utterances once for all pairs, and a
small network judges these. Nothing of it is in the paper: its task, not its system.

>>> from sentio.causes import cause_encoder
>>> cause_encoder.load(cause_encoder.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: cause_encoder has to be trained: sentio train recipes/cause-encoder-reccon.toml, then --system runs/cause-encoder-reccon
"""  # noqa: E501

from typing import TYPE_CHECKING

from sentio.card import Card
from sentio.trained import TrainedBySeed

if TYPE_CHECKING:
    from sentio.causes.cause_encoder.finder import CauseEncoderFinder

card = Card(
    title="Cause encoder",
    summary="reads a conversation once and judges all pairs, and the words in them; trained in minutes on a CPU",
    paper="https://doi.org/10.1007/s12559-021-09925-7",
    languages=("en",),
    labels="dailydialog",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(TrainedBySeed):
    """Which of a run's models answers."""


def load(options: Options) -> "CauseEncoderFinder":
    """The finder of a training run, ready to answer.

    Raises `SentioError` where no run is named or its folder is damaged.
    """
    model = options.folder("cause_encoder", "recipes/cause-encoder-reccon.toml")
    from sentio.causes.cause_encoder.finder import CauseEncoderFinder

    return CauseEncoderFinder(model, options.seed_of)
