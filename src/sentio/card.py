"""What a component says about itself, readable without importing it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Modality = Literal["text", "audio", "video"]


class Card(BaseModel):
    """One row of `sentio ls`: what a component is, where it comes from, what it needs.

    Written as a literal at the top of a component's file, so that the registry can read it from the
    source. `extra` names the optional dependencies (`pip install "sentio[extra]"`), `labels` the
    label space a recogniser answers in, `suffixes` the file names a reader claims. `reconstruction`
    marks a system whose paper left parts open that we filled in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    summary: str
    paper: str | None = None
    licence: str = "Apache-2.0"
    modalities: tuple[Modality, ...] = ("text",)
    languages: tuple[str, ...] = ()
    labels: str | None = None
    suffixes: tuple[str, ...] = ()
    extra: str | None = None
    reconstruction: bool = False
