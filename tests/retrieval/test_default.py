"""The repository that is there when none is named: what is in it, when it is made, and where nothing can be written."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from sentio import corpora, encoders
from sentio.corpora.leaks import normalised
from sentio.encoders.base import TextEncoder
from sentio.errors import InputError, OutputError
from sentio.retrieval import DEFAULT, Repository, Retriever, Target, build, default, load, queries

SMALL = "conversation,speaker,text,emotion\na,Ada,We won the cup!,joy\na,Bo,我把钥匙丢了😭,sadness\n"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a cache of its own, for a default repository of two lines, which no other test has made."""
    default._temporary_folder.cache_clear()
    (tmp_path / "small.csv").write_text(SMALL)
    monkeypatch.setattr(default, "SOURCE", str(tmp_path / "small.csv"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sentio" / "demos"


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where a default repository was built."""
    places: list[Path] = []

    def counted(sources: list[str], out: Path, **options: object) -> Repository:
        places.append(out)
        return build(sources, out, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(default, "build", counted)
    return places


def test_the_verified_utterances_of_the_training_conversations_are_in_it() -> None:
    everyday = corpora.load("everyday")
    expected = [
        (item.id, said.id, said.text, item.gold["emotion"][said.id], said.speaker)
        for item in everyday.conversations("train")
        for said in item.conversation.utterances
        if said.id in item.gold.get("emotion", {})
    ]
    repository = load()
    assert repository.entries.select("conversation", "utterance", "text", "label", "speaker").rows() == expected
    assert len(expected) > 3000
    (source,) = repository.manifest.sources
    assert (source.corpus, source.split, source.layer) == ("everyday", "train", "emotion")
    assert source.fingerprint == everyday.fingerprint("train")


def test_a_second_call_reads_what_the_first_has_made(builds: list[Path], caplog: pytest.LogCaptureFixture) -> None:
    first = load()
    builds.clear()
    caplog.clear()
    second = load(Path("everyday"))
    assert not builds
    assert not caplog.records
    assert second.path == first.path
    assert second.path.parent == Path(os.environ["XDG_CACHE_HOME"]) / "sentio" / "demos"
    np.testing.assert_array_equal(second.vectors, first.vectors)


def test_no_utterance_is_shown_its_own_conversation_or_its_twin() -> None:
    everyday = corpora.load("everyday")
    retriever = Retriever(load(), Target("everyday", everyday.card.layers["emotion"]))
    wanted = [q for item in everyday.conversations("train") for q in queries(item.conversation, "everyday")]
    found = retriever.retrieve(wanted)
    assert sum(map(len, found)) == 3 * len(wanted)
    for query, hits in zip(wanted, found, strict=True):
        for hit in hits:
            assert hit.entry.conversation != query.conversation
            assert normalised(hit.entry.text) != normalised(query.text)


def test_what_is_said_in_a_language_is_shown_demonstrations_in_it() -> None:
    everyday = corpora.load("everyday")
    language = {item.id: item.facts["language"] for item in everyday.conversations("train")}
    retriever, same, shown = Retriever(load()), dict.fromkeys(("en", "zh"), 0), dict.fromkeys(("en", "zh"), 0)
    for item in everyday.conversations("validation"):
        if (own := str(item.facts["language"])) in same:
            for hits in retriever.retrieve(queries(item.conversation, "everyday")):
                same[own] += sum(language[hit.entry.conversation] == own for hit in hits)
                shown[own] += len(hits)
    assert all(same[own] > 0.9 * shown[own] for own in same)


def test_it_is_told_once_and_made_again_for_other_texts_and_other_vectors(
    small: Path, builds: list[Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stages: list[str] = []
    first = load(progress=lambda stage, done: stages.append(stage))
    assert stages == [f"read {default.SOURCE}", "encode by mini"]
    (told,) = caplog.messages
    assert told == f"making the default demonstrations of {default.SOURCE}, once: {first.path}"
    assert load().path == first.path
    assert len(builds) == 1

    Path(default.SOURCE).write_text(SMALL + "b,Cy,Who is there?,fear\n")
    second = load()
    assert (len(first), len(second), len(builds)) == (2, 3, 2)

    opened = encoders.load

    def newer(name: str) -> TextEncoder:
        encoder = opened(name)
        encoder.version = "newer"  # type: ignore[misc]
        return encoder

    monkeypatch.setattr(encoders, "load", newer)
    third = load()
    assert (third.manifest.version, len(builds)) == ("newer", 3)
    assert {path.name for path in small.iterdir()} == {one.path.name for one in (first, second, third)}


def test_a_damaged_one_is_made_again(small: Path, builds: list[Path]) -> None:
    first = load()
    (first.path / "vectors.npy").write_bytes(b"cut")
    second = load()
    assert (second.path, len(builds)) == (first.path, 2)
    np.testing.assert_array_equal(load().vectors, first.vectors)
    assert [path.name for path in small.iterdir()] == [first.path.name]


@pytest.mark.parametrize("damaged", [False, True])
def test_of_several_that_are_made_at_once_one_stays(
    damaged: bool, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if damaged:
        (load().path / "manifest.json").write_text("{}")
    together = Barrier(4, timeout=60)

    def slow(sources: list[str], out: Path, **options: object) -> Repository:
        made = build(sources, out, **options)  # type: ignore[arg-type]
        together.wait()
        return made

    monkeypatch.setattr(default, "build", slow)
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(load) for _ in range(4)]]
    assert [one.entries["text"].to_list() for one in found] == [["We won the cup!", "我把钥匙丢了😭"]] * 4
    (place,) = small.iterdir()
    assert {one.path for one in found} == {place}
    assert len(load()) == 2


def test_a_call_that_fails_leaves_nothing_behind(small: Path) -> None:
    Path(default.SOURCE).write_text("conversation,speaker,text\na,Ada,Nobody labelled this.\n")
    with pytest.raises(InputError, match="labels"):
        load()
    assert not small.exists() or not list(small.iterdir())


def test_a_cache_that_cannot_be_written_costs_one_line_and_a_folder_for_the_process(tmp_path: Path) -> None:
    (tmp_path / "small.csv").write_text(SMALL)
    (tmp_path / "cache").write_text("a file, not a folder")
    (tmp_path / "temporary").mkdir()
    code = (
        "import sys; from sentio.retrieval import default\n"
        "default.SOURCE = sys.argv[1]\n"
        "found = default.load(); print(len(found), found.path.is_dir(), found.path, sep='\\n')\n"
        "print(default.load().path, len(list(found.path.parent.parent.iterdir())), sep='\\n')"
    )
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path / "temporary")}
    call = [sys.executable, "-c", code, str(tmp_path / "small.csv")]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
    entries, there, place, again, folders = done.stdout.splitlines()
    assert (entries, there, again, folders) == ("2", "True", place, "1")
    assert Path(place).parent.parent == tmp_path / "temporary"
    assert not list((tmp_path / "temporary").iterdir())
    # onnxruntime may complain of the same folder in lines of its own.
    why, what = [line for line in done.stderr.splitlines() if "onnxruntime" not in line]
    assert why.endswith("the default demonstrations are made for this process alone")
    assert what.startswith("making the default demonstrations")


def test_where_nothing_can_be_written_it_is_made_and_told_once(
    small: Path, builds: list[Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The cache folder is there, but belongs to somebody else."""
    small.mkdir(parents=True)
    beside = tempfile.TemporaryDirectory

    def refused(*, prefix: str, dir: Path) -> object:
        if dir == small:
            raise PermissionError(13, "Permission denied")
        return beside(prefix=prefix, dir=dir)

    monkeypatch.setattr("tempfile.TemporaryDirectory", refused)
    first, second = load(), load()
    assert (len(first), second.path, len(builds)) == (2, first.path, 1)
    why, what = caplog.messages
    assert why.endswith("no permission to write here; the default demonstrations are made for this process alone")
    assert what.endswith(f", once: {first.path}")


def test_without_a_home_and_without_a_temporary_folder(
    small: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    def full(*_: object, **__: object) -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nowhere)
    with monkeypatch.context() as patched:
        patched.setattr("tempfile.mkdtemp", full)
        with pytest.raises(OutputError, match=r"no home folder .* no folder for temporary files, .* XDG_CACHE_HOME"):
            load()
    assert len(load()) == 2
    assert "name one with XDG_CACHE_HOME" in caplog.messages[0]


def test_a_repository_that_is_named_is_read_and_nothing_is_made(
    repository: Repository, builds: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert len(load(repository.path)) == len(repository)
        with pytest.raises(InputError, match="no repository of demonstrations"):
            load(tmp_path / DEFAULT)
    assert not builds
    assert not caplog.records


def test_a_repository_of_the_same_name_is_not_passed_over(
    repository: Repository, builds: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default is not read instead of what `sentio demos build --out everyday` has written."""
    shutil.copytree(repository.path, tmp_path / "everyday")
    monkeypatch.chdir(tmp_path)
    for name in ("everyday", "./everyday"):
        with pytest.raises(InputError, match=f"^{tmp_path / 'everyday'}: .*; name it by this path, or rename it"):
            load(Path(name))
    assert len(load(tmp_path / "everyday")) == len(repository)
    assert not builds
    (tmp_path / "everyday" / "manifest.json").unlink()
    assert load().manifest.sources[0].corpus == "everyday"
