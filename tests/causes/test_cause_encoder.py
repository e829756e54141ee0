"""Training the encoder that finds causes by a recipe on an invented corpus, and the system that comes out."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.changed_recipe import written
from tests.invented_causes import RECIPE

from sentio import Conversation, Utterance, causes, find_causes
from sentio.causes import Felt
from sentio.causes.cause_encoder import manifest
from sentio.causes.cause_encoder.train import Recipe
from sentio.errors import RecipeError, SentioError
from sentio.evaluation import evaluate
from sentio.training import recipe as recipes
from sentio.training.by_recipe import train
from sentio.training.tuned_encoder import NAME


@pytest.fixture(scope="module")
def run(trained_finder: Path) -> Path:
    return trained_finder


@pytest.fixture(scope="module")
def made_up(trained_finder: Path) -> Path:
    return trained_finder.with_name("data")


def test_it_learns_what_single_words_say(run: Path, made_up: Path, tmp_path: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["validation"]["macro_f1"]["mean"] > 0.9
    assert metrics["validation"]["spans.positive_em"]["mean"] > 0.5
    assert metrics["held_out"]["dialogues"] == 4
    assert (metrics["fitted_on"], metrics["selected_on"]) == (["reccon/train"], ["reccon/validation"])
    for target, names in {"causes": ("macro_f1", "positive_f1", "negative_f1"), "spans": ("positive_em", "f1")}.items():
        outcome = evaluate(str(run), "reccon", target=target, data=made_up, out=tmp_path / target)
        assert outcome.chosen_on == "this split"
        found = metrics["validation"]["average_of_seeds"]
        for name in names:
            score = outcome.rows[0].metrics[name]
            assert score is not None
            assert score.mean == pytest.approx(found[name if target == "causes" else f"spans.{name}"], abs=1e-9)


def test_the_average_counts_from_each_seeds_threshold(run: Path) -> None:
    chat = Conversation(
        id="k",
        utterances=(
            Utterance(id="1", speaker="A", text="Somebody broke the cup at noon."),
            Utterance(id="2", speaker="B", text="Oh no, what a pity."),
        ),
    )

    def odds(**options: object) -> "np.ndarray[tuple[int, ...], np.dtype[np.floating]]":
        (judgement,) = causes.load(str(run), options).find([Felt(chat, {"2": "sadness"})])
        chances = np.array([one.probability for one in judgement["2"]])
        return np.asarray(np.log(chances / (1 - chances)))

    np.testing.assert_allclose(odds(), (odds(seed_of=1) + odds(seed_of=2)) / 2, atol=1e-5)
    # A threshold that is a unit higher makes every cause a unit less sure.
    before, path = odds(seed_of=1), run / "model" / NAME
    kept = path.read_text()
    stored = manifest.read(run / "model")
    try:
        path.write_text(stored.model_copy(update={"thresholds": {1: stored.thresholds[1] + 1}}).model_dump_json())
        np.testing.assert_allclose(odds(seed_of=1), before - 1, atol=1e-5)
    finally:
        path.write_text(kept)


def test_it_answers_from_text_alone(run: Path) -> None:
    said = ("Sit down .", "Somebody mended the old boat at noon .", "Oh yes , how lovely .")
    chat = Conversation(
        id="k", utterances=tuple(Utterance(id=str(n), speaker="AB"[n % 2], text=text) for n, text in enumerate(said))
    )
    found = find_causes(chat, system=str(run), recognizer="mini")
    effect = next(effect for effect in found if effect.utterance == "2")
    surest = max(effect.causes, key=lambda cause: cause.probability)
    assert surest.utterance == "1"
    assert "mended" in surest.span


def test_two_thousand_utterances_are_survived(run: Path) -> None:
    chat = Conversation(
        id="long",
        utterances=tuple(Utterance(id=str(n), speaker="AB"[n % 2], text=f"Number {n} .") for n in range(2_000)),
    )
    finder = causes.load(str(run), {"seed_of": 1})
    (judgement,) = finder.find([Felt(chat, {"0": "anger", "1000": "sadness", "1999": "happiness"})])
    assert [len(judgement[target]) for target in ("0", "1000", "1999")] == [1, 1_001, 2_000]
    assert all(one.span in f"Number {one.utterance} ." for one in judgement["1999"])


def test_without_words_a_cause_is_all_of_an_utterance(made_up: Path, tmp_path: Path) -> None:
    bare = written(
        tmp_path / "bare.toml",
        RECIPE,
        ("seeds = [1, 2]", "seeds = [3]"),
        ("epochs = 4", "epochs = 1\ncontext = false\ndistance = false\nhistory = false"),
        ("batch_size = 2", "batch_size = 2\nspan_weight = 0"),
    )
    train(bare, out=tmp_path / "run", data=made_up)
    shape = manifest.read(tmp_path / "run" / "model").shape
    assert (shape.spans, shape.context, shape.distance, shape.history) == (False,) * 4
    text = "  Well, well! That was the cup. "
    chat = Conversation(id="k", utterances=(Utterance(id="1", speaker="A", text=text),))
    (judgement,) = causes.load(str(tmp_path / "run")).find([Felt(chat, {"1": "anger"})])
    assert judgement["1"][0].span == text.strip()


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (("seeds = [1, 2]", "seeds = [1, 1]"), RecipeError, "a seed is there twice"),
        (('corpus = "reccon"', 'corpus = "meld"'), RecipeError, "corpus: input should be 'reccon'"),
        (("upper = 1", "upper = 7"), RecipeError, "upper: input should be less than or equal to 6"),
        (("learning_rate = 1e-3", "learning_rate = 1e30"), RecipeError, "the loss is (nan|inf)"),
    ],
)
def test_a_recipe_that_does_not_fit_is_told_in_a_line(
    change: tuple[str, str], error: type[SentioError], says: str, made_up: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says) as raised:
        train(written(tmp_path / "tiny.toml", RECIPE, change), out=tmp_path / "run", data=made_up)
    assert "\n" not in str(raised.value)


def test_the_recipe_is_valid_and_says_what_to_expect() -> None:
    path = Path(__file__).parents[2] / "recipes" / "cause-encoder-reccon.toml"
    text, tables = recipes.read(path)
    recipes.checked(path, tables, Recipe)
    assert "# Expected" in text
    assert "# Hardware" in text
