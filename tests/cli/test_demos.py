"""`sentio demos`: build, search, check, score, and what goes wrong."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., "Done"]  # type: ignore[name-defined]  # noqa: F821

TRAIN = """conversation,speaker,text,emotion
a,Ada,We won the cup!,joy
a,Bo,I am so happy for you!,joy
b,Cy,I miss my brother.,sadness
b,Di,I am so sorry.,sadness
c,Ed,Who took my stapler?,anger
c,Flo,We won the cup!,anger
"""

EVALUATED = """conversation,speaker,text,emotion
x,Gus,We are so happy!,joy
x,Hal,We won the cup!,joy
y,Ida,I miss you so much.,sadness
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the made-up table."""
    from sentio.retrieval import build

    folder = tmp_path_factory.mktemp("demos")
    (folder / "train.csv").write_text(TRAIN)
    return build([str(folder / "train.csv")], folder / "demos", encoder="mini").path


@pytest.fixture
def evaluated(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(EVALUATED)
    return path


def test_build_tells_what_was_built(sentio: Call, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(TRAIN)
    call = ("demos", "build", "--corpus", tmp_path / "train.csv", "--encoder", "mini", "--out", tmp_path / "demos")
    done = sentio(*call)
    assert done.code == 0
    heading, _, head, row = done.out.splitlines()
    assert heading.startswith("6 entries, 384 numbers each by mini ")
    assert head.split() == ["source", "entries", "left", "out", "labels"]
    assert row.split(maxsplit=3) == ["train:all", "6", "0", "joy 2, sadness 2, anger 2"]
    again = sentio(*call, "--format", "json")
    assert json.loads(again.out) == json.loads((tmp_path / "demos" / "manifest.json").read_bytes())
    assert again.err == ""


def test_build_takes_several_corpora(sentio: Call, tmp_path: Path, miniatures: Path) -> None:
    sources = ("--corpus", "meld:train", "--corpus", "iemocap:train", "--data", miniatures)
    done = sentio("demos", "build", *sources, "--encoder", "mini", "-o", tmp_path / "demos", "--format", "json")
    assert [source["corpus"] for source in json.loads(done.out)["sources"]] == ["meld", "iemocap"]


def test_search_a_text(sentio: Call, built: Path) -> None:
    done = sentio("demos", "search", built, "They are so happy!", "--k", "2", "--for", "iemocap")
    assert done.code == 0
    asked, first, _ = done.out.splitlines()
    assert asked == "They are so happy!"
    assert first.split(maxsplit=3)[1:] == ["happy", "train", "I am so happy for you!"]


def test_search_each_utterance_of_a_file_as_json_lines(sentio: Call, built: Path, tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text("Ada: We won!\nBo: I am happy for you!\n")
    done = sentio("demos", "search", built, "--file", chat, "--format", "json", "--context", "0.2")
    rows = done.rows
    assert [(row["speaker"], row["position"], len(row["hits"])) for row in rows] == [("Ada", 0, 3), ("Bo", 1, 3)]
    best = rows[1]["hits"][0]
    assert set(best) == {"label", "similarity", "row", "entry"}
    assert best["entry"]["text"] == "I am so happy for you!"


def test_search_for_nothing_finds_nothing(sentio: Call, built: Path) -> None:
    done = sentio("demos", "search", built, "", "--format", "json")
    assert done.rows[0]["hits"] == []
    assert "nothing" in sentio("demos", "search", built, " ").out
    sentio("demos", "search", built).fails("nothing to look for; give a text, or a conversation with --file")


def test_search_in_the_default_repository(sentio: Call, tmp_path: Path) -> None:
    one = sentio("demos", "search", "We won!", "--format", "json")
    assert one.code == 0
    assert {hit["entry"]["corpus"] for hit in one.rows[0]["hits"]} == {"everyday"}
    several = sentio("demos", "search", "everyday", "We won!", "我赢了！", "--format", "json")
    assert [row["text"] for row in several.rows] == ["We won!", "我赢了！"]
    assert several.rows[0] == one.rows[0]
    assert several.err == ""
    chat = tmp_path / "chat.txt"
    chat.write_text("Ada: We won!\nBo: I am happy for you!\n")
    of_file = sentio("demos", "search", "--file", chat, "--format", "json", "--for", "meld")
    assert of_file.rows[0]["hits"] == one.rows[0]["hits"]
    assert sentio("demos", "search", "word " * 100, "--k", "1").code == 0  # longer than a file may be called


def test_what_may_be_a_repository_is_not_taken_for_a_text(sentio: Call, built: Path, tmp_path: Path) -> None:
    nothing = "nothing to look for; give a text, or a conversation with --file"
    for words in ((), ("everyday",), (built,)):
        sentio("demos", "search", *words).fails(nothing)
    sentio("demos", "search", "deoms", "We won!").fails("deoms: no repository of demonstrations; make one with")
    chat = tmp_path / "chat.txt"
    chat.write_text("Ada: We won!\n")
    sentio("demos", "search", "deoms", "--file", chat).fails("deoms: no repository of demonstrations")


def test_check_and_score_take_the_default_repository(sentio: Call, built: Path, evaluated: Path) -> None:
    found = json.loads(sentio("demos", "check", "--against", evaluated, "--format", "json").out)
    assert found["entries"] > 3000
    assert found["balance"] > 0.95
    assert found["leaks"]["utterances"] == 3
    (alone,) = json.loads(sentio("demos", "score", "--on", evaluated, "--format", "json").out)
    named, other = json.loads(sentio("demos", "score", "everyday", built, "--on", evaluated, "--format", "json").out)
    assert alone == named
    assert (named["encoder"], other["entries"]) == ("mini", 6)
    assert found["entries"] == named["entries"]


def test_the_default_repository_is_told_where_it_is_made(
    sentio: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, evaluated: Path
) -> None:
    monkeypatch.setattr("sentio.retrieval.default.SOURCE", str(evaluated))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    done = sentio("demos", "check", "--format", "json")
    assert json.loads(done.out)["entries"] == 3
    assert sentio("demos", "check", "--format", "json").out == done.out


def test_the_examples_of_the_page_that_need_no_corpora_run(
    sentio: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "demonstrations.md").read_text("utf8")
    told = re.findall(r"^sentio (demos (?:search|check).*?)(?: \|.*)?$", page, re.MULTILINE)
    calls = [call for call in map(shlex.split, told) if "meld:validation" not in call and call[2:3] != ["demos"]]
    assert len(calls) >= 3
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chat.txt").write_text("Ada: We won!\nBo: 太好了！\n")
    for call in calls:
        assert sentio(*call).code == 0, call


def test_check(sentio: Call, built: Path, evaluated: Path) -> None:
    done = sentio("demos", "check", built, "--against", evaluated, "--format", "json")
    found = json.loads(done.out)
    assert found["labels"] == {"happy": 2, "sad": 2, "anger": 2}
    assert found["balance"] == pytest.approx(1.0)
    assert (found["repeats"]["rows"], found["repeats"]["texts"], found["repeats"]["conflicting"]) == (2, 1, 1)
    assert (found["leaks"]["verbatim"], found["leaks"]["verbatim_long"], found["leaks"]["near"]) == (1, 1, 0)
    lines = sentio("demos", "check", built, "--against", evaluated).out.splitlines()
    assert any("with emotions that differ" in line and line.endswith("1 (100.0%)") for line in lines)
    assert "leaks" in json.loads(sentio("demos", "check", built, "--format", "json").out)


def test_score_by_hand(sentio: Call, built: Path, evaluated: Path) -> None:
    done = sentio("demos", "score", built, built, "--on", evaluated, "--k", "1", "--format", "json")
    first, second = json.loads(done.out)
    assert first == second
    assert (first["utterances"], first["entries"], first["k"]) == (3, 6, 1)
    # "We won the cup!" has two twins, which are left out: what is nearest to it then says joy, as it does itself.
    assert first["precision"] == first["any"] == first["vote"] == 1.0
    assert first["chance"] == pytest.approx(1 / 3)
    table = sentio("demos", "score", built, "--on", evaluated, "--k", "1").out.splitlines()
    assert table[0].endswith("mine.csv: 3 utterances")
    assert table[-1].split()[1:] == ["mini", "6", "1.0000", "1.0000", "1.0000", "0.3333"]


def test_score_of_three_places_counts_those_left_empty_as_wrong(sentio: Call, built: Path, evaluated: Path) -> None:
    done = sentio("demos", "score", built, "--on", evaluated, "--k", "6", "--format", "json")
    (found,) = json.loads(done.out)
    # joy: both; joy again, of which one is a twin: 1; sadness: both.
    assert found["precision"] == pytest.approx((2 + 1 + 2) / 3 / 6)


@pytest.mark.parametrize("command", [("search", "Hello!"), ("check",), ("score", "--on")])
def test_no_repository_and_damaged_ones(
    command: tuple[str, ...], sentio: Call, built: Path, evaluated: Path, tmp_path: Path
) -> None:
    name, *rest = command
    more = [*rest, evaluated] if "--on" in rest else rest
    sentio("demos", name, tmp_path / "nowhere", *more).fails("no repository of demonstrations; make one with")
    spoilt = tmp_path / "spoilt"
    shutil.copytree(built, spoilt)
    (spoilt / "vectors.npy").unlink()
    sentio("demos", name, spoilt, *more).fails("vectors.npy: missing; build the repository again")
    (spoilt / "manifest.json").write_text("{}")
    sentio("demos", name, spoilt, *more).fails("manifest.json: damaged")


def test_a_repository_of_another_version_is_refused(sentio: Call, built: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(built, other)
    manifest = json.loads((other / "manifest.json").read_bytes())
    (other / "manifest.json").write_text(json.dumps(manifest | {"version": "0123456789abcdef"}))
    sentio("demos", "search", other, "Hello!").fails("built by mini 0123456789abcdef, not by mini")


def test_names_and_values_that_cannot_be(sentio: Call, built: Path, miniatures: Path, tmp_path: Path) -> None:
    sentio("demos", "search", built, "Hello!", "--for", "mled").fails("did you mean 'meld'")
    sentio("demos", "search", built, "Hello!", "--for", "emobench").fails("emobench has no utterances with labels")
    sentio("demos", "search", built, "Hello!", "--for", "iemocap4", "--index", "exat").fails("did you mean 'exact'")
    out = tmp_path / "demos"
    sentio("demos", "build", "--corpus", "meld:trian", "--data", miniatures, "-o", out).fails("did you mean 'train'")
    sentio("demos", "build", "--corpus", tmp_path / "none.csv", "-o", out).fails("none.csv")


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        (("--k", "0"), "--k: input should be greater than or equal to 1, not 0"),
        (("--context", "1", "--per-label", "0"), "--context: input should be less than 1, not 1"),
        (("--per-label", "0"), "--per-label: input should be greater than or equal to 1, not 0"),
        (("--labels", "some"), "--labels: input should be 'drop', 'nearest', 'show' or 'official', not some"),
    ],
)
def test_values_of_flags_that_cannot_be_are_told_in_a_line(
    flags: tuple[str, ...], line: str, sentio: Call, built: Path, evaluated: Path
) -> None:
    for call in (("search", built, "Hello!"), ("score", built, "--on", evaluated)):
        assert sentio("demos", *call, *flags).err == f"sentio: {line}\n"


def test_ls_tells_encoders_and_indexes(sentio: Call) -> None:
    out = sentio("ls", "demos").out
    assert all(
        name in out for name in ("encoder minilm", "encoder mini ", "index exact", "index usearch", "index lance")
    )


def test_the_page_names_flags_that_exist(sentio: Call) -> None:
    page = Path(__file__).parents[2] / "docs" / "demonstrations.md"
    flags = set(re.findall(r"(?<=[ `])--[a-z-]+", page.read_text("utf8")))
    helps = "".join(sentio("demos", name, "--help").out for name in ("build", "search", "check", "score"))
    assert len(flags) > 10
    assert flags <= set(re.findall(r"--[a-z-]+", helps))
