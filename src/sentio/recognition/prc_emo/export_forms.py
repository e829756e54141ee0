"""A run of PRC-Emo for use elsewhere: one merged model, an adapter that vLLM serves, LLaMA-Factory's data."""

import json
from collections.abc import Callable
from pathlib import Path

from sentio.errors import UnknownName
from sentio.recognition.prc_emo import manifest
from sentio.recognition.prc_emo.train import Recipe, learn_from, rows
from sentio.training import llama_factory
from sentio.training import recipe as recipes
from sentio.training.lora_export import write_adapter, write_merged


def export(run: Path, form: str, out: Path, seed: int | None, data: Path | None) -> str:
    """Write the run in that form to `out`; a line that says how it is used. See `recognition.exporting`."""
    if form not in FORMS:
        raise UnknownName("form of export", form, FORMS)
    return FORMS[form](run, out, seed, data)


def _merged(run: Path, out: Path, seed: int | None, data: Path | None) -> str:
    model = run / "model"
    write_merged(manifest.read(model).adapter(model, seed), model, out)
    return f"sentio recognize chat.txt --system {run} --llm hf/{out}"


def _adapter(run: Path, out: Path, seed: int | None, data: Path | None) -> str:
    model = run / "model"
    trained = manifest.read(model)
    rank = write_adapter(trained.adapter(model, seed), model, out)
    served = f"vllm serve {trained.base} --enable-lora --max-lora-rank {rank} --lora-modules {out.name}={out}"
    return f"{served}; sentio recognize chat.txt --system {run} --llm openai/{out.name}@http://localhost:8000/v1"


def _llama_factory(run: Path, out: Path, seed: int | None, data: Path | None) -> str:
    """The chats of all epochs in the order of training; read anew from the corpora."""
    path = run / "config.toml"
    trained = manifest.read(run / "model")
    chosen = trained.chosen(run / "model", seed)
    # The recipe's paths are from the folder of the training, the manifest's from anywhere.
    places = {"model": trained.base, "knowledge": trained.knowledge, "demos": trained.demos}
    tables = recipes.read(path)[1] | {name: place for name, place in places.items() if place is not None}
    recipe = recipes.checked(path, tables, Recipe).released()
    lessons = learn_from(recipe, data, lambda stage, share: None)
    chats = dict(zip((one for dialogue in lessons.train.samples for one in dialogue), lessons.train.chats, strict=True))
    planned = rows(recipe, lessons.train, chosen, len(lessons.space))
    ordered = (chats[sample] for epoch in planned.epochs for row in epoch for sample in planned.rows[row])
    kind = json.loads((recipe.model / "config.json").read_text("utf8")).get("model_type", "")
    written = llama_factory.write(
        out, ordered, lessons.kept.chats, recipe.lora, str(recipe.model.resolve()), kind, chosen
    )
    counts = f"{written.train} chats to train on, {written.validation} to validate on"
    return f"{counts}; cd {out} && llamafactory-cli train train.yaml"


FORMS: dict[str, Callable[[Path, Path, int | None, Path | None], str]] = {
    "merged": _merged,
    "adapter": _adapter,
    "llama-factory": _llama_factory,
}
