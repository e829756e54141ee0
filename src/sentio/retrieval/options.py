"""How demonstrations are chosen, as data: a recipe's table and a command's flags."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LabelPolicy = Literal["drop", "nearest", "show", "official"]
Exclusion = Literal["conversation", "self"]


class Retrieval(BaseModel):
    """How demonstrations are chosen. The defaults are ours; `OFFICIAL` is what the released code of PRC-Emo does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(default=3, ge=1, description="demonstrations an utterance (PRC-Emo: 3)")
    exclude: Exclusion = Field(
        default="conversation",
        description="conversation: nothing of the own conversation and no twin of the text; self: only the utterance",
    )
    labels: LabelPolicy = Field(
        default="drop",
        description="an entry whose label the target has not: drop it, take the nearest, show it as it is; "
        "official: the released table",
    )
    shared: bool = Field(default=False, description="keep corpora that hold conversations of the target's")
    context: float = Field(default=0.0, ge=0, lt=1, description="weight of what was said before, 0..1")
    diversity: float = Field(default=0.0, ge=0, lt=1, description="weight of being unlike those chosen (MMR), 0..1")
    per_label: int | None = Field(default=None, ge=1, description="at most so many demonstrations of one label")
    rerank: bool = Field(default=False, description="order by a learned chance of carrying the right label")
    index: str = Field(default="exact", description="a name of the indexes: exact, usearch, lance")


OFFICIAL = Retrieval(exclude="self", labels="official", shared=True)
"""As the code released with PRC-Emo chooses, but for one thing: it leaves out the utterance of the same number in any
corpus, we that of the same corpus. It prints squared L2, which is 2 - 2 * similarity."""
