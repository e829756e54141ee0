"""Training the encoder by a recipe on an invented corpus, and the system that comes out."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file
from tests.changed_recipe import written
from tests.invented import ENCODER

from sentio import Conversation, Utterance, recognition, retrieval
from sentio.errors import InputError, RecipeError, SentioError
from sentio.evaluation import evaluate
from sentio.recognition.prc_encoder import manifest
from sentio.recognition.prc_encoder.train import Recipe
from sentio.training import recipe as recipes
from sentio.training.by_recipe import train
from sentio.training.tuned_encoder import LOWER
from sentio.training.weights_file import seed_file


def tiny(folder: Path, demos: Path, *changes: tuple[str, str]) -> Path:
    return written(folder / "tiny.toml", ENCODER.format(demos=demos), *changes)


@pytest.fixture(scope="module")
def run(trained_encoder: Path) -> Path:
    return trained_encoder


@pytest.fixture(scope="module")
def demos(trained_encoder: Path) -> Path:
    return trained_encoder.with_name("demos")


CHATS = [
    Conversation(
        id=name,
        utterances=tuple(Utterance(id=str(n), speaker="AB"[n % 2], text=text) for n, text in enumerate(texts)),
    )
    for name, texts in {
        "plain": ("I found my keys!", "Nobody carried the train.", "That cup it is."),
        "empty": (),
        "odd": ("", "   ", "no " * 3_000, "\ud800 half", "مرحبا"),
    }.items()
]


def test_it_learns_what_single_words_say(run: Path, invented: Path, tmp_path: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["all"]["weighted_f1"]["mean"] > 0.6
    assert set(metrics["all"]["seeds"]) == {"1", "2"}
    assert (metrics["fitted_on"], metrics["selected_on"]) == (["meld/train"], ["meld/validation"])
    outcome = evaluate(str(run), "meld", data=invented, out=tmp_path / "evaluation")
    score = outcome.rows[0].metrics["weighted_f1"]
    assert score is not None
    assert score.mean == pytest.approx(metrics["all"]["average_of_seeds"]["weighted_f1"], abs=1e-6)
    assert outcome.chosen_on == "this split"


def test_predictions_keep_every_promise(run: Path) -> None:
    system = recognition.load(str(run))
    together = list(system.predict(CHATS))
    assert [len(one.probabilities) for one in together] == [3, 0, 5]
    for one, chat in zip(together, CHATS, strict=True):
        np.testing.assert_allclose(one.probabilities.sum(axis=1), 1.0, atol=1e-6)
        (alone,) = system.predict([chat])
        np.testing.assert_array_equal(alone.probabilities, one.probabilities)

    def endless() -> Iterator[Conversation]:
        while True:
            yield CHATS[0]

    np.testing.assert_array_equal(next(iter(system.predict(endless()))).probabilities, together[0].probabilities)


def test_the_average_is_that_of_the_seeds(run: Path) -> None:
    def answer(**options: object) -> "np.ndarray[tuple[int, ...], np.dtype[np.floating]]":
        return next(iter(recognition.load(str(run), options).predict(CHATS))).probabilities

    np.testing.assert_allclose(answer(), (answer(seed_of=1) + answer(seed_of=2)) / 2, atol=1e-7)
    assert not np.allclose(answer(seed_of=1), answer(seed_of=2), atol=1e-3)


def test_without_evidence_interpretation_and_names(invented: Path, demos: Path, tmp_path: Path) -> None:
    bare = tiny(
        tmp_path,
        demos,
        (f'demos = "{demos}"', "interpretation = false\ncausal = true"),
        ("names = 3", "limit = 4"),
        ("seeds = [1, 2]", "seeds = [1]"),
        ("final_epochs = 6", "final_epochs = 1"),
    )
    train(bare, out=tmp_path / "run", data=invented)
    found = manifest.read(tmp_path / "run" / "model")
    assert (found.shape.scores, found.names, found.evidence, found.shape.causal) == (0, (), None, True)
    assert len(list(recognition.load(str(tmp_path / "run")).predict(CHATS))) == 3


def test_another_run_is_a_start_and_its_layers_stay(run: Path, invented: Path, demos: Path, tmp_path: Path) -> None:
    recipe = tiny(
        tmp_path,
        demos,
        ("upper = 1", f'upper = 0\nstandardised = true\nsentences = true\nstart = "{run}"'),
        ("seeds = [1, 2]", "seeds = [3]"),
    )
    train(recipe, out=tmp_path / "run", data=invented)
    below = load_file(tmp_path / "run" / "model" / LOWER)
    first = manifest.read(run / "model")
    best = load_file(seed_file(run / "model", max(first.seeds, key=lambda seed: first.seeds[seed])))
    for name, tensor in best.items():
        if name.startswith("layers.0."):
            np.testing.assert_array_equal(tensor.numpy(), below[name.replace("layers.0.", "layers.5.")].numpy())
    shape = manifest.read(tmp_path / "run" / "model").shape
    assert (shape.upper, shape.sentence, shape.standardised) == (0, 384, True)
    assert len(list(recognition.load(str(tmp_path / "run")).predict(CHATS))) == 3


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (("seeds = [1, 2]", "seeds = [-1]"), RecipeError, "greater than or equal to 0"),
        (("learning_rate = 1e-3", "learning_rate = 1e30"), RecipeError, "the loss is nan"),
        (("k = 4", 'labels = "official"'), RecipeError, "evidence counts labels of the target"),
        (("seeds = [1, 2]", "seeds = [1, 1]"), RecipeError, "a seed is there twice"),
        (('corpus = "meld"', 'corpus = "meld"\ntarget = "sentimint"'), RecipeError, "has no emotions 'sentimint'"),
        (('corpus = "meld"', 'corpus = "meld"\nheld_out = "session9"'), SentioError, "unknown split of meld"),
        (("upper = 1", 'start = "nowhere"'), SentioError, "no model at nowhere"),
        (("hidden = 16", "hidden = 15"), RecipeError, "hidden: input should be a multiple of 2"),
    ],
)
def test_a_recipe_that_does_not_fit_is_told_in_a_line(
    change: tuple[str, str], error: type[SentioError], says: str, invented: Path, demos: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says) as raised:
        train(tiny(tmp_path, demos, change), out=tmp_path / "run", data=invented)
    assert "\n" not in str(raised.value)


def test_what_is_measured_on_is_no_evidence(invented: Path, demos: Path, tmp_path: Path) -> None:
    retrieval.build(["meld:train", "meld:validation"], tmp_path / "both", encoder="mini", data=invented)
    with pytest.raises(RecipeError, match="holds labels of meld/validation, which is measured on"):
        train(tiny(tmp_path, tmp_path / "both"), out=tmp_path / "run", data=invented)


def test_a_killed_run_goes_on_with_the_evidence_it_began_with(
    run: Path, invented: Path, demos: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "demos"
    shutil.copytree(demos, mine)
    recipe = tiny(tmp_path, mine)

    def interrupted(stage: str, share: float) -> None:
        if stage == "seed 1":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe, out=tmp_path / "run", data=invented, progress=interrupted)
    shutil.rmtree(mine)
    train(recipe, out=tmp_path / "run", data=invented)
    one, other = (load_file(seed_file(folder / "model", 1)) for folder in (run, tmp_path / "run"))
    for name, tensor in one.items():
        np.testing.assert_array_equal(tensor.numpy(), other[name].numpy(), err_msg=name)


def test_a_cut_checkpoint_is_told_in_a_line(invented: Path, demos: Path, tmp_path: Path) -> None:
    recipe = tiny(tmp_path, demos)

    def interrupted(stage: str, share: float) -> None:
        if stage == "seed 1" and share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe, out=tmp_path / "run", data=invented, progress=interrupted)
    checkpoint = tmp_path / "run" / "checkpoints" / "seed-1.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:500])
    with pytest.raises(InputError, match=r"seed-1\.safetensors: a damaged checkpoint; remove it"):
        train(recipe, out=tmp_path / "run", data=invented)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[3] / "recipes").glob("prc-encoder-*.toml")), ids=lambda path: path.stem
)
def test_every_recipe_is_valid_and_says_what_to_expect(path: Path) -> None:
    text, tables = recipes.read(path)
    recipes.checked(path, tables, Recipe)
    assert "# Expected" in text
    assert "# Hardware" in text


def test_demonstrations_that_are_not_there_are_told_with_the_command(invented: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make one with: sentio demos build"):
        train(tiny(tmp_path, tmp_path / "nowhere"), out=tmp_path / "run", data=invented)
