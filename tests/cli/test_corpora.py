"""`sentio corpora` on the miniature of every registered corpus, on other copies, and on the user's own."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sentio import corpora, registry
from sentio.card import CorpusCard
from sentio.corpora import Corpus, CorpusFolder
from sentio.gold import AnnotatedConversation, Item

Call = Callable[..., Any]
CORPORA = registry.components("corpora")
PAGE = Path(__file__).parents[2] / "docs" / "corpora.md"
every_corpus = pytest.mark.parametrize("name", CORPORA)
SHIPPED = [name for name, found in CORPORA.items() if isinstance(found.card, CorpusCard) and found.card.shipped]
of_the_user = pytest.mark.parametrize("name", [name for name in CORPORA if name not in SHIPPED])


def card_of(name: str) -> CorpusCard:
    card = CORPORA[name].card
    assert isinstance(card, CorpusCard)
    return card


def read(name: str, data: Path) -> dict[str, list[Item]]:
    corpus = corpora.load(name, data)
    return {split: list(corpus.read(split)) for split in corpus.splits}


# ls, show


def test_ls_has_a_line_for_each_corpus_without_any_data(
    sentio: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTIO_DATA", str(tmp_path / "nowhere"))
    done = sentio("corpora", "ls")
    lines = {line.split()[0]: line for line in done.out.splitlines()[1:-3]}
    assert done.code == 0
    assert list(lines) == list(CORPORA)
    for name, line in lines.items():
        card = card_of(name)
        assert all(what in line for what in (*card.tasks, *card.languages, *card.modalities))
        assert line.endswith(" ".join(("+" if card.shipped else "-") + split for split in card.files))
    assert "point --data or SENTIO_DATA" in done.out


def test_ls_marks_what_is_here_and_what_is_here_in_part(sentio: Call, miniatures: Path, tmp_path: Path) -> None:
    shutil.copytree(miniatures / "mosi", tmp_path / "mosi")
    (tmp_path / "mosi" / card_of("mosi").files["test"][1]).unlink(missing_ok=True)
    (tmp_path / "mosi" / card_of("mosi").files["test"][0]).write_text("")
    out = sentio("corpora", "ls", "--data", tmp_path).out
    assert re.search(r"^mosi .* \+train \+validation ~test$", out, re.MULTILINE)
    assert re.search(r"^meld .* -train -validation -test$", out, re.MULTILINE)


@every_corpus
def test_show_tells_the_whole_card(sentio: Call, name: str) -> None:
    card, out = card_of(name), sentio("corpora", "show", name).out
    for said in (card.title, card.summary, card.licence, card.obtain, card.paper or "", *card.faults, *card.checksums):
        assert said in out
    for order in card.layers.values():
        assert ", ".join(order) in out
    for split, names in card.files.items():
        counts = ", ".join(f"{n} {what}" for what, n in card.counts.get(split, {}).items()) or "not measured"
        assert re.search(rf"^  {re.escape(split)} +{counts} +{re.escape(', '.join(names))}$", out, re.MULTILINE)
    assert all(digest in out for digest in card.checksums.values())


def test_show_knows_the_labels_of_an_own_table(sentio: Call, table: Path) -> None:
    out = sentio("corpora", "show", table).out
    assert re.search(r"^  emotion +ekman +anger, disgust, fear, joy, sadness, surprise, neutral$", out, re.MULTILINE)


@pytest.mark.parametrize("command", ["show", "stats", "check"])
def test_a_misspelt_corpus_is_told_the_nearest(sentio: Call, command: str) -> None:
    sentio("corpora", command, "meldd").fails("unknown corpus 'meldd'; did you mean 'meld'?")


@pytest.mark.parametrize("arguments", [["stats", "isear"], ["check", "isear"], ["convert", "isear", "--to", "csv"]])
def test_a_corpus_that_is_not_here_says_where_to_ask(sentio: Call, tmp_path: Path, arguments: list[str]) -> None:
    sentio("corpora", *arguments, "--data", tmp_path).fails(card_of("isear").obtain)
    sentio("corpora", "check", "--data", tmp_path).fails("no corpus is here")


# check


@of_the_user
def test_check_looks_at_every_file_and_reads_every_split(sentio: Call, miniatures: Path, name: str) -> None:
    done = sentio("corpora", "check", name, "--data", miniatures)
    card, corpus = card_of(name), corpora.load(name, miniatures)
    states = {state.name: state.state for state in corpus.check()}
    for file, state in states.items():
        assert re.search(rf"^  {state} +{re.escape(file)}$", done.out, re.MULTILINE)
    differs = "differs" in states.values()
    for split, items in read(name, miniatures).items():
        talks = [item for item in items if isinstance(item, AnnotatedConversation)]
        kinds = {"conversations": len(talks), "utterances": sum(len(item.conversation) for item in talks)}
        kinds["questions"] = len(items) - len(talks)
        counted = ", ".join(f"{n} {what}" for what, n in kinds.items() if n)
        (line,) = (line for line in done.out.splitlines() if line.startswith(f"  {split}: "))
        assert line.startswith(f"  {split}: {counted}, ")
        measured = card.counts.get(split)
        differs = differs or measured is not None
        assert line.endswith("not measured") if measured is None else ", but measured were " in line
    assert done.code == differs


def test_check_of_all_looks_at_those_there_are(sentio: Call, goemotions: Path) -> None:
    done = sentio("corpora", "check", "--data", goemotions)
    assert [line for line in done.out.splitlines() if line and line[0] != " "] == [*SHIPPED, "goemotions"]
    assert "missing  original/test.tsv" in done.out
    assert done.code == 1


def test_check_of_all_tells_a_folder_that_holds_none(
    sentio: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is named by --data or by SENTIO_DATA; where none is named, what comes with sentio is looked at."""
    sentio("corpora", "check", "--data", tmp_path / "typo").fails(f"{tmp_path / 'typo'}: no corpus is here")
    monkeypatch.setenv("SENTIO_DATA", str(tmp_path / "nowhere"))
    sentio("corpora", "check").fails(f"{tmp_path / 'nowhere'}: no corpus is here")
    monkeypatch.delenv("SENTIO_DATA")
    monkeypatch.chdir(tmp_path)
    done = sentio("corpora", "check")
    assert [line for line in done.out.splitlines() if line[0] != " "] == SHIPPED
    assert done.err == ""


