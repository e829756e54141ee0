"""Training by a recipe on an invented corpus and a tiny model, and the system that comes out."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sentio
from sentio import Conversation, Utterance, retrieval
from sentio.errors import RecipeError, SentioError
from sentio.evaluation import evaluate
from sentio.recognition import load
from sentio.recognition.exporting import export
from sentio.training.by_recipe import train

pytest.importorskip("trl")

from sentio.recognition.prc_emo.recognizer import PrcEmo
from sentio.recognition.prc_emo.train import Recipe

RECIPE = """
system = "prc_emo"
corpus = "meld"
model = "{model}"
seeds = [42, 43]

[curriculum]
buckets = 2
final_epochs = 1

[lora]
rank = 4
learning_rate = 3e-3
precision = "fp32"
nf4 = false
gradient_checkpointing = false
max_tokens = 512
every = 4
"""


def recipe(folder: Path, model: Path, **changes: str) -> Path:
    text = RECIPE.format(model=model)
    if "seeds" in changes:
        text = text.replace("seeds = [42, 43]\n", "")
    for name, value in changes.items():
        text = f"{name} = {value}\n" + text
    path = folder / "prc-emo-tiny.toml"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def trained(tiny_qwen3: Path, invented: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("run")
    told: list[tuple[str, float]] = []
    metrics = train(
        recipe(folder, tiny_qwen3), out=folder / "run", data=invented, progress=lambda *one: told.append(one)
    )
    assert [stage for stage, share in told if share == 1] == [
        "prompts of train", "prompts of validation", "seed 42", "seed 43"
    ]  # fmt: skip
    return folder / "run", metrics


def test_each_seed_is_measured_and_told_with_its_spread(trained: tuple[Path, dict[str, Any]]) -> None:
    run, metrics = trained
    assert metrics == json.loads((run / "metrics.json").read_text())
    assert (metrics["fitted_on"], metrics["selected_on"]) == (["meld/train"], ["meld/validation"])
    assert metrics["validation"]["weighted_f1"]["n"] == 2
    scores = [metrics["seeds"][seed]["weighted_f1"] for seed in ("42", "43")]
    assert metrics["validation"]["weighted_f1"]["mean"] == pytest.approx(np.mean(scores))
    assert metrics["train"] == {"conversations": 8, "utterances": 21}
    assert 0 < metrics["labelled_share"] < 0.1
    assert metrics["causal"]
    for losses in metrics["losses"].values():
        assert losses[-1] < 0.7 * losses[0]
    assert set(metrics["seeds"]["42"]["per_label"]) == set(sentio.labels.space("meld").labels)


def test_the_run_folder_is_a_system(trained: tuple[Path, dict[str, Any]], invented: Path, tmp_path: Path) -> None:
    run, metrics = trained
    assert {path.name for path in (run / "model").iterdir()} >= {"model.json", "seed-42", "seed-43", "tokenizer.json"}
    outcome = evaluate(str(run), "meld", data=invented, out=tmp_path / "evaluation")
    assert outcome.chosen_on == "this split"
    best = max(metrics["seeds"].values(), key=lambda judged: judged["weighted_f1"])
    assert outcome.rows[0].metrics["weighted_f1"].mean == pytest.approx(best["weighted_f1"])  # type: ignore[union-attr]
    other = evaluate(str(run), "meld", data=invented, out=tmp_path / "of-42", options={"seed_of": 42})
    expected = metrics["seeds"]["42"]["weighted_f1"]
    assert other.rows[0].metrics["weighted_f1"].mean == pytest.approx(expected)  # type: ignore[union-attr]


def test_a_seed_there_is_none_of_is_told(trained: tuple[Path, dict[str, Any]]) -> None:
    with pytest.raises(SentioError, match="has no seed 7; it has 42, 43"):
        load(str(trained[0]), {"seed_of": 7})


def test_the_best_seed_is_exported_or_one_that_there_is(
    trained: tuple[Path, dict[str, Any]], invented: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained[0], run)
    manifest = run / "model" / "model.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"seeds": {"42": 0.1, "43": 0.9}}))
    for name, seed, chosen in (("best", None, 43), ("named", 42, 42)):
        export(run, "llama-factory", tmp_path / name, seed=seed, data=invented)
        assert f"\nseed: {chosen}\n" in (tmp_path / name / "train.yaml").read_text()
    with pytest.raises(SentioError, match="has no seed 99; it has 42, 43"):
        export(run, "llama-factory", tmp_path / "other", seed=99, data=invented)


def test_a_model_tuned_to_other_prompts_is_refused(trained: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained[0], run)
    manifest = run / "model" / "model.json"
    manifest.write_text(manifest.read_text().replace('"wording": "erc-1/', '"wording": "erc-0/'))
    with pytest.raises(SentioError, match="was tuned to other prompts"):
        load(str(run))
    manifest.write_text("{}")
    with pytest.raises(SentioError, match=r"model\.json: base: field required"):
        load(str(run))
    manifest.unlink()
    with pytest.raises(SentioError, match=r"model\.json is missing; is the training finished\?"):
        load(str(run))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"limit": "1"}, "a curriculum of 2 buckets needs as many"),
        ({"seeds": "[-1]"}, r"seeds\.0: input should be greater than or equal to 0"),
        ({"seeds": "[2147483648]"}, r"seeds\.0: input should be less than 2147483648"),
        ({"target": '"mood"'}, "has no emotions 'mood' to be named; it has emotion, sentiment"),
    ],
)
def test_recipes_that_do_not_fit_are_told(
    tiny_qwen3: Path, invented: Path, tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    with pytest.raises(RecipeError, match=says):
        train(recipe(tmp_path, tiny_qwen3, **changes), out=tmp_path / "run", data=invented)


def test_a_missing_model_and_doubled_seeds_are_told(tiny_qwen3: Path, invented: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="model: no folder with a model at nowhere; download it"):
        train(recipe(tmp_path, Path("nowhere")), out=tmp_path / "run", data=invented)
    doubled = tmp_path / "doubled.toml"
    doubled.write_text(RECIPE.format(model=tiny_qwen3).replace("[42, 43]", "[42, 42]"))
    with pytest.raises(RecipeError, match=r"doubled\.toml: a seed is there twice"):
        train(doubled, out=tmp_path / "run2", data=invented)


def test_labels_that_are_measured_on_are_never_shown(tiny_qwen3: Path, invented: Path, tmp_path: Path) -> None:
    retrieval.build(["meld:train", "meld:validation"], tmp_path / "leak", encoder="mini", data=invented)
    path = recipe(tmp_path, tiny_qwen3, demos=f'"{tmp_path}/leak"')
    with pytest.raises(RecipeError, match="leak holds labels of meld/validation, which is measured on; build one"):
        train(path, out=tmp_path / "run", data=invented)


def test_what_is_shown_it_has_seen_and_a_run_is_shown_the_default_again_in_any_folder(
    tiny_qwen3: Path, invented: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = recipe(tmp_path, tiny_qwen3, demos='"everyday"', seeds="[42]")
    metrics = train(path, out=tmp_path / "run", data=invented)
    assert metrics["fitted_on"] == ["meld/train", "everyday/train"]
    monkeypatch.chdir(tmp_path)
    recognizer = load(str(tmp_path / "run"), {})
    assert isinstance(recognizer, PrcEmo)
    assert isinstance(recognizer.prompter.demonstrator, retrieval.Retriever)
    assert recognizer.prompter.demonstrator.repository.path == retrieval.load().path


def test_a_run_that_was_shown_none_is_shown_none(trained: tuple[Path, dict[str, Any]]) -> None:
    recognizer = load(str(trained[0]), {})
    assert isinstance(recognizer, PrcEmo)
    assert recognizer.prompter.demonstrator is None


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('exclude = "conversation"', 'compat = "official" retrieves with exclude = "self": leave it out'),
        ("k = 5", "retrieves with k = 3: leave it out"),
    ],
)
def test_half_of_the_released_retrieval_is_refused(tmp_path: Path, table: str, says: str) -> None:
    path = recipe(tmp_path, tmp_path, compat='"official"')
    path.write_text(path.read_text() + f"\n[retrieval]\n{table}\n")
    with pytest.raises(RecipeError, match=says):
        train(path, out=tmp_path / "run")


def test_the_released_retrieval_is_that_of_the_code() -> None:
    told = {"system": "prc_emo", "corpus": "meld", "model": "m", "compat": "official"}
    for table in ({}, {"k": 3, "exclude": "self"}):
        released = Recipe.model_validate(told | {"retrieval": table}).released()
        assert released.retrieval == retrieval.OFFICIAL
        assert released.released() == released


def test_the_released_recipe_trains(tiny_qwen3: Path, invented: Path, tmp_path: Path) -> None:
    path = recipe(tmp_path, tiny_qwen3, compat='"official"', seeds="[42]")
    metrics = train(path, out=tmp_path / "run", data=invented)
    assert not metrics["causal"]
    chat = Conversation(id="kitchen", utterances=(Utterance(id="0", speaker="Ada", text="I found it!"),))
    assert len(sentio.recognize(chat, system=str(tmp_path / "run"))) == 1
