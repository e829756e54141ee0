"""A run that is killed for good, anywhere, ends with the same bytes when it is called again; two do not mix."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# What is written beside its place and then moved there.
MOVED = (
    "config.toml", "environment.json", "predictions.parquet", "majority.parquet", "tfidf.parquet", "metrics.json",
)  # fmt: skip

# `sentio` that dies, as by the kernel, with half of a file written; without a name, when it cleans up at the end.
DYING = """
import os, signal, sys
name, *arguments = sys.argv[1:]

def die(event, given):
    if name and event == "os.rename" and str(given[1]).endswith(name):
        os.truncate(given[0], os.path.getsize(given[0]) // 2)
        os.kill(os.getpid(), signal.SIGKILL)
    if not name and event == "shutil.rmtree":
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
from sentio.cli import main
sys.argv = ["sentio", *arguments]
main()
"""


def arguments(corpora: Path, moody: str, out: Path) -> list[str]:
    return ["evaluate", "--system", moody, "--corpus", "dailydialog", "--data", str(corpora), "--out", str(out)]


@pytest.fixture
def environment(moody: str, tmp_path: Path) -> dict[str, str]:
    """A process' environment in which the system is installed."""
    return {**os.environ, "PYTHONPATH": str(tmp_path / f"site of {moody}")}


def called(given: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sentio", *given]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def written(folder: Path) -> dict[str, bytes]:
    """What a run left, but for its environment, which holds the time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.name != "environment.json" and path.is_file()
    }


def test_killed_at_every_place_where_it_writes(
    corpora: Path, moody: str, environment: dict[str, str], tmp_path: Path
) -> None:
    """One run, killed again and again at the next place, then left alone."""
    whole, killed = (arguments(corpora, moody, tmp_path / name) for name in ("whole", "killed"))
    assert called(whole, environment).returncode == 0
    for name in (*MOVED, ""):
        dying = [sys.executable, "-c", DYING, name, *killed]
        done = subprocess.run(dying, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, (name, done.stderr)
    done = called(killed, environment)
    assert done.returncode == 0, done.stderr
    assert written(tmp_path / "killed") == written(tmp_path / "whole")


def test_killed_at_any_time(corpora: Path, moody: str, environment: dict[str, str], tmp_path: Path) -> None:
    whole, killed = (arguments(corpora, moody, tmp_path / name) for name in ("whole", "killed"))
    started = time.monotonic()
    assert called(whole, environment).returncode == 0
    taken = time.monotonic() - started
    dice = random.Random(7)
    for _ in range(4):
        command = [sys.executable, "-m", "sentio", *killed]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(taken * dice.uniform(0.3, 1.0))
        process.kill()
        process.wait()
    done = called(killed, environment)
    assert done.returncode == 0, done.stderr
    assert written(tmp_path / "killed") == written(tmp_path / "whole")


def test_of_two_in_one_folder_the_second_is_told_in_one_line(
    corpora: Path, moody: str, environment: dict[str, str], tmp_path: Path
) -> None:
    """The first is stopped while it answers; when it is killed its lock is gone, and the second goes on."""
    site = tmp_path / f"site of {moody}" / f"{moody}.py"
    slow = site.read_text().replace(
        "            dice =", "            signal.raise_signal(signal.SIGSTOP)\n            dice ="
    )
    quick = site.read_text()
    site.write_text(f"import signal\n{slow}")
    given = arguments(corpora, moody, tmp_path / "run")
    first = subprocess.Popen([sys.executable, "-m", "sentio", *given], env=environment, stdout=subprocess.DEVNULL)
    try:
        _, status = os.waitpid(first.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        site.write_text(quick)
        second = called(given, environment)
        assert second.returncode != 0
        assert second.stderr.count("\n") == 1
        assert "another process is at work in it; wait for it or choose another --out" in second.stderr
    finally:
        first.kill()
        first.wait()
    done = called(given, environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "metrics.json").is_file()
    assert not (tmp_path / "run" / "checkpoints").exists()
