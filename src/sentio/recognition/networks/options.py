"""What a user can say to a trained network."""

from pydantic import Field

from sentio.trained import TrainedBySeed


class NetworkOptions(TrainedBySeed):
    """Which of a run's models answers, and where the features of the conversations are."""

    text: str | None = Field(default=None, description="features of the words (PATH#ARRAY) instead of the run's")
    audio: str | None = Field(default=None, description="features of the voice (PATH#ARRAY) instead of the run's")
    video: str | None = Field(default=None, description="features of the picture (PATH#ARRAY) instead of the run's")
