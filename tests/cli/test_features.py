"""`sentio features`: build and check, and what goes wrong."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sentio import registry

Call = Callable[..., "Done"]  # type: ignore[name-defined]  # noqa: F821

PAGE = Path(__file__).parents[2] / "docs" / "features.md"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where vectors are kept; never in the home of whoever runs the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sentio" / "features.sqlite"


@pytest.mark.parametrize("suffix", [".npz", ".parquet", ".safetensors"])
def test_build_and_check(sentio: Call, tmp_path: Path, miniatures: Path, kept: Path, suffix: str) -> None:
    pytest.importorskip("safetensors")
    out = tmp_path / f"meld{suffix}"
    sources = ("--corpus", "meld:train", "--corpus", "meld:validation", "--data", miniatures)
    done = sentio("features", "build", *sources, "--encoder", "mini", "--out", out)
    assert (done.code, done.err) == (0, "")
    told = re.fullmatch(r".*meld\.\w+: (\d+) utterances, 384 numbers each by mini [0-9a-f]{16}; 0 have .*\n", done.out)
    assert told is not None
    assert kept.is_file()
    found = json.loads(sentio("features", "check", out, *sources, "--format", "json").out)
    assert found["rows"] == found["corpus"]["utterances"] == int(told[1])
    assert (found["corpus"]["missing"], found["corpus"]["strangers"]) == (0, 0)
    assert [(each["array"], each["width"], each["broken"]) for each in found["arrays"]] == [("text", 384, 0)]


def test_build_from_a_file_leaves_out_what_has_no_word(sentio: Call, tmp_path: Path) -> None:
    from sentio import encoders

    chat = tmp_path / "chat.csv"
    chat.write_text('speaker,text\nAda,We won the cup!\nBo," "\nAda,Who took my keys?\n')
    done = sentio("features", "build", chat, "--encoder", "mini", "-o", tmp_path / "chat.npz")
    assert "chat.npz: 2 utterances, " in done.out
    assert done.out.endswith("; 1 have no word and no row\n")
    with np.load(tmp_path / "chat.npz", allow_pickle=False) as archive:
        assert sorted(archive) == ["conversation", "text", "utterance"]
        assert archive["utterance"].tolist() == ["0", "2"]
        expected = encoders.load("mini").encode(["We won the cup!", "Who took my keys?"])
        np.testing.assert_allclose(archive["text"], expected, atol=1e-6)


def test_check_as_a_table(sentio: Call, tmp_path: Path, table: Path) -> None:
    text = np.array([[0.0, 1.0], [0.0, np.nan], [0.0, 3.0]], np.float32)
    with (tmp_path / "x.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, dialogue_id=["a", "a", "z"], utterance_id=["0", "1", "0"], text=text)
    done = sentio("features", "check", tmp_path / "x.npz", "--corpus", table)
    assert done.code == 0
    lines = [re.split(r"  +", line.strip()) for line in done.out.splitlines()]
    assert lines[0] == ["rows", "3"]
    assert lines[1][1] == "4"
    assert lines[2] == ["missing", "2: '2' of 'a', '0' of 'b'"]
    assert lines[3] == ["rows of no such utterance", "1"]
    assert lines[6] == ["text", "2", "1", "0", "1: '1' of 'a'"]
    assert "missing" not in sentio("features", "check", tmp_path / "x.npz").out


def test_meld_is_found_by_its_shifted_numbers(sentio: Call, data: Path) -> None:
    address = "meld_features/meld_dev_embeddings.npz#audio_mel+1039"
    done = sentio("features", "check", address, "--corpus", "meld:validation", "--data", data, "--format", "json")
    found = json.loads(done.out)
    assert found["corpus"] == {"utterances": 1109, "missing": 1, "named": ["'7' of '1149'"], "strangers": 0}


def test_mistakes_are_told_in_a_line(sentio: Call, tmp_path: Path, miniatures: Path) -> None:
    out = ("--out", tmp_path / "x.npz")
    sentio("features", "build", *out).fails("nothing to read; name a file of conversations, or --corpus CORPUS:SPLIT")
    sentio("features", "build", "--corpus", "mled", *out).fails("did you mean 'meld'")
    sentio("features", "build", "--corpus", "meld", "--data", miniatures, "--encoder", "mimi", *out).fails("'mini'")
    sentio("features", "build", "--corpus", "meld", "-o", tmp_path / "x.pkl").fails("no format of features ends so")
    sentio("features", "build", tmp_path / "gone.txt", "--encoder", "mini", *out).fails("gone.txt")
    assert not (tmp_path / "x.npz").exists()
    sentio("features", "check", tmp_path / "gone.npz").fails("no such file of features")
    sentio("features", "check", tmp_path / "x.csv").fails("no file of features: .npz, .parquet, .safetensors")
    (tmp_path / "x.npz").write_bytes(b"PK")
    sentio("features", "check", tmp_path / "x.npz").fails("x.npz: not an archive of arrays")


def test_the_page_names_flags_that_exist(sentio: Call) -> None:
    flags = set(re.findall(r"(?<=[ `])--[a-z-]+", PAGE.read_text("utf8")))
    calls = (("features", "build"), ("features", "check"), ("export",), ("evaluate",), ("recognize",))
    helps = "".join(sentio(*call, "--help").out for call in calls)
    options = {f"--{name}" for name in registry.find("recognition", "m2fnet").options()}
    assert len(flags) > 4
    assert flags <= set(re.findall(r"--[a-z-]+", helps)) | options
