"""Batches, schedules, resuming, recipes and run folders, on a model of 8 dimensions."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from math import log
from pathlib import Path

import numpy as np
import polars
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import BaseModel, model_validator
from transformers import BertConfig, BertModel

from sentio import corpora
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.errors import InputError, OutputError, RecipeError
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.recognition.mini.lessons import talks
from sentio.recognition.mini.recognizer import Mini
from sentio.training import batches, checkpoint, recipe
from sentio.training.fine_tune import FineTuning, fine_tune, predict
from sentio.training.run_folder import RunFolder, replacing

SETTINGS = FineTuning(
    epochs=3, batch_size=4, learning_rate=5e-3, layer_decay=0.9, head_rate=5, weight_decay=0.01, warmup=0.1,
    dropout=0.1, clip_norm=5,
)  # fmt: skip


def tiny(seed: int = 0) -> EmotionEncoder:
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=50, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=16,
    )  # fmt: skip
    return EmotionEncoder(BertModel(config, add_pooling_layer=False), torch.tensor([0.5, 0.2, 0.1]), dropout=0.1)


def task() -> tuple[list[list[int]], NDArray[np.float32]]:
    """Label 0 is on where token 7 occurs: learnable in a few steps."""
    random = np.random.default_rng(0)
    rows = [random.integers(8, 50, random.integers(2, 10)).tolist() for _ in range(40)]
    for row in rows[::2]:
        row[0] = 7
    return rows, np.array([[float(7 in row), 0, 0] for row in rows], dtype=np.float32)


@given(st.lists(st.integers(1, 64), min_size=1, max_size=300), st.integers(1, 40), st.integers(0, 99))
def test_an_epoch_sees_every_row_once(lengths: list[int], size: int, seed: int) -> None:
    found = batches.shuffled(np.array(lengths), size, seed)
    assert sorted(np.concatenate(found)) == list(range(len(lengths)))
    assert all(len(batch) <= size for batch in found)
    predicted = list(batches.by_length(np.array(lengths), size))
    assert sorted(np.concatenate(predicted)) == list(range(len(lengths)))


def test_shuffled_batches_waste_little_padding() -> None:
    lengths = np.random.default_rng(0).integers(3, 60, 5_000)
    padded = sum(lengths[batch].max() * len(batch) for batch in batches.shuffled(lengths, 32, 0))
    assert padded / lengths.sum() < 1.05


def test_padding_does_not_change_an_answer() -> None:
    model = tiny().eval()
    rows = [[7, 9, 11], [8, 9, 10, 11, 12, 13, 14, 15]]
    together = model(*batches.padded(rows))
    alone = torch.cat([model(*batches.padded([row])) for row in rows])
    torch.testing.assert_close(together, alone)


def test_training_learns_and_the_layers_have_decayed_rates(tmp_path: Path) -> None:
    rows, targets = task()
    model = tiny()
    shares: list[float] = []
    losses = [e.loss for e in fine_tune(model, rows, targets, SETTINGS, 1, tmp_path / "c", shares.append)]
    assert losses[-1] < losses[0] * 0.8
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert predict(model, rows, exact=True).shape == targets.shape


def test_a_killed_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    rows, targets = task()
    whole = tiny()
    for _ in fine_tune(whole, rows, targets, SETTINGS, 1, tmp_path / "whole", lambda share: None):
        pass
    checkpoint = tmp_path / "broken"
    for epoch in fine_tune(tiny(), rows, targets, SETTINGS, 1, checkpoint, lambda share: None):
        if epoch.number == 2:
            break  # the first epoch is saved, the second is seen but not saved
    resumed = tiny(seed=5)
    numbers = [e.number for e in fine_tune(resumed, rows, targets, SETTINGS, 1, checkpoint, lambda share: None)]
    assert numbers == [2, 3]
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], tensor, rtol=0, atol=0, msg=name)


def test_a_run_folder_keeps_stages_and_refuses_another_recipe(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run", "a = 1")
    assert not run.path.exists(), "looking writes nothing"

    def killed() -> None:
        assert run.once("stage", lambda: {"x": np.arange(3)})["x"].tolist() == [0, 1, 2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.complete(killed)
    again = RunFolder(tmp_path / "run", "a = 1")

    def work() -> None:
        again.once("stage", lambda: pytest.fail("computed twice"))
        again.finish({"f1": 0.5})

    with pytest.raises(RecipeError, match=r"another recipe \(a differs\); choose another --out"):
        RunFolder(tmp_path / "run", "a = 2")
    assert again.complete(work) == {"f1": 0.5}
    assert json.loads((tmp_path / "run" / "metrics.json").read_text()) == {"f1": 0.5}
    assert not run.checkpoints.exists()
    environment = json.loads((tmp_path / "run" / "environment.json").read_text())
    assert environment["packages"]["numpy"] == np.__version__
    assert run.complete(lambda: pytest.fail("measured twice")) == {"f1": 0.5}


@pytest.mark.parametrize("left", [0, 1, 40, -30, -1])
def test_a_damaged_stage_is_computed_again(left: int, tmp_path: Path) -> None:
    run = RunFolder(tmp_path, "a = 1")
    run.checkpoints.mkdir()
    run.once("stage", lambda: {"x": np.arange(3)})
    path = run.checkpoints / "stage.npz"
    path.write_bytes(path.read_bytes()[:left])
    assert run.stored("stage") is None
    assert run.once("stage", lambda: {"x": np.arange(4)})["x"].tolist() == [0, 1, 2, 3]
    assert run.once("stage", lambda: pytest.fail("computed twice"))["x"].tolist() == [0, 1, 2, 3]


def test_stages_and_checkpoints_are_on_the_disk_before_they_are_in_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(file: int) -> None:
        synced.append(os.fstat(file).st_ino)
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    run = RunFolder(tmp_path, "a = 1")
    run.checkpoints.mkdir()
    run.once("stage", lambda: {"x": np.arange(3)})
    checkpoint.save(run.checkpoints / "seed.safetensors", {}, torch.optim.AdamW([torch.zeros(1)]), step=1)
    left = {path.name: path.stat().st_ino for path in run.checkpoints.iterdir()}
    assert sorted(left) == ["seed.safetensors", "stage.npz"]
    assert synced == [left["stage.npz"], left["seed.safetensors"]]


def test_a_run_is_never_put_into_a_folder_of_the_users_own(tmp_path: Path) -> None:
    for name in ("thesis.txt", "checkpoints/epoch-3.pt", "metrics.json", "environment.json", ".hidden"):
        own = tmp_path / "of the user" / name
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text('{"f1": 0.5}')
        with pytest.raises(OutputError, match="is no run folder; name a new or an empty one with --out"):
            RunFolder(tmp_path / "of the user", "a = 1")
        assert [path for path in (tmp_path / "of the user").rglob("*") if path.is_file()] == [own]
        shutil.rmtree(tmp_path / "of the user")


def test_a_recipe_beside_the_users_own_files_makes_no_run_folder_of_theirs(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("a = 1")
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "epoch-3.pt").write_text("weights")
    with pytest.raises(OutputError, match=r"holds 'epoch-3\.pt'"):
        RunFolder(tmp_path, "a = 1")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("", "has an empty config.toml"),
        ("a = 1\nb =", "has a damaged config.toml"),
        ("a = 1\n[teachers]\nepochs = 2", r"another recipe \(teachers.epochs differs\)"),
        ("a = 1 # the same, said otherwise\n[teachers]\nepochs = 3\n", "another recipe; choose"),
    ],
)
def test_why_a_run_is_not_gone_on_with_is_told(config: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(config)
    with pytest.raises(RecipeError, match=message):
        RunFolder(tmp_path, "a = 1\n[teachers]\nepochs = 3\n")


@pytest.mark.parametrize("left", ["", "[]", "null", '{"f1": 0.', '\xff"'])
def test_damaged_metrics_are_measured_again_and_a_damaged_environment_is_written_again(
    left: str, tmp_path: Path
) -> None:
    run = RunFolder(tmp_path, "a = 1")
    run.complete(lambda: run.finish({"f1": 0.5}), {"seeds": [0]})
    for name in ("metrics.json", "environment.json"):
        (tmp_path / name).write_text(left, "latin-1")
    assert RunFolder(tmp_path, "a = 1").complete(lambda: run.finish({"f1": 0.25}), {"seeds": [1]}) == {"f1": 0.25}
    assert json.loads((tmp_path / "environment.json").read_text())["seeds"] == [1]


def test_what_a_kill_left_of_a_finished_run_is_cleaned(tmp_path: Path) -> None:
    run = RunFolder(tmp_path, "a = 1")
    run.complete(lambda: run.finish({"f1": 0.5}))
    run.checkpoints.mkdir()
    (run.checkpoints / "stage.npz").write_text("left")
    run.complete(lambda: pytest.fail("measured twice"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "environment.json", "metrics.json"]


def test_two_at_work_in_one_folder_are_one_too_many(tmp_path: Path) -> None:
    first, second = RunFolder(tmp_path, "a = 1"), RunFolder(tmp_path, "a = 1")

    def work() -> None:
        with pytest.raises(OutputError, match="another process is at work in it"):
            second.complete(lambda: pytest.fail("two at work"))
        first.finish({"f1": 0.5})

    first.complete(work)
    assert second.complete(lambda: pytest.fail("measured twice")) == {"f1": 0.5}


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    path.write_text("before")

    def fill() -> None:
        with replacing(path) as beside:
            beside.write_text("cut")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match="disk full"):
        fill()
    assert path.read_text() == "before"


def test_recipes_name_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    with pytest.raises(InputError, match="cannot read the recipe"):
        recipe.read(path)
    path.write_text("system = ")
    with pytest.raises(RecipeError, match="not valid TOML"):
        recipe.read(path)
    path.write_text("seed = 1")
    with pytest.raises(RecipeError, match="names its system"):
        recipe.read(path)
    with pytest.raises(RecipeError, match="epochs: input should be greater than 0"):
        recipe.checked(path, SETTINGS.model_dump() | {"epochs": 0}, FineTuning)


class Range(BaseModel):
    low: int = 3
    high: int = 2

    @model_validator(mode="after")
    def _ordered(self) -> "Range":
        if self.low > self.high:
            raise ValueError("low is above HIGH")
        return self


class Nested(BaseModel):
    inner: Range


def test_what_keys_say_together_is_told_in_the_recipes_words(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    with pytest.raises(RecipeError) as caught:
        recipe.checked(path, {"low": 5}, Range)
    assert str(caught.value) == f"{path}: low is above HIGH"
    with pytest.raises(RecipeError) as caught:
        recipe.checked(path, {"inner": {"low": 5}}, Nested)
    assert str(caught.value) == f"{path}: inner: low is above HIGH"


@pytest.mark.parametrize("name", ["mini", "mini-conversations"])
def test_the_shipped_recipe_is_valid(name: str) -> None:
    from sentio.recognition.mini.train import Recipe

    path = Path(__file__).parents[2] / "recipes" / f"{name}.toml"
    _, tables = recipe.read(path)
    assert recipe.checked(path, tables, Recipe).system == "mini"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of two easy emotions in GoEmotions' format."""
    root = tmp_path_factory.mktemp("data")
    folder = root / "goemotions" / "original"
    folder.mkdir(parents=True)
    kinds = [("thank you so much, friend %d", 15), ("i am furious about number %d", 2), ("the train leaves at %d", 27)]
    for split, size in (("train", 96), ("dev", 48)):
        lines = [f"{kinds[i % 3][0] % i}\t{kinds[i % 3][1]}\tid{i}" for i in range(size)]
        (folder / f"{split}.tsv").write_text("\n".join(lines) + "\n")
    return root


def wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 300
    while not path.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)


def test_the_shipped_model_learns_to_read_conversations_anew(data: Path, tmp_path: Path) -> None:
    """By a recipe without comments: what reads single texts stays, the branch that is there is replaced."""
    path, run = tmp_path / "small.toml", tmp_path / "run"
    path.write_text(
        'system = "mini"\n[context]\nseeds = [1]\nlimit = 6\nrehearsed = 40\nchosen_on = ["meld/train"]\n'
        "[context.tuning]\nepochs = 1\n"
    )
    command = [sys.executable, "-m", "sentio", "train", str(path), "--data", str(data), "--out", str(run)]
    metrics = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert metrics["selected_on"] == ["goemotions/validation", "everyday/validation", "meld/train"]
    assert "neutral_raised" not in metrics["context"]

    before, after = read_manifest(MODEL), read_manifest(run / "model")
    assert after.context is not None
    assert before.context is not None
    assert after.context.vectors == before.context.vectors
    assert after.context.thresholds != before.context.thresholds
    texts = ["thank you so much", "i am furious", "the train leaves at 7"]
    assert (Mini(run / "model").scores(texts) == Mini(MODEL).scores(texts)).all()
    sizes = [(folder / "model.onnx").stat().st_size for folder in (MODEL, run / "model")]
    assert sizes[1] == pytest.approx(sizes[0], rel=1e-3)

    kept = polars.read_parquet(run / "predictions-context.parquet")
    assert kept.height == sum(len(talk.conversation) for talk in talks("validation")[:6])
    marked = sum(map(len, kept["gold"])) / kept.height
    assert metrics["context"]["marked"] == pytest.approx(marked, abs=1e-4)
    assert marked <= metrics["context"]["active"] <= marked + 1


