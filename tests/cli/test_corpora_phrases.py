"""`sentio corpora diversity`, and the phrases of `sentio corpora leaks`."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentio import corpora, registry
from sentio.card import CorpusCard
from sentio.corpora.phrases import words

Call = Callable[..., Any]
SHIPPED = {
    name
    for name, found in registry.components("corpora").items()
    if isinstance(found.card, CorpusCard) and found.card.shipped
}
HEAD = "conversation,speaker,text,emotion,split\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine.csv").write_text(
        HEAD
        + "".join(
            f"c{n},Ada,So it goes on and on number {n},joy,{'train' if n < 4 else 'validation'}\n"
            f'c{n},Bo,"It’s a DAY like any other day, {word}.",anger,{"train" if n < 4 else "validation"}\n'
            for n, word in enumerate(["moon", "egg", "Tuesday", "salt", "rain", "今天"])
        ),
        "utf8",
    )
    return tmp_path / "mine.csv"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    (tmp_path / "other.csv").write_text(
        HEAD + 'x,Cy,"Well, it\'s a day like any other day!",joy,train\nx,Cy,Fine.,joy,train\n', "utf8"
    )
    return tmp_path / "other.csv"


# leaks


def test_runs_of_words_between_two_splits_are_counted_and_shown(sentio: Call, mine: Path, other: Path) -> None:
    told = json.loads(sentio("corpora", "leaks", mine, other, "--words", "7", "--format", "json").out)
    assert told["words"] == 7
    assert told["phrases"][0] == {
        "place": ["c0", "1"], "phrase": "it's a day like any other day", "other": ["x", "0"], "texts": 1,
    }  # fmt: skip
    assert len(told["phrases"]) == 6
    out = sentio("corpora", "leaks", mine, other, "--words", "7").out
    assert re.search(r"^utterances that share 7 words in a row +6 \(50.0%\)$", out, re.MULTILINE)
    assert "\nphrases\n  1x  c0/1 in x/0  it's a day like any other day\n" in out
    assert json.loads(sentio("corpora", "leaks", mine, other, "--format", "json").out)["phrases"] == []


def test_habits_within_a_split_are_counted_and_shown(sentio: Call, mine: Path) -> None:
    told = json.loads(sentio("corpora", "leaks", mine, "--format", "json").out)
    assert told["words"] == 5
    assert {"phrase": "so it goes on and", "conversations": 6} in told["phrases"]
    out = sentio("corpora", "leaks", mine, "--words", "8").out
    assert re.search(r"^phrases of 8 words in more than 3 conversations +0$", out, re.MULTILINE)
    assert "\n  6x  so it goes on and\n" in sentio("corpora", "leaks", mine).out


def test_everywhere_is_every_other_corpus_that_is_here(sentio: Call, miniatures: Path, tmp_path: Path) -> None:
    """A table of the name of a corpus, with a sentence of its miniature planted."""
    for name in ("meld", "goemotions"):
        shutil.copytree(miniatures / name, tmp_path / "data" / name)
    spoken = next(corpora.load("meld", miniatures).conversations("validation")).conversation.utterances
    planted = max((turn.text for turn in spoken), key=lambda text: len(text.split()))
    (tmp_path / "meld.csv").write_text(f'{HEAD}y,Cy,"{planted}",joy,train\ny,Cy,Never heard of.,joy,train\n', "utf8")
    call = ("corpora", "leaks", tmp_path / "meld.csv", "--everywhere", "--words", "3", "--data", tmp_path / "data")
    told = json.loads(sentio(*call, "--format", "json").out)
    assert {split.partition("/")[0] for split in told["phrases"]} == {"meld", "meld_json", "goemotions", *SHIPPED}
    assert told["phrases"]["meld/validation"][0]["place"] == ["all/y", "0"]
    assert told["unread"] == {}
    assert (told["utterances"], told["words"], told["sharing"]) == (2, 3, 1)
    assert re.search(r"^  with meld/validation +1$", sentio(*call).out, re.MULTILINE)


def test_everywhere_takes_a_corpus_whole_and_leaves_it_out_of_the_others(
    sentio: Call, goemotions: Path, tmp_path: Path
) -> None:
    done = sentio("corpora", "leaks", "everyday", "--everywhere", "--data", goemotions)
    assert re.search(r"^utterances +11910$", done.out, re.MULTILINE)
    assert re.search(r"^splits of other corpora that were read +2$", done.out, re.MULTILINE)
    (tmp_path / "one").mkdir()
    shutil.move(goemotions / "goemotions", tmp_path / "one")
    alone = ("corpora", "leaks", "goemotions", "--everywhere", "--data", tmp_path / "one")
    assert re.search(r"^splits of other corpora that were read +3$", sentio(*alone).out, re.MULTILINE)


def test_everywhere_tells_where_nothing_is(
    sentio: Call, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentio("corpora", "leaks", mine, "--everywhere", "--data", tmp_path / "no").fails(
        f"{tmp_path / 'no'}: no corpus is"
    )
    (tmp_path / "empty" / "meld").mkdir(parents=True)
    sentio("corpora", "leaks", "everyday", "--everywhere", "--data", tmp_path / "empty").fails(
        "no other corpus is here"
    )
    monkeypatch.delenv("SENTIO_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    sentio("corpora", "leaks", "everyday", "--everywhere").fails("no other corpus is here")


@pytest.mark.parametrize("name", ["iemocap", "emocontext"])
def test_everywhere_counts_each_conversation_once_and_tells_its_split(
    sentio: Call, miniatures: Path, tmp_path: Path, name: str
) -> None:
    """IEMOCAP's sessions are its splits again; EmoContext numbers each split from 0."""
    shutil.copytree(miniatures / name, tmp_path / "data" / name)
    corpus = corpora.load(name, tmp_path / "data")
    said = {
        (f"{split}/{item.id}", turn.id): turn.text
        for split in ("train", "validation")
        for item in corpus.conversations(split)
        for turn in item.conversation.utterances
    }
    call = ("corpora", "leaks", name, "--everywhere", "--words", "1", "--data", tmp_path / "data")
    told = json.loads(sentio(*call, "--format", "json").out)
    shared = [phrase for phrases in told["phrases"].values() for phrase in phrases]
    places = {(conversation, turn) for conversation, turn in (phrase["place"] for phrase in shared)}
    assert {conversation.partition("/")[0] for conversation, _ in places} == {"train", "validation"}
    assert all(phrase["phrase"].split()[0] in words(said[tuple(phrase["place"])]) for phrase in shared)
    assert (told["utterances"], told["sharing"]) == (len(said), len(places))
    part = f"{told['sharing']} ({told['sharing'] / len(said):.1%})"
    assert f" {part}\n" in sentio(*call).out


