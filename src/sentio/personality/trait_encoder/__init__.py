"""Personality by a small network: character n-grams of each utterance, their mean over all of a speaker's, five heads.

For CPED's personality recognition (Chen et al., arXiv 2205.14727): one encoder and five binary heads, the sum of their
cross-entropies, as the paper has it; its encoder is BERT and was never released, this one is trained from scratch.

>>> from sentio.personality import trait_encoder
>>> trait_encoder.load(trait_encoder.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: trait_encoder has to be trained: sentio train recipes/trait-encoder-cped.toml, then --system runs/trait-encoder-cped
"""  # noqa: E501

from typing import TYPE_CHECKING

from sentio.card import Card
from sentio.trained import TrainedByFold

if TYPE_CHECKING:
    from sentio.personality.trait_encoder.profiler import TraitEncoder

card = Card(
    title="Personality by a character encoder",
    summary="high or low in each of the Big Five; one small network with five heads, trained from scratch",
    paper="https://arxiv.org/abs/2205.14727",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(TrainedByFold):
    """Which run's models answer."""


def load(options: Options) -> "TraitEncoder":
    """The profiler of a training run; raises `SentioError` where none is named or its folder is damaged."""
    model = options.folder("trait_encoder", "recipes/trait-encoder-cped.toml")
    from sentio.personality.trait_encoder.profiler import opened

    return opened(model, options.corpus)
