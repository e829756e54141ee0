"""The options of a system that asks a language model: part of its `class Options`, and what they open."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from sentio import llms
from sentio.errors import SentioError
from sentio.llms.base import LanguageModel


class Asking(BaseModel):
    """Which model is asked; systems that can do without one say so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    llm: str | None = Field(default=None, description="a language model: openai/MODEL@URL, hf/PATH, scripted/lexicon")
    cache: Path | None = Field(default=None, description="an SQLite file that keeps answers")
    concurrency: int = Field(default=16, ge=1, description="questions worked on at once")

    def opened(self, system: str) -> LanguageModel:
        """The model. Raises `SentioError` where none is named, `LanguageModelError` where it cannot be opened."""
        if self.llm is None:
            known = "openai/MODEL@URL, hf/PATH; scripted/lexicon to see how it works"
            raise SentioError(f"{system} asks a language model: name one with --llm ({known})")
        return llms.open(self.llm, self.cache, self.concurrency)
