"""A small Transformer-XL that replies, told what the one feels whom it answers; trained from scratch on a CPU.

After Goel, Susan, Vashisht and Dhanda, "Emotion-aware Transformer Encoder for Empathetic Dialogue Generation", ACIIW
2021. The abstract says four things: a detector trained first supplies the emotion, the encoder adds its embedding to
the words' and normalises the sum, encoder and decoder follow Transformer-XL, EmpatheticDialogues is the corpus. All
else is ours: a reconstruction. No code was released.

A conversation is read turn by turn: the encoder reads what is said, with a memory of the turns before, and the decoder
writes the turn that follows, with a memory of those it has written or heard. No language model is asked.

>>> from sentio.responses import emotion_transformer
>>> emotion_transformer.load(emotion_transformer.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: emotion_transformer has to be trained: sentio train recipes/emotion-transformer-meld.toml, then --system runs/emotion-transformer-meld
"""  # noqa: E501

from typing import TYPE_CHECKING

from pydantic import Field

from sentio.card import Card
from sentio.trained import Trained

if TYPE_CHECKING:
    from sentio.responses.emotion_transformer.responder import EmotionTransformer

card = Card(
    title="Emotion-aware Transformer-XL",
    summary="hears what the other feels and replies, with a memory of the turns; trained from scratch on a CPU",
    paper="https://arxiv.org/abs/2204.11320",
    labels="empathetic32",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(Trained):
    """Which of a run's models replies, and how it looks for words."""

    seed_of: int | None = Field(default=None, description="which of a run's seeds replies; by default the best")
    beam: int = Field(default=4, ge=1, le=64, description="replies kept while looking for the likeliest; 1 is greedy")
    length_penalty: float = Field(default=1.0, ge=0, description="the more, the longer; 0 compares whole replies")


def load(options: Options) -> "EmotionTransformer":
    """The responder of a training run. Raises `SentioError` where no run is named or its folder is damaged."""
    model = options.folder("emotion_transformer", "recipes/emotion-transformer-meld.toml")
    from sentio.responses.emotion_transformer.responder import EmotionTransformer

    return EmotionTransformer(model, options.seed_of, options.beam, options.length_penalty)
