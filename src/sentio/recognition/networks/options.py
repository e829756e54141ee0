"""What a user can say to a trained network."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class NetworkOptions(BaseModel):
    """Which of a run's models answers, and where the features of the conversations are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path | None = Field(default=None, description="the model folder of a training run")
    seed_of: int | None = Field(default=None, description="which of a run's seeds answers; by default their average")
    text: str | None = Field(default=None, description="features of the words (PATH#ARRAY) instead of the run's")
    audio: str | None = Field(default=None, description="features of the voice (PATH#ARRAY) instead of the run's")
    video: str | None = Field(default=None, description="features of the picture (PATH#ARRAY) instead of the run's")
