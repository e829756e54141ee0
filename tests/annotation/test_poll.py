"""Votes find their utterances, and what does not fit is told with file and line."""

import json
from pathlib import Path
from typing import Any

import pytest

from sentio.annotation import Poll, poll, sources
from sentio.annotation.ballot import Ballot, VotesFile
from sentio.annotation.votes import Vote, digest
from sentio.card import CorpusCard
from sentio.errors import InputError


def line(conversation: str = "a", utterance: str = "0", label: str = "joy", **more: object) -> str:
    told = {"conversation": conversation, "utterance": utterance, "annotator": "ann", "kind": "person", "label": label}
    return json.dumps({**told, **more}, ensure_ascii=False)


def polled(table: Path, *lines: str) -> Poll:
    path = table.with_name("votes.jsonl")
    path.write_text("".join(f"{each}\n" for each in lines), "utf8")
    return poll(sources([str(table)]), [path])


def test_the_labels_of_a_table_are_its_authors(counted: Poll) -> None:
    assert [dict(votes) for votes in counted.votes] == [
        {"author": label} for label in ("surprise", "sadness", "joy", "anger", "neutral", "sadness")
    ]
    assert counted.kinds == {"author": "author"}
    assert [source.left_out for source in counted.sources] == [1]


def test_votes_are_counted_beside_the_authors(labelled: Path) -> None:
    found = polled(labelled, line(), line("b", "1", "neutral", annotator="qwen", kind="language model", model="q3"), "")
    assert found.votes[0] == {"author": "surprise", "ann": "joy"}
    assert found.votes[4] == {"author": "neutral", "qwen": "neutral"}
    assert found.independent(0) == ["joy"]
    assert (found.kinds["qwen"], found.models) == ("language model", {"qwen": "q3"})


def test_the_votes_of_the_documentation_are_read(labelled: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "verification.md").read_text("utf8")
    found = polled(labelled, *page.split("```json\n")[1].split("```")[0].splitlines())
    assert found.votes[1] == {"author": "sadness", "ann": "anger", "qwen": "sadness"}
    assert found.models == {"qwen": "openai/Qwen3-14B"}


def test_who_goes_back_has_the_last_word(labelled: Path) -> None:
    found = polled(labelled, line(), line(label="fear", instead_of="joy"), line(label="anger", instead_of="fear"))
    assert found.votes[0]["ann"] == "anger"


def test_the_same_vote_twice_is_one(labelled: Path) -> None:
    assert polled(labelled, line(), line()).votes[0]["ann"] == "joy"


