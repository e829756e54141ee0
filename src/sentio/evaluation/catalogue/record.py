"""One published or own result: a number, and everything one must know before comparing it.

A row of `published.csv` or `own.csv`. Two surveys give the axes: what is understood (`ability`, after Lee et
al., Towards Social AI, arXiv 2409.15316) and how (`method` and `output`, after the survey of multimodal
language models for emotion, arXiv 2509.24322; the ids are ours).

>>> row = Result(system="DAG-ERC", task="emotion", ability="verbal.emotion", corpus="meld", split="test",
...     modalities=("text",), metric="weighted_f1", value=63.63, unit="percent", selection="validation",
...     selection_ref="released code", source_kind="copied", evidence="second-hand",
...     source="PRC-Emo paper, Table 2")
>>> Result.model_validate_json(row.model_dump_json()) == row
True
>>> row.shown
63.63
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sentio.card import Method, Modality, Task

Ability = Literal[
    "verbal.act",
    "verbal.emotion",
    "verbal.commonsense",
    "nonverbal.gesture",
    "nonverbal.gaze",
    "nonverbal.face",
    "multi.emotion",
    "multi.dynamics",
    "multi.situation",
    "belief",
]
Output = Literal["closed.set", "open.vocab", "description", "span"]
Role = Literal["system", "ablation", "baseline", "oracle", "human"]
Unit = Literal["percent", "fraction", "correlation", "points", "count"]
Selection = Literal["validation", "test", "unknown", "n/a"]
SourceKind = Literal["paper", "readme", "code", "data", "page", "copied", "reproduction", "recomputed", "ours"]
Evidence = Literal["verified", "second-hand"]

LOWER_IS_BETTER = frozenset({"mae", "rmse", "mae_0_10", "rmse_0_10", "B"})
"""Metrics whose small values are the good ones: errors, and the preference bias of Kang et al. 2024."""

Word = Annotated[str, Field(min_length=1)]


class Result(BaseModel):
    """What one system reached by one metric on one split, and who says so.

    `variant` is empty for the system as its authors mean it. `version` tells releases, label sets and targets
    of a corpus apart; rows of different version, split or metric are never ranked together. `value` is in
    `unit`, the source's own scale, `spread` the standard deviation over `n_seeds` in the same unit.
    `selection` is how the scored model was chosen, `selection_ref` how that is known (required for
    "validation" and "test"). `source_kind` is "copied" for a number quoted from others, "reproduction" for
    one that others reached with the authors' system; `evidence` is "verified" where it was read in, or
    recomputed from, the source itself. `split_hash` names the scored targets, of own runs only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Word
    variant: str = ""
    role: Role = "system"
    task: Task
    ability: Ability | None = None
    method: Method | None = None
    output: Output | None = None
    corpus: Word
    version: str = ""
    split: Word
    modalities: tuple[Modality, ...] = ()
    metric: Word
    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: Unit
    selection: Selection
    selection_ref: str = ""
    n_seeds: Annotated[int, Field(ge=1)] | None = None
    spread: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    source_kind: SourceKind
    evidence: Evidence
    source: Word
    split_hash: str = ""
    note: str = ""

    @field_validator("modalities")
    @classmethod
    def _ordered(cls, modalities: tuple[Modality, ...]) -> tuple[Modality, ...]:
        order: tuple[Modality, ...] = ("text", "audio", "video")
        return tuple(one for one in order if one in modalities)

    @model_validator(mode="after")
    def _selection_is_known_from_somewhere(self) -> Self:
        if self.selection in ("validation", "test") and not self.selection_ref:
            raise ValueError(f"selection {self.selection!r} needs a selection_ref that says how it is known")
        return self

    @property
    def name(self) -> str:
        """The system with its variant."""
        return f"{self.system}, {self.variant}" if self.variant else self.system

    @property
    def where(self) -> tuple[str, str, str, str]:
        """Corpus, version, split and metric: only rows that agree in all four may be ranked."""
        return self.corpus, self.version, self.split, self.metric

    @property
    def shown(self) -> float:
        """The value as tables show it: fractions become percent, so that one table has one scale."""
        return 100 * self.value if self.unit == "fraction" else self.value

    @property
    def mark(self) -> str:
        """What a reader must know beside the number: `T` chosen on the test split, `?` nobody says on what,
        `2` second-hand, `R` reached by others with the authors' system."""
        chosen = {"test": "T", "unknown": "?"}.get(self.selection, "")
        second = "2" if self.evidence == "second-hand" else ""
        return chosen + second + ("R" if self.source_kind == "reproduction" else "")
