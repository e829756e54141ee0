"""What the parts of a prompt hold, and which of them are there."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True)
class Example:
    """A demonstration: an utterance and the label it bears, in the words of the corpus that is asked about.

    `source` names the corpus it comes from and `similarity` its cosine to the query, -1..1; only prompts in the
    released layout show them.

    >>> Example("You kept my seat!", "joy", source="meld", similarity=0.81).label
    'joy'
    """

    text: str
    label: str
    source: str = ""
    similarity: float | None = None


@dataclass(frozen=True)
class Insight:
    """What a language model wrote about an utterance and its speaker; "" is a gap.

    >>> Insight(implicit="She would rather be asked twice.").explicit
    ''
    """

    explicit: str = ""
    implicit: str = ""
    characteristics: str = ""


class Parts(BaseModel):
    """Which parts a prompt has, as recipe keys and options of a command.

    The switches are the ablations of PRC-Emo, Table 4: without `speaker` is -S, without `interpretation` -I, without
    `retrieval` -R; without the first two there is no knowledge (-P).

    >>> Parts(retrieval=False).window
    5
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speaker: bool = Field(default=True, description="Tell what the speaker is like.")
    interpretation: bool = Field(default=True, description="Tell what the utterance shows and what lies beneath it.")
    retrieval: bool = Field(default=True, description="Show labelled utterances that are similar.")
    # w = 5: paper and released code.
    window: int = Field(default=5, ge=0, description="Utterances of context on one side of the one that is judged.")
    # The paper says past; the released code reads as many utterances after the target.
    context: Literal["past", "symmetric"] | None = Field(
        default=None, description="past, or symmetric, which reads the future; past unless compat is official."
    )
    # Ours: training and servers that cache prefixes compute once what prompts begin with alike.
    layout: Literal["paper", "shared"] = Field(
        default="paper", description="paper: its order; shared: what a conversation's prompts have in common first."
    )
    compat: Literal["official"] | None = Field(
        default=None, description="official: the released layout, with definitions, sources and distances."
    )

    @property
    def symmetric(self) -> bool:
        """Whether utterances after the target are read: such a system is not causal."""
        return (self.context or ("symmetric" if self.compat == "official" else "past")) == "symmetric"
