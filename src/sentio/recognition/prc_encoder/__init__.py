"""PRC-Emo's recipe on a small encoder: an interpretation, retrieved evidence and a curriculum, on two CPU cores.

After Li, Liu, Qiao and Xu, "Do LLMs Feel? Teaching Emotion Recognition with Prompts, Retrieval, and Curriculum
Learning", AAAI 2026. The paper tunes a language model of 8 billion weights; here the 22 million of `mini` read the
conversation. What stands for what:

- P: the emotion scores that `mini` gives an utterance are its interpretation; who speaks, by name where the training
  knows the name, is the speaker's description.
- R: the labels of the most similar training utterances, as shares and not as text.
- C: the paper's, conversations by their emotional shifts.

Nothing of this is in the paper: a reconstruction of its idea, not of its system.

>>> from sentio.recognition import prc_encoder
>>> prc_encoder.load(prc_encoder.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: prc_encoder has to be trained: sentio train recipes/prc-encoder-meld.toml, then --system runs/prc-encoder-meld
"""  # noqa: E501

from typing import TYPE_CHECKING

from pydantic import Field

from sentio.card import Card
from sentio.trained import TrainedBySeed

if TYPE_CHECKING:
    from sentio.recognition.prc_encoder.recognizer import PrcEncoder

card = Card(
    title="PRC-Emo on a small encoder",
    summary="reads whole conversations with interpretation, evidence and speakers; trained in minutes on a CPU",
    paper="https://doi.org/10.1609/aaai.v40i38.40446",
    languages=("en",),
    labels="meld",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(TrainedBySeed):
    """Which of a run's models answers."""

    corpus: str | None = Field(default=None, description="the corpus these conversations are of; the run's by default")


def load(options: Options) -> "PrcEncoder":
    """The recogniser of a training run, ready to answer.

    Raises `SentioError` where no run is named or its folder is damaged, `InputError` where its demonstrations are.
    """
    model = options.folder("prc_encoder", "recipes/prc-encoder-meld.toml")
    from sentio.recognition.prc_encoder.recognizer import PrcEncoder

    return PrcEncoder(model, options.seed_of, options.corpus)
