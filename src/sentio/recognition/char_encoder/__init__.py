"""A small network that reads character n-grams, then the dialogue: Chinese emotions without a pretrained model.

For CPED (Chen et al., arXiv 2205.14727), whose own encoders were never released: vectors of each
utterance's n-grams, a GRU over the dialogue and one over each speaker's own turns (our design). Trained from scratch on
two CPU cores; it sees words only, never a gold label.

>>> from sentio.recognition import char_encoder
>>> char_encoder.load(char_encoder.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: char_encoder has to be trained: sentio train recipes/char-encoder-cped.toml, then --system runs/char-encoder-cped
"""  # noqa: E501

from typing import TYPE_CHECKING

from sentio.card import Card
from sentio.trained import TrainedByFold

if TYPE_CHECKING:
    from sentio.recognition.char_encoder.recognizer import CharEncoder

card = Card(
    title="Character encoder",
    summary="character n-grams, then the dialogue and each speaker's turns; trained from scratch in minutes on a CPU",
    paper="https://arxiv.org/abs/2205.14727",
    labels="cped13",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(TrainedByFold):
    """Which run's models answer."""


def load(options: Options) -> "CharEncoder":
    """The recogniser of a training run; raises `SentioError` where none is named or its folder is damaged."""
    model = options.folder("char_encoder", "recipes/char-encoder-cped.toml")
    from sentio.recognition.char_encoder.recognizer import opened

    return opened(model, options.corpus)