def test_a_recipe_killed_and_called_again_makes_the_same_model(data: Path, tmp_path: Path) -> None:
    """`sentio train` on a small corpus, once in one go and once killed, then `--system RUN`."""
    settings = "\n".join(f"{key} = {value}" for key, value in (SETTINGS.model_dump() | {"learning_rate": 3e-4}).items())
    path = tmp_path / "small.toml"
    path.write_text(
        'system = "mini"\n[comments]\nseed = 1\nwindow = 32\nfolds = 2\nmarks_weight = 0.5\n'
        f"[comments.teachers]\n{settings}\n[comments.student]\n{settings}\n"
        "[comments.thresholds]\nbandwidth = 0.75\nprior = 20.0\n"
        "[context]\nseeds = [1, 2]\nlimit = 6\nneutral_share = 0.5\n[context.tuning]\nepochs = 2\n"
    )

    def command(run: Path) -> list[str]:
        return [sys.executable, "-m", "sentio", "train", str(path), "--data", str(data), "--out", str(run)]

    english = [talk for talk in corpora.load("everyday").conversations("train") if talk.facts["language"] == "en"]
    votes = [vote for talk in english[:6] for cast in talk.votes["emotion"].values() for vote in cast.values()]
    neutral = votes.count("neutral") / len(votes)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    done = subprocess.run(command(whole), capture_output=True, text=True, check=True)
    metrics = json.loads(done.stdout)
    assert len(metrics["student_epochs"]) == 3
    assert metrics["f1"]["gratitude"] > 0.8
    assert metrics["largest_score_difference"] < 0.2

    for stage in ("teacher-0.npz", "student-1.npz", "best-1-1.npz", "study-1.npz"):
        process = subprocess.Popen(command(killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        wait_for(killed / "checkpoints" / stage, process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    done = subprocess.run(command(killed), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == metrics
    for name in ("model.onnx", "history.onnx", "model.json"):
        assert (killed / "model" / name).read_bytes() == (whole / "model" / name).read_bytes()
    assert set(metrics["context"]["likelihood"]) == {"1", "2"}
    assert metrics["context"]["neutral_raised"] == pytest.approx(-log(neutral / (1 - neutral)), abs=1e-3)
    assert metrics["fitted_on"] == ["goemotions/train", "everyday/train"]

    started = time.monotonic()
    again = subprocess.run(command(whole), capture_output=True, text=True, check=True)
    assert json.loads(again.stdout) == metrics
    assert time.monotonic() - started < 60
    assert not (whole / "checkpoints").exists()

    chat = tmp_path / "chat.txt"
    chat.write_text("A: thank you so much, friend 3\nB: i am furious about number 5\n")
    recognise = [sys.executable, "-m", "sentio", "recognize", str(chat), "--system", str(whole), "--format", "jsonl"]
    recognise += ["--context", "false"]
    lines = subprocess.run(recognise, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [json.loads(line)["emotion"] for line in lines] == ["gratitude", "anger"]
