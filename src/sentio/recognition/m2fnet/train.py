"""How `m2fnet` is trained: extractors first, where the recipe wants them, then the dialogue level."""

from pathlib import Path
from typing import Any

from pydantic import model_validator

from sentio.recognition.m2fnet.network import M2FNet, Settings
from sentio.recognition.m2fnet.sources import EXTRACTOR, learned
from sentio.recognition.networks import recipe as recipes
from sentio.recognition.networks import training
from sentio.recognition.networks.dialogues import Sources
from sentio.training.extractor_tuning import ExtractorTuning
from sentio.training.run_folder import RunFolder


class Recipe(recipes.Recipe[Settings]):
    """`features` of audio and video may be "extractor": vectors of the recordings that the utterances name, by
    extractors that the run trains on the train split, with the first seed and the settings `extractor`."""

    extractor: ExtractorTuning = ExtractorTuning()

    @model_validator(mode="after")
    def _reads_recordings(self) -> "Recipe":
        if self.features.get("text") == EXTRACTOR:
            raise ValueError("features.text: an extractor reads recordings, not words; name an encoder or a file")
        if "extractor" in self.model_fields_set and EXTRACTOR not in self.features.values():
            raise ValueError(f"extractor: neither audio nor video of [features] is {EXTRACTOR!r}")
        return self


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: training.Progress) -> dict[str, Any]:
    """Train what the recipe says; raises as `networks.training.train`, and `MissingExtra` where recordings need it."""

    def sources(taught: training.Taught) -> Sources:
        return {
            modality: training.source(address, data)
            if address != EXTRACTOR or modality == "text"
            else learned(modality, recipe.extractor, recipe.seeds[0], run, taught, progress)
            for modality, address in recipe.features.items()
        }

    return training.train(M2FNet, recipe, run, data, progress, sources)