def test_check_goes_on_after_a_broken_split(sentio: Call, goemotions: Path) -> None:
    broken = goemotions / "goemotions" / "original" / "train.tsv"
    broken.write_text(broken.read_text("utf8") + "one cell\n", "utf8")
    lines = len(broken.read_text("utf8").splitlines())
    done = sentio("corpora", "check", "goemotions", "--data", goemotions)
    assert f"  train: broken: {broken}:{lines}: 1 cells where 3 are expected" in done.out
    assert re.search(r"^  validation: \d+ conversations", done.out, re.MULTILINE)
    assert (done.code, done.err) == (1, "")


@pytest.fixture
def measured(goemotions: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """The miniature, measured as it is; its train split has nothing to differ but its end."""
    found = corpora.load("goemotions", goemotions)
    counts = {split: {"conversations": len(list(found.read(split)))} for split in found.splits}
    dev = found.card.files["validation"][0]
    card = found.card.model_copy(update={"checksums": {dev: found.files.checksum(dev)}, "counts": counts})
    corpus = replace(found, card=card, files=CorpusFolder(found.files.path, card))
    monkeypatch.setattr(corpora, "load", lambda name, data: corpus)
    return corpus


def test_check_finds_nothing_in_the_copy_that_was_measured(sentio: Call, measured: Corpus) -> None:
    done = sentio("corpora", "check", "goemotions")
    assert done.code == 0
    assert f"same          {measured.card.files['validation'][0]}" in done.out
    assert done.out.count(", as measured") == 2


def test_check_finds_another_word(sentio: Call, measured: Corpus) -> None:
    file = measured.files.file(measured.card.files["validation"][0])
    file.write_text("Or: " + file.read_text("utf8"), "utf8")
    done = sentio("corpora", "check", "goemotions")
    assert done.code == 1
    assert f"differs       {measured.card.files['validation'][0]}" in done.out
    assert done.out.count(", as measured") == 2


def test_check_finds_an_end_that_is_broken_or_missing(sentio: Call, measured: Corpus) -> None:
    file = measured.files.file(measured.card.files["train"][0])
    whole = file.read_text("utf8")
    for content in (whole + "one cell\n", "".join(whole.splitlines(keepends=True)[:-1])):
        file.write_text(content, "utf8")
        done = sentio("corpora", "check", "goemotions")
        assert done.code == 1
        assert "differs " not in done.out
        assert ("train: broken: " in done.out) != (", but measured were " in done.out)


def test_an_own_table_is_read_to_its_end(sentio: Call, table: Path) -> None:
    done = sentio("corpora", "check", table)
    assert done.code == 0
    assert done.out == "mine\n  not measured  mine.csv\n  all: 2 conversations, 4 utterances, not measured\n"


@every_corpus
def test_the_copy_at_hand_is_the_one_that_was_measured(sentio: Call, data: Path, name: str) -> None:
    card = card_of(name)
    if not card.shipped and not (data / (card.folder or name)).is_dir():
        pytest.skip(f"no copy of {name} at hand")
    done = sentio("corpora", "check", name, "--data", data)
    assert done.code == 0, done.out
    files = corpora.load(name, data).files
    for file in card.checksums:
        if file in files:
            assert re.search(rf"^  same +{re.escape(file)}$", done.out, re.MULTILINE)
    for split in set(card.counts) & set(corpora.load(name, data).splits):
        assert re.search(rf"^  {re.escape(split)}: .*, as measured$", done.out, re.MULTILINE)


# stats


@every_corpus
def test_stats_count_each_split(sentio: Call, miniatures: Path, name: str) -> None:
    done = sentio("corpora", "stats", name, "--data", miniatures, "--format", "json")
    told, items = json.loads(done.out), read(name, miniatures)
    assert list(told["splits"]) == list(items)
    for split, of_split in items.items():
        talks = [item for item in of_split if isinstance(item, AnnotatedConversation)]
        found = told["splits"][split]
        assert found["conversations"] == len(talks)
        assert found["utterances"] == sum(len(item.conversation) for item in talks)
        assert found["questions"] == len(of_split) - len(talks)
        assert list(found["layers"])[: len(card_of(name).layers)] == list(card_of(name).layers)
        for layer, of_layer in found["layers"].items():
            assert of_layer["annotated"] == sum(len(item.gold.get(layer, {})) for item in talks)
    header, *rows = sentio("corpora", "stats", name, "--data", miniatures).out.splitlines()
    assert header.split() == [name, *items]
    assert rows[0].split()[0] in ("conversations", "questions")


def test_stats_of_one_split_as_a_table(sentio: Call, table: Path) -> None:
    out = sentio("corpora", "stats", table, "--split", "all").out
    rows = dict(re.split(r"  +", line.strip(), maxsplit=1) for line in out.splitlines())
    assert rows["conversations"] == "2"
    assert rows["speakers"] == "3"
    assert (rows["surprise"], rows["joy"]) == ("1", "2")
    assert rows["shifts of a speaker"] == "1 of 1"
    sentio("corpora", "stats", table, "--split", "al").fails("did you mean 'all'?")


def test_stats_of_meld_are_the_published_ones(sentio: Call, data: Path) -> None:
    splits = json.loads(sentio("corpora", "stats", "meld", "--data", data, "--format", "json").out)["splits"]
    assert [splits[split]["utterances"] for split in ("train", "validation")] == [9989, 1109]
    assert [splits[split]["layers"]["emotion"]["shifts"] for split in ("train", "validation")] == [4001, 427]


# leaks


@pytest.fixture
def later(tmp_path: Path) -> Path:
    (tmp_path / "later.csv").write_text(
        "conversation,speaker,text,emotion\nc,Ada,you baked a cake for me?,joy\nc,Dee,Never!,anger\n", "utf8"
    )
    return tmp_path / "later.csv"


def test_leaks_are_counted_and_shown(sentio: Call, table: Path, later: Path) -> None:
    told = json.loads(sentio("corpora", "leaks", later, table, "--format", "json").out)
    assert (told["utterances"], told["exact"], told["verbatim"], told["verbatim_long"]) == (2, 0, 1, 1)
    assert told["shared_speakers"] == ["Ada"]
    assert told["speaker_independent"] is False
    assert told["twins"] == [{"place": ["c", "0"], "other": ["a", "0"], "similarity": 1.0}]
    out = sentio("corpora", "leaks", later, table).out
    assert "1.00  c/0  you baked a cake for me?\n      a/0  You baked a cake for me?\n" in out
    assert re.search(r"speaker-independent.* no$", out, re.MULTILINE)
    assert re.search(r"verbatim there +1 \(50.0%\)$", out, re.MULTILINE)


def test_repeats_within_a_split_are_counted_with_labels_that_differ(sentio: Call, table: Path) -> None:
    told = json.loads(sentio("corpora", "leaks", table, "--format", "json").out)
    assert (told["layer"], told["rows"], told["texts"], told["conflicting"]) == ("emotion", 2, 1, 1)
    assert re.search(r"'emotion' that differ +1 \(100.0%\)$", sentio("corpora", "leaks", table).out, re.MULTILINE)


def test_a_split_must_be_named_and_hold_conversations(sentio: Call, miniatures: Path) -> None:
    sentio("corpora", "leaks", "meld", "--data", miniatures).fails("write CORPUS/SPLIT, as in meld/train")
    sentio("corpora", "leaks", "meld/trian", "--data", miniatures).fails("did you mean 'train'?")
    name = f"emobench/{next(iter(card_of('emobench').files))}"
    sentio("corpora", "leaks", name, "--data", miniatures).fails("holds questions, not conversations")


def test_leaks_of_meld_are_the_known_ones(sentio: Call, data: Path) -> None:
    arguments = ("leaks", "meld/validation", "meld/train", "--data", data, "--format", "json")
    told = json.loads(sentio("corpora", *arguments).out)
    assert (told["utterances"], told["exact"], told["long"]) == (1109, 135, 795)
    within = json.loads(sentio("corpora", "leaks", "meld/train", "--data", data, "--format", "json").out)
    assert (within["exact_rows"], within["texts"], within["conflicting"]) == (1291, 240, 105)


# The page


def test_the_commands_of_the_page_run(
    sentio: Call, miniatures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTIO_DATA", str(miniatures))
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^sentio (corpora .*?)(?: *#.*)?$", PAGE.read_text("utf8"), re.MULTILINE)
    shown = {shlex.split(command)[1] for command in commands}
    assert shown == {"ls", "show", "check", "stats", "convert", "leaks", "diversity"}
    for command in commands:
        done = sentio(*shlex.split(command))
        # A miniature is never the copy that was measured.
        assert done.code == (1 if command.startswith("corpora check") else 0), (command, done.err)
