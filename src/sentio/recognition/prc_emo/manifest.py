"""What a training run leaves beside its adapters: how the model was asked, so that it is asked the same again.

runs/prc-emo-meld/model/
  model.json        this
  tokenizer.json …  counts the tokens of prompts, also for a model behind a server
  seed-42/          an adapter in PEFT's format, for each seed
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.prompts.parts import Parts
from sentio.retrieval import Retrieval
from sentio.training.manifest_file import asked_seeds, read_manifest

NAME = "model.json"


class Manifest(BaseModel):
    """`model.json`. `base` is the folder of the tuned model, `seeds` the weighted F1 of each adapter on validation,
    `wording` the name and hash of the prompts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    space: str
    corpus: str
    parts: Parts
    wording: str
    knowledge: str | None
    demos: str | None
    retrieval: Retrieval
    max_tokens: int
    nf4: bool
    seeds: dict[int, float]

    @property
    def best(self) -> int:
        """The seed whose adapter is best on validation; of equal ones the first."""
        return max(self.seeds, key=lambda seed: self.seeds[seed])

    def chosen(self, model: Path, seed: int | None) -> int:
        """The seed, the best one for None. Raises `SentioError` for a seed that the run in `model` has not."""
        (chosen,) = asked_seeds(model, self.seeds, self.best if seed is None else seed)
        return chosen

    def adapter(self, model: Path, seed: int | None) -> Path:
        """The folder of a seed's adapter, as `chosen` takes it."""
        return model / f"seed-{self.chosen(model, seed)}"


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none or it is damaged."""
    return read_manifest(model / NAME, Manifest)
