"""The small model by its recipe on an invented corpus: it learns, goes on after a kill, and weighs words."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file
from tests.responses import invented_feelings

from sentio import Conversation, Utterance
from sentio.errors import RecipeError, SentioError
from sentio.evaluation import evaluate
from sentio.responses import respond
from sentio.responses.hef.context import Context, cause_words
from sentio.training.by_recipe import train

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus in `data`, the recipe `tiny.toml` and its run in `run`."""
    folder = tmp_path_factory.mktemp("hef")
    invented_feelings.corpus(folder / "data")
    (folder / "tiny.toml").write_text(invented_feelings.RECIPE)
    train(folder / "tiny.toml", out=folder / "run", data=folder / "data")
    return folder


def test_it_learns_what_single_words_say(folder: Path) -> None:
    metrics = json.loads((folder / "run" / "metrics.json").read_text())
    assert metrics["targets"] == 13  # nine dialogues, four of them with a third turn
    assert metrics["all"]["accuracy"]["mean"] > 0.9
    assert metrics["top_3"]["n"] == 2
    assert metrics["fitted_on"] == ["empathetic_dialogues/train"]
    assert metrics["selected_on"] == ["empathetic_dialogues/validation"]
    assert {path.name for path in (folder / "run" / "model").iterdir()} == {
        "model.json", "tokenizer.json", "lower.safetensors", "seed-1.safetensors", "seed-2.safetensors",
    }  # fmt: skip


def test_the_run_is_a_system_scored_beside_baselines(folder: Path, tmp_path: Path) -> None:
    found = evaluate(str(folder / "run"), "empathetic_dialogues", data=folder / "data", out=tmp_path / "run")
    rows = {row.name: row for row in found.rows}
    assert {"majority", "stratified_random", "tfidf"} <= set(rows)
    accuracy = rows[str(folder / "run")].metrics["accuracy"]
    assert accuracy is not None
    assert accuracy.mean > 0.9


def test_words_are_weighted_by_gradient_times_input(folder: Path) -> None:
    from sentio.responses.hef.trained import Trained

    small = Trained(folder / "run" / "model")
    context = Context.of_text("They smashed the lamp again, those idiots!")
    shares = small.probabilities(context)
    assert shares.sum() == pytest.approx(1)
    weights = small.weights(context, "furious")
    assert weights.shape == (7,)
    assert (weights >= 0).all()
    assert {"smashed", "idiots"} & set(cause_words(context, weights, 2))
    # What lies before the window is not read.
    long = Context(" ".join(["lamp"] * 300), tuple((5 * place, 5 * place + 4) for place in range(300)))
    far = small.weights(long, "furious")
    assert far[:170].sum() == 0
    assert (far[180:] > 0).all()


def test_the_gradient_is_that_of_differences(folder: Path) -> None:
    """Against central differences where the embeddings have two dimensions that are not 0; the logits have 32 bits."""
    from sentio.responses.hef.network import token_weights
    from sentio.responses.hef.small_model import SPACE
    from sentio.responses.hef.trained import Trained

    network = Trained(folder / "run" / "model")._networks[0].double()
    table = network.encoder.embeddings.word_embeddings.weight
    ids = [101, 3062, 102]
    table[:, 2:] = 0
    weights = token_weights(network, ids, "proud")

    def logarithm(token: int, part: int, step: float) -> float:
        table[token, part] += step
        found: float = network(torch.tensor([ids]), torch.ones(1, 3))[0].log_softmax(-1)[SPACE.index("proud")].item()
        table[token, part] -= step
        return found

    for token, weight in zip(ids, weights.tolist(), strict=True):
        slopes = [(logarithm(token, part, 1e-3) - logarithm(token, part, -1e-3)) / 2e-3 for part in (0, 1)]
        expected = sum(abs(slope * float(table[token, part])) for part, slope in enumerate(slopes))
        assert weight == pytest.approx(expected, rel=5e-3)


def test_a_killed_training_ends_with_the_same_weights(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sentio.training.run_folder import RunFolder

    once: Callable[..., object] = RunFolder.once

    def killed(run: RunFolder, name: str, compute: Callable[..., object]) -> object:
        if name == "best-2-3":
            raise KeyboardInterrupt
        return once(run, name, compute)

    monkeypatch.setattr(RunFolder, "once", killed)
    with pytest.raises(KeyboardInterrupt):
        train(folder / "tiny.toml", out=tmp_path / "run", data=folder / "data")
    monkeypatch.undo()
    train(folder / "tiny.toml", out=tmp_path / "run", data=folder / "data")
    for seed in (1, 2):
        kept, again = (load_file(path / "run" / "model" / f"seed-{seed}.safetensors") for path in (folder, tmp_path))
        assert kept.keys() == again.keys()
        for name, tensor in kept.items():
            np.testing.assert_array_equal(tensor.numpy(), again[name].numpy())


def test_it_replies_with_a_model(folder: Path) -> None:
    chat = Conversation(id="c", utterances=(Utterance(id="0", speaker="Ada", text="They smashed my lamp, idiots!"),))
    (reply,) = respond(chat, system=str(folder / "run"), options={"llm": "scripted/always=none"})
    assert (reply.fallbacks[:1], reply.feels, reply.calls) == (("feels",), "furious", 3)


def test_recipes_that_do_not_fit(folder: Path, invented: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "other.toml"
    recipe.write_text('system = "hef"\ncorpus = "meld"\n')
    with pytest.raises(RecipeError, match="meld has the emotions of meld; hef knows those of empathetic32"):
        train(recipe, out=tmp_path / "run", data=invented)
    recipe.write_text('system = "hef"\nseeds = [1, 1]\n')
    with pytest.raises(RecipeError, match="a seed is there twice"):
        train(recipe, out=tmp_path / "run", data=folder / "data")


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("model.json", None, "model.json is missing"),
        ("seed-1.safetensors", None, "seed-1.safetensors is missing"),
        ("seed-1.safetensors", b"torn", "damaged"),
        ("model.json", b"{}", "corpus: field required"),
    ],
)
def test_damaged_folders_are_told(folder: Path, tmp_path: Path, name: str, content: bytes | None, cause: str) -> None:
    from sentio.responses.hef.trained import Trained

    shutil.copytree(folder / "run" / "model", tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    if content is not None:
        (tmp_path / "model" / name).write_bytes(content)
    with pytest.raises(SentioError, match=cause):
        Trained(tmp_path / "model")
