"""Misspelt flags, full disks behind standard output, Ctrl-C at the wrong moment: one line each."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentio.cli import main

Call = Callable[..., Any]
EXAMPLE = str(Path(__file__).parents[2] / "examples" / "kitchen.txt")


def test_a_misspelt_flag_is_told_the_commands_own_flags(calm: Call) -> None:
    done = calm(EXAMPLE, "--lables", "ekman")
    assert (done.code, done.err) == (2, "sentio: unknown option of calm '--lables'; did you mean '--labels'?\n")
    assert "did you mean '--max-len'?" in calm(EXAMPLE, "--max-lne", "3").err
    assert "did you mean '--input-format'?" in calm(EXAMPLE, "--inputformat", "text").err


@pytest.mark.parametrize("flag", ["--max-len", "--max_len"])
def test_options_of_a_system_are_written_as_flags_are(calm: Call, flag: str) -> None:
    assert calm(EXAMPLE, flag, "3").code == 0
    done = calm(EXAMPLE, flag, "many")
    assert done.code == 2
    assert "option max_len of calm: " in done.err


def test_ls_shows_them_as_flags(calm: Call, sentio: Call) -> None:
    out = sentio("ls", "systems").out
    assert "--max-len: " in out
    assert "max_len" not in out


def test_quiet_still_tells_what_was_skipped(calm: Call, tmp_path: Path) -> None:
    done = calm(tmp_path / "gone.txt", EXAMPLE, "--format", "jsonl", "--quiet")
    assert (done.code, len(done.rows)) == (1, 17)
    assert "gone.txt" in done.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize(
    "arguments", [["ls"], ["--version"], ["--help"], ["recognize", EXAMPLE], ["recognize", EXAMPLE, "--format", "html"]]
)
def test_a_full_disk_behind_standard_output_costs_one_line(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "sentio", *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("sentio: standard output: ")


def test_html_on_standard_output_is_the_page(calm: Call) -> None:
    out = calm(EXAMPLE, "--format", "html").out
    assert out.startswith("<!doctype html>")
    assert out.endswith("</html>\n")


def test_ctrl_c_while_the_command_line_is_imported(tmp_path: Path) -> None:
    (tmp_path / "cyclopts.py").write_text("raise KeyboardInterrupt")
    done = subprocess.run(
        [sys.executable, "-m", "sentio", "ls"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 130
    assert done.stderr == "sentio: interrupted; what was written is valid\n"


def test_what_nobody_foresaw_costs_one_line_and_names_the_way_to_see_more(
    sentio: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> None:
        raise ZeroDivisionError("no tulips\nat all\x1b[31m")

    monkeypatch.setattr("sentio.evaluation.folders.below", broken)
    monkeypatch.delenv("SENTIO_DEBUG", raising=False)
    done = sentio("runs", "ls")
    assert done.code == 2
    assert done.err == (
        "sentio: unexpected ZeroDivisionError (no tulips at all␛[31m): please report; "
        "SENTIO_DEBUG=1 shows the traceback\n"
    )
    monkeypatch.setenv("SENTIO_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["sentio", "runs", "ls"])
    with pytest.raises(ZeroDivisionError):
        main()
