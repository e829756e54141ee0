"""The recipe of a network over features."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sentio.card import Modality
from sentio.curriculum import Curriculum
from sentio.training.network_tuning import NetworkTuning
from sentio.training.recipe import Seeds

Settings = TypeVar("Settings", bound=BaseModel)


class Recipe(BaseModel, Generic[Settings]):
    """Everything that decides the result.

    `features` says by modality where the vectors of the utterances come from: an encoder's name or folder, or a file
    (`features.load`). `network` are the system's own settings. `held_out` is a split of the corpus to measure on
    instead of validation, its conversations taken out of training and validation put in. `limit` cuts both splits to
    so many conversations, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    corpus: str
    target: str | None = None
    seeds: Seeds = (42, 43, 44, 45, 46)
    features: dict[Modality, str] = Field(default={"text": "minilm"}, min_length=1)
    held_out: str | None = None
    limit: int | None = Field(default=None, ge=1)
    network: Settings
    curriculum: Curriculum = Curriculum(buckets=1, epochs_per_bucket=0, final_epochs=60)
    tuning: NetworkTuning = NetworkTuning()

    @model_validator(mode="before")
    @classmethod
    def _settings_have_defaults(cls, told: object) -> object:
        return {"network": {}} | told if isinstance(told, dict) else told
