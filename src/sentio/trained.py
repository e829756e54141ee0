"""Options of a system that has to be trained: whose model answers, and what is said where none is named.

A system's own `class Options` is one of these, or has one among its bases. Where the system is named by its run folder,
`sentio.loading` fills `model` in.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from sentio.errors import SentioError


class Trained(BaseModel):
    """Which run's model answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path | None = Field(default=None, description="the model folder of a training run")

    def folder(self, system: str, recipe: str, flag: str = "--system") -> Path:
        """The model folder; `recipe` makes one, and `flag` takes the run.

        Raises `SentioError` that says so where none is named.

        >>> Trained().folder("char_ngrams", "recipes/char-ngrams-cped.toml")
        Traceback (most recent call last):
            ...
        sentio.errors.SentioError: char_ngrams has to be trained: sentio train recipes/char-ngrams-cped.toml, then --system runs/char-ngrams-cped
        """  # noqa: E501
        if self.model is None:
            run = f"runs/{Path(recipe).stem}"
            raise SentioError(f"{system} has to be trained: sentio train {recipe}, then {flag} {run}")
        return self.model


class TrainedBySeed(Trained):
    """Which of a run's models answers, where it trains one a seed and they answer together."""

    seed_of: int | None = Field(default=None, description="which of a run's seeds answers; by default their average")


class TrainedByFold(Trained):
    """Which run's models answer, where each has been trained without a fold of the corpus."""

    corpus: str | None = Field(
        default=None, description="the corpus these conversations are of: models answer that have not seen them"
    )
