"""Personality by a small network: character n-grams of each utterance, their mean over all of a speaker's, five heads.

For CPED's personality recognition (Chen et al., arXiv 2205.14727): one encoder and five binary heads, the sum of their
cross-entropies, as the paper has it; its encoder is BERT and was never released, this one is trained from scratch.

>>> from sentio.personality import trait_encoder
>>> trait_encoder.load(trait_encoder.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: trait_encoder has to be trained: sentio train recipes/trait-encoder-cped.toml, then --system runs/trait-encoder-cped
"""  # noqa: E501

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from sentio.card import Card
from sentio.errors import SentioError

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


class Options(BaseModel):
    """Which run's models answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path | None = Field(default=None, description="the model folder of a training run")
    corpus: str | None = Field(
        default=None, description="the corpus these conversations are of: models answer that have not seen them"
    )


def load(options: Options) -> "TraitEncoder":
    """The profiler of a training run; raises `SentioError` where none is named or its folder is damaged."""
    if options.model is None:
        recipe = "sentio train recipes/trait-encoder-cped.toml"
        raise SentioError(f"trait_encoder has to be trained: {recipe}, then --system runs/trait-encoder-cped")
    from sentio.personality.trait_encoder.profiler import opened

    return opened(options.model, options.corpus)
