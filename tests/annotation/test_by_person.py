"""Labelling key by key, with a keyboard that is a list."""

import json
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sentio.annotation import Poll, poll, sources
from sentio.annotation.ballot import Ballot, VotesFile, order
from sentio.annotation.by_person import Session
from sentio.errors import InputError, OutputError


class Keys:
    """Presses these, then leaves."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = [*keys]

    def pressed(self, seconds: float) -> str | None:
        return self.keys.pop(0) if self.keys else "end"

    def forget(self) -> None:
        pass


def press(
    table: Path, path: Path, *keys: str, annotator: str = "ann", limit: int | None = None
) -> tuple[list[dict[str, Any]], str]:
    """Sit down, press these keys and go; all votes that are then in the file, and what was on the screen."""
    screen = StringIO()
    console = Console(file=screen, width=80, height=24, force_terminal=True, color_system=None, legacy_windows=False)
    with VotesFile(path) as file:
        counted = poll(sources([str(table)]), [path])
        ballot = Ballot(counted, file, annotator, "person")
        with console.screen():
            Session(counted, ballot, order(counted, annotator), limit).run(console, Keys(keys))
    return [json.loads(line) for line in path.read_text("utf8").splitlines()], screen.getvalue()


def places(table: Path, annotator: str = "ann") -> list[tuple[str, str]]:
    counted = poll(sources([str(table)]))
    return [counted.utterances[place].key for place in order(counted, annotator)]


def test_one_key_a_label_in_the_annotators_order(labelled: Path, tmp_path: Path) -> None:
    votes, screen = press(labelled, tmp_path / "v.jsonl", *"123456")
    assert [(vote["conversation"], vote["utterance"]) for vote in votes] == places(labelled)
    assert [vote["label"] for vote in votes] == ["anger", "disgust", "fear", "joy", "sadness", "surprise"]
    assert {vote["annotator"] for vote in votes} == {"ann"}
    assert {vote["kind"] for vote in votes} == {"person"}
    assert all(vote["seconds"] >= 0 for vote in votes)
    assert "Nothing is left to label." in screen


def test_back_takes_a_vote_back_by_a_later_line(labelled: Path, tmp_path: Path) -> None:
    votes, _ = press(labelled, tmp_path / "v.jsonl", "1", "2", "left", "backspace", "3", "4")
    assert [vote["label"] for vote in votes] == ["anger", "disgust", "fear", "joy"]
    assert [vote.get("instead_of") for vote in votes] == [None, None, "anger", None]
    assert votes[0]["utterance"] == votes[2]["utterance"]
    counted = poll(sources([str(labelled)]), [tmp_path / "v.jsonl"])
    assert [counted.votes[place].get("ann") for place in order(counted, "ann")][:4] == ["fear", "disgust", "joy", None]


def test_back_and_the_same_label_writes_nothing(labelled: Path, tmp_path: Path) -> None:
    votes, _ = press(labelled, tmp_path / "v.jsonl", "1", "left", "1", "2")
    assert [vote["label"] for vote in votes] == ["anger", "disgust"]


def test_back_from_the_end_and_at_the_beginning(labelled: Path, tmp_path: Path) -> None:
    votes, _ = press(labelled, tmp_path / "v.jsonl", "left", *"111111", "left", "2")
    assert [vote["label"] for vote in votes] == ["anger"] * 6 + ["disgust"]
    assert votes[-1]["utterance"] == votes[5]["utterance"]
    assert votes[-1]["instead_of"] == "anger"


def test_back_from_the_end_of_an_earlier_sitting(labelled: Path, tmp_path: Path) -> None:
    press(labelled, tmp_path / "v.jsonl", *"111111")
    votes, _ = press(labelled, tmp_path / "v.jsonl", "left", "2")
    assert (votes[6]["conversation"], votes[6]["utterance"]) == places(labelled)[-1]
    votes, _ = press(labelled, tmp_path / "v.jsonl", "left", "left", "3")
    assert (votes[7]["conversation"], votes[7]["utterance"]) == places(labelled)[-2]


def test_what_is_skipped_comes_again_the_next_time(labelled: Path, tmp_path: Path) -> None:
    votes, screen = press(labelled, tmp_path / "v.jsonl", " ", "1", "right", "2", " ", " ")
    assert "2 of 6 labelled" in screen
    assert "what has no label yet comes with the next one" in screen
    assert "Nothing is left" not in screen
    first, second, third, fourth, *_ = places(labelled)
    assert [(vote["conversation"], vote["utterance"]) for vote in votes] == [second, fourth]
    votes, _ = press(labelled, tmp_path / "v.jsonl", "3", "4")
    assert [(vote["conversation"], vote["utterance"]) for vote in votes[2:]] == [first, third]


def test_keys_of_no_label_do_nothing(labelled: Path, tmp_path: Path) -> None:
    votes, _ = press(labelled, tmp_path / "v.jsonl", "8", "9", "q", "0", "enter", "up", "7")
    assert [vote["label"] for vote in votes] == ["neutral"]


@pytest.mark.parametrize("key", ["?", "1", "escape"])
def test_any_key_comes_back_from_the_meanings(labelled: Path, tmp_path: Path, key: str) -> None:
    votes, screen = press(labelled, tmp_path / "v.jsonl", "?", key, "7")
    assert [vote["label"] for vote in votes] == ["neutral"]
    assert "disgust: something repels, by its look" in screen
    assert "any key: back to the page" in screen


@pytest.mark.parametrize("leave", ["escape", "end"])
def test_quit(labelled: Path, tmp_path: Path, leave: str) -> None:
    votes, _ = press(labelled, tmp_path / "v.jsonl", "1", leave, "2")
    assert len(votes) == 1


def test_going_on_repeats_nothing_and_drops_nothing(labelled: Path, tmp_path: Path) -> None:
    path = tmp_path / "v.jsonl"
    for n in range(6):
        votes, _ = press(labelled, path, "1")
        assert len(votes) == n + 1
    assert [(vote["conversation"], vote["utterance"]) for vote in votes] == places(labelled)
    assert len(press(labelled, path, "1")[0]) == 6


def test_going_on_after_a_kill_within_a_line(labelled: Path, tmp_path: Path) -> None:
    path = tmp_path / "v.jsonl"
    press(labelled, path, "1", "2", "3")
    whole = path.read_bytes()
    for end in (len(whole) - 1, len(whole) - 20, len(whole) - 100):
        path.write_bytes(whole[:end])
        votes, _ = press(labelled, path, *"4444")
        assert [(vote["conversation"], vote["utterance"]) for vote in votes] == places(labelled)


def test_limit(labelled: Path, tmp_path: Path) -> None:
    votes, screen = press(labelled, tmp_path / "v.jsonl", *"1111", limit=2)
    assert len(votes) == 2
    assert "2 of 6 labelled" in screen
    assert "what has no label yet comes with the next one" in screen
    assert "Nothing is left" not in screen
    votes, _ = press(labelled, tmp_path / "v.jsonl", " ", *"1111", "left", "3", limit=3)
    assert len(votes) == 2 + 2 + 1
    assert votes[-1]["instead_of"] == "anger"


def test_each_annotator_has_an_order_of_conversations_and_none_of_utterances(labelled: Path) -> None:
    orders = {annotator: places(labelled, annotator) for annotator in "abcdefghijkl"}
    assert len({tuple(found) for found in orders.values()}) >= 4  # of six that three conversations have
    for found in orders.values():
        for conversation in "abc":
            of = [utterance for name, utterance in found if name == conversation]
            assert of == sorted(of)
            start = found.index((conversation, of[0]))
            assert [name for name, _ in found[start : start + len(of)]] == [conversation] * len(of)


def test_several_annotators_share_a_file(labelled: Path, tmp_path: Path) -> None:
    press(labelled, tmp_path / "v.jsonl", *"111111")
    votes, screen = press(labelled, tmp_path / "v.jsonl", *"222222", annotator="bob")
    assert len(votes) == 12
    assert "✓" not in screen


def test_one_process_at_a_time_writes_a_file(tmp_path: Path) -> None:
    with VotesFile(tmp_path / "v.jsonl"), pytest.raises(OutputError, match=r"another process is writing it.*--votes"):
        VotesFile(tmp_path / "v.jsonl")


@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_file_of_anything_else_stays_as_it_is(labelled: Path, ending: str) -> None:
    text = labelled.read_text("utf8").rstrip("\n") + ending
    labelled.write_text(text, "utf8")
    with pytest.raises(InputError, match=r"mine\.csv:1: no vote"):
        VotesFile(labelled)
    assert labelled.read_text("utf8") == text


@pytest.mark.parametrize(("name", "told"), [("author", "has labelled this corpus already"), (" ", "needs a name")])
def test_names_that_are_not_free(counted: Poll, tmp_path: Path, name: str, told: str) -> None:
    with VotesFile(tmp_path / "v.jsonl") as file, pytest.raises(InputError, match=told):
        Ballot(counted, file, name, "person")


def test_the_name_of_a_corpus_own_annotator_or_of_a_model_is_not_free(tmp_path: Path) -> None:
    shipped = poll(sources(["everyday:test"]))
    with VotesFile(tmp_path / "v.jsonl") as file:
        with pytest.raises(InputError, match="'r1' has labelled this corpus already"):
            Ballot(shipped, file, "r1", "person")
        asked = replace(shipped, kinds={"q": "language model"}, models={"q": "q3"})
        with pytest.raises(InputError, match="'q' has voted as a language model"):
            Ballot(asked, file, "q", "person")
        with pytest.raises(InputError, match="'q' has voted as the model q3"):
            Ballot(asked, file, "q", "language model", "q4")


def test_more_labels_than_keys(counted: Poll, tmp_path: Path) -> None:
    many = tuple(f"label {n}" for n in range(36))
    wide = replace(counted, utterances=tuple(replace(one, labels=many) for one in counted.utterances))
    with VotesFile(tmp_path / "v.jsonl") as file, pytest.raises(InputError, match="more than 35 labels"):
        Session(wide, Ballot(wide, file, "ann", "person"), order(wide, "ann"))