def test_a_file_that_is_named_twice_is_read_once(labelled: Path) -> None:
    path = labelled.with_name("votes.jsonl")
    path.write_text(f"{line()}\n{line(label='fear', instead_of='joy')}\n", "utf8")
    assert poll(sources([str(labelled)]), [path, path]).votes[0]["ann"] == "fear"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (line("z"), "utterance '0' of conversation 'z' is not in mine:all"),
        (line("a", "7"), "utterance '7' of conversation 'a' is not in mine:all"),
        (
            line("c", "0"),
            "utterance '0' of conversation 'c' is not in mine:all, or has neither one label nor votes there",
        ),
        (line(label="hunger"), "'hunger' is no label of mine:all, which has anger, "),
        (line(of=digest("You baked bread for me?")), "has another text in mine:all"),
        (line("a", "1", "fear"), "'ann' has voted otherwise on utterance '1'"),
        (line("a", "1", "fear", instead_of="anger"), "'ann' takes back a vote"),
        (line(instead_of="fear"), "'ann' takes back a vote"),
        (line(kind="language model"), "'ann' is a person elsewhere"),
        (line(annotator="author", kind="author"), "'author' has voted otherwise"),
        (line(annotator="author"), "the annotator 'author', and no other, has the kind 'author'"),
        (line(kind="author"), "the annotator 'author', and no other, has the kind 'author'"),
        (line(kind="robot"), "kind: Input should be 'author', 'person' or 'language model'"),
        (line(annotator=""), "annotator: String should have at least 1 character"),
        (line(seconds=-1), "seconds: Input should be greater than or equal to 0"),
        (line(mood="good"), "mood: Extra inputs are not permitted"),
        (line(label="joy", instead_of="joy"), "a label cannot take its own place"),
        ("{", "no vote (Invalid JSON"),
        ("joy", "no vote (Invalid JSON"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(labelled: Path, wrong: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        polled(labelled, line("a", "1", "joy"), "", wrong)
    assert str(error.value).startswith(f"{labelled.with_name('votes.jsonl')}:3: ")
    assert told in str(error.value)


def test_no_fault_tells_what_others_have_said(labelled: Path) -> None:
    with pytest.raises(InputError) as error:
        polled(labelled, line("a", "1", "anger", annotator="author", kind="author"))
    assert "sadness" not in str(error.value)


def test_another_model_is_another_annotator(labelled: Path) -> None:
    told: dict[str, Any] = {"annotator": "m", "kind": "language model"}
    with pytest.raises(InputError, match="'m' is another model elsewhere: q2"):
        polled(labelled, line(**told, model="q2"), line("b", **told, model="q3"))


def test_a_file_that_is_not_there_is_told(labelled: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jsonl: cannot be read: No such file"):
        poll(sources([str(labelled)]), [tmp_path / "gone.jsonl"])


def test_a_last_line_that_was_cut_is_passed_over_and_no_other(labelled: Path) -> None:
    path = labelled.with_name("votes.jsonl")
    whole, cut = f"{line()}\n", line("a", "1")
    for end in range(len(cut)):
        path.write_text(whole + cut[:end], "utf8")
        assert [dict(votes) for votes in poll(sources([str(labelled)]), [path]).votes][1] == {"author": "sadness"}
    path.write_text(whole + cut, "utf8")  # whole, but for the line's end
    assert poll(sources([str(labelled)]), [path]).votes[1]["ann"] == "joy"
    path.write_text(f"{cut[:40]}\n{whole}", "utf8")
    with pytest.raises(InputError, match=r"votes\.jsonl:1: no vote"):
        poll(sources([str(labelled)]), [path])


def test_two_conversations_of_one_id_take_no_votes(labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "yours.csv").write_bytes(labelled.read_bytes())
    both = sources([str(labelled), str(tmp_path / "yours.csv")])
    assert len(poll(both).utterances) == 12
    told = "conversation 'a' is in mine:all and yours:all; verify them one after the other, each with a votes file of"
    for votes in ("", f"{line()}\n"):
        (tmp_path / "votes.jsonl").write_text(votes, "utf8")
        with pytest.raises(InputError, match=told):
            poll(both, [tmp_path / "votes.jsonl"])
    with VotesFile(tmp_path / "votes.jsonl") as file, pytest.raises(InputError, match=told):
        Ballot(poll(both), file, "ann", "person")


def test_tables_of_one_name_are_told_apart_by_their_paths(
    labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "mine.csv").write_text("conversation,speaker,text,emotion\nd,Di,We won!,joy\n")
    monkeypatch.chdir(tmp_path)
    assert [source.name for source in sources(["mine.csv"])] == ["mine:all"]
    both = sources(["mine.csv", "more/mine.csv", "everyday:test"])
    assert [source.name for source in both] == ["mine.csv", "more/mine.csv", "everyday:test"]
    assert {one.source for source in both for one in source.utterances} == {source.name for source in both}
    (tmp_path / "votes.jsonl").write_text(f"{line()}\n{line('d')}\n")
    found = poll(both[:2], [tmp_path / "votes.jsonl"])
    assert [place for place, votes in enumerate(found.votes) if "ann" in votes] == [0, 6]
    with pytest.raises(InputError, match=r"more/\.\./mine\.csv is named twice; each source once"):
        sources(["mine.csv", "more/../mine.csv"])
    (tmp_path / "more" / "mine.csv").write_bytes(labelled.read_bytes())
    with pytest.raises(InputError, match=r"conversation 'a' is in mine\.csv and more/mine\.csv"):
        poll(sources(["mine.csv", "more/mine.csv"]), [tmp_path / "votes.jsonl"])


def test_nothing_named_and_one_named_twice(labelled: Path) -> None:
    with pytest.raises(InputError, match="no source is named"):
        sources([])
    with pytest.raises(InputError, match="everyday:test is named twice"):
        sources(["everyday", "everyday:test"])


def test_a_corpus_whose_labels_are_made_of_votes_has_no_author(miniatures: Path) -> None:
    (source,) = sources(["cremad:all"], miniatures)
    found = poll([source])
    assert source.claims is False
    assert not any("author" in votes for votes in found.votes)
    assert all(one.author is None and one.votes for one in found.utterances)


def test_the_number_of_an_annotator_without_a_name_is_nobody_elses(miniatures: Path, tmp_path: Path) -> None:
    (source,) = sources(["cremad:all"], miniatures)
    found = poll([source])
    assert found.anonymous == {str(number) for number in range(1, 12)}
    (tmp_path / "votes.jsonl").write_text(f"{line(source.utterances[0].key[0], label='anger', annotator='3')}\n")
    with pytest.raises(InputError, match=r"votes\.jsonl:1: '3' is the number of an annotator without a name in cremad"):
        poll([source], [tmp_path / "votes.jsonl"])


def test_an_utterance_without_a_label_is_kept_where_it_has_votes(miniatures: Path) -> None:
    (source,) = sources(["cremad:all"], miniatures)
    assert [one.verified for one in source.utterances].count(None) == 1
    assert (len(source.utterances), source.left_out) == (3, 0)
    page = (Path(__file__).parents[2] / "docs" / "verification.md").read_text("utf8")
    assert "utterances with neither one label nor votes of the corpus's own annotators are left out and counted" in page


def test_what_a_vote_says_is_in_its_line() -> None:
    vote = Vote(conversation="厨房", utterance="0", annotator="ann", kind="person", label="joy", seconds=1.5)
    assert (
        vote.line()
        == (
            '{"conversation": "厨房", "utterance": "0", "annotator": "ann", "kind": "person", "label": "joy", '
            '"seconds": 1.5}\n'
        ).encode()
    )
    assert Vote.model_validate_json(vote.line()) == vote


def test_cards_say_who_voted() -> None:
    from sentio.registry import components

    kinds = {
        name: found.card.annotators
        for name, found in components("corpora").items()
        if isinstance(found.card, CorpusCard)
    }
    assert kinds.pop("everyday") == "language model"
    assert set(kinds.values()) == {"person"}
