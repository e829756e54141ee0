"""What every system promises that trains on top of `mini`: what a kill costs, and what is said of a damaged folder."""

import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("torch")

from sentio import loading, registry
from sentio.errors import SentioError
from sentio.training.by_recipe import train
from sentio.training.tuned_encoder import LOWER, NAME, TOKENIZER
from sentio.training.weights_file import seed_file

FIXTURES = {
    "prc_encoder": "trained_encoder",
    "cause_encoder": "trained_finder",
    "transition": "trained_transition",
    "strategy_planner": "trained_strategy_planner",
}
KINDS: dict[str, registry.Kind] = {
    "prc_encoder": "recognition",
    "cause_encoder": "causes",
    "transition": "responses",
    "strategy_planner": "responses",
}
STOPPED = """
import os, signal, sys
from sentio.training.by_recipe import train
def progress(stage, share):
    if stage == sys.argv[4] and share > 0.4:
        os.kill(os.getpid(), signal.SIGKILL)
train(sys.argv[1], out=sys.argv[2], data=sys.argv[3], progress=progress)
"""


@dataclass(frozen=True)
class Run:
    """A finished run, beside its recipe; `data` is what it was trained on, `seeds` its seeds."""

    system: str
    folder: Path
    data: Path
    seeds: tuple[int, ...]

    @property
    def recipe(self) -> Path:
        return self.folder.with_name("tiny.toml")


@pytest.fixture(params=FIXTURES)
def run(request: pytest.FixtureRequest, invented: Path) -> Run:
    system: str = request.param
    folder: Path = request.getfixturevalue(FIXTURES[system])
    own = folder.with_name("data")
    seeds = sorted(int(path.stem.removeprefix("seed-")) for path in (folder / "model").glob("seed-*"))
    return Run(system, folder, own if own.exists() else invented, tuple(seeds))


def test_killed_and_called_again_it_ends_with_the_same_model(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = [str(run.recipe), str(out), str(run.data), f"seed {run.seeds[-1]}"]
    stopped = subprocess.run([sys.executable, "-c", STOPPED, *arguments], check=False)
    assert stopped.returncode == -signal.SIGKILL
    assert (out / "checkpoints").exists()
    train(run.recipe, out=out, data=run.data)
    left = {path.relative_to(run.folder): path for path in (run.folder / "model").glob("*.*")}
    assert len(left) == 3 + len(run.seeds)
    for name, path in left.items():
        assert path.read_bytes() == (out / name).read_bytes(), name


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("seed", b"nonsense", "damaged: "),
        ("seed", None, "is missing"),
        (LOWER, b"nonsense", "damaged: "),
        (LOWER, None, "is missing"),
        (TOKENIZER, b"{}", "damaged: "),
        (TOKENIZER, None, "is missing"),
        (NAME, b"{}", "field required"),
        (NAME, None, "is the training finished?"),
    ],
)
def test_a_damaged_model_is_told_in_a_line_with_the_file(
    name: str, content: bytes | None, says: str, run: Run, tmp_path: Path
) -> None:
    shutil.copytree(run.folder, tmp_path / "run")
    path = seed_file(run.folder, run.seeds[-1]) if name == "seed" else Path(name)
    path = tmp_path / "run" / "model" / path.name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SentioError) as caught:
        loading.load(KINDS[run.system], str(tmp_path / "run"), {})
    told = str(caught.value)
    assert path.name in told
    assert says in told
    assert "\n" not in told


def test_the_weights_of_another_network_are_none(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.folder, tmp_path / "run")
    model = tmp_path / "run" / "model"
    shutil.copyfile(model / LOWER, seed_file(model, run.seeds[0]))
    with pytest.raises(SentioError, match=rf"seed-{run.seeds[0]}\.safetensors: damaged: "):
        loading.load(KINDS[run.system], str(tmp_path / "run"), {})


def test_a_seed_that_the_run_has_not_is_told(run: Run) -> None:
    with pytest.raises(SentioError, match=f"has no seed 99; it has {', '.join(map(str, run.seeds))}"):
        loading.load(KINDS[run.system], str(run.folder), {"seed_of": 99})