def test_everywhere_leaves_out_what_cannot_be_read_and_says_so(sentio: Call, mine: Path, goemotions: Path) -> None:
    broken = goemotions / "goemotions" / "original" / "train.tsv"
    broken.write_text(broken.read_text("utf8") + "one cell\n", "utf8")
    call = ("corpora", "leaks", mine, "--everywhere", "--data", goemotions)
    done = sentio(*call, "--format", "json")
    told = json.loads(done.out)
    (message,) = told["unread"].values()
    assert list(told["unread"]) == ["goemotions/train"]
    assert message.startswith(f"{broken}:")
    assert set(told["phrases"]) == {
        "goemotions/validation",
        *(f"everyday/{s}" for s in ("train", "validation", "test")),
    }
    assert done.err == f"sentio: goemotions/train is left out: {message}\n"
    table = sentio(*call)
    assert re.search(r"^splits of other corpora that were read +4$", table.out, re.MULTILINE)
    assert (done.code, table.code, table.err) == (1, 1, done.err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--words", "0"], "--words: a phrase has 1 word or more, not 0"),
        (["everyday/train", "--everywhere"], "leave out 'everyday/train' or the flag"),
    ],
)
def test_what_makes_no_sense_is_told(sentio: Call, arguments: list[str], message: str) -> None:
    sentio("corpora", "leaks", "everyday/test", *arguments).fails(message)


# diversity


def test_diversity_is_measured_at_equal_size(sentio: Call, mine: Path, other: Path) -> None:
    told = json.loads(
        sentio(
            "corpora", "diversity", mine, "--against", other, "--samples", "3", "--seed", "4", "--format", "json"
        ).out
    )
    assert (told["tokens"], told["samples"], told["seed"]) == (9, 3, 4)
    ours, theirs = told["corpora"]
    assert (ours["corpus"], theirs["corpus"]) == (str(mine), str(other))
    assert theirs["utterances"] == {"mean": 2.0, "sd": 0.0, "min": 2.0, "max": 2.0, "n": 3}
    assert theirs["vocabulary"]["mean"] == 8
    assert ours["length"]["mean"] > 1
    out = sentio("corpora", "diversity", mine, "--against", other, "--samples", "1").out
    assert re.search(r"^vocabulary +\d+ +8$", out, re.MULTILINE)
    assert out.endswith("\nat 9 tokens each; one draw\n")


def test_diversity_of_conversations_with_a_fact(sentio: Call) -> None:
    def tokens(*arguments: str) -> int:
        told = json.loads(sentio("corpora", "diversity", "everyday:test", *arguments, "--format", "json").out)
        return int(told["tokens"])

    of_language = {language: tokens("--where", f"language={language}") for language in ("en", "de", "es", "fr", "zh")}
    assert sum(of_language.values()) == tokens()
    head = sentio("corpora", "diversity", "everyday:test", "--where", "language=zh").out.splitlines()[0]
    assert head.strip() == "everyday:test where language=zh"


def test_diversity_of_splits_that_overlap_takes_each_conversation_once(sentio: Call, miniatures: Path) -> None:
    corpus = corpora.load("iemocap", miniatures)
    talks = [item.conversation for split in ("train", "validation") for item in corpus.conversations(split)]
    told = json.loads(sentio("corpora", "diversity", "iemocap", "--data", miniatures, "--format", "json").out)
    assert told["tokens"] == sum(len(words(turn.text)) for talk in talks for turn in talk.utterances)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["everyday:test", "--where", "language=xx"], "has language=xx; there it is de, en, es, fr, zh"),
        (["everyday:test", "--where", "mood=dark"], "has mood=dark; nothing there says so"),
        (["everyday:test", "--where", "language"], "--where: write FACT=VALUE, as in language=en, not 'language'"),
        (["everyday:test", "--samples", "0"], "--samples: at least one is drawn, not 0"),
        (["everyday:tset"], "did you mean 'test'?"),
        (["everydya"], "did you mean 'everyday'?"),
    ],
)
def test_what_cannot_be_measured_is_told(sentio: Call, arguments: list[str], message: str) -> None:
    sentio("corpora", "diversity", *arguments).fails(message)


def test_a_corpus_without_words_is_told(sentio: Call, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("speaker,text,emotion\nAda,👍,joy\nAda,…,joy\n", "utf8")
    sentio("corpora", "diversity", tmp_path / "empty.csv").fails("has no words to measure")
