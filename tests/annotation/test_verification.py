"""The report: on the shipped corpus, beside the package `krippendorff`, and where something does not hold."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import corpora
from sentio.annotation import Labelled, Poll, Source, Verification, decide, poll, sources, verification
from sentio.annotation.decided import rows
from sentio.annotation.utterances import apart, source_of
from sentio.conversation import Conversation, Utterance
from sentio.corpora import Corpus, CorpusFolder
from sentio.corpora.everyday import card
from sentio.gold import Item

LABELS = ("anger", "joy", "neutral")
SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def shipped() -> list[Source]:
    return sources(["everyday"], Path("no such folder"))


@pytest.fixture(scope="module")
def report(shipped: list[Source]) -> Verification:
    return verification(poll(shipped))


def made_up(votes: Sequence[tuple[str | None, dict[str, str]]]) -> Poll:
    """A poll of one conversation: the author's label and the annotators' votes of each utterance."""
    said = tuple(Utterance(id=str(place), speaker="Ada", text=f"text {place}") for place in range(len(votes)))
    talk = Conversation(id="a", utterances=said)
    utterances = tuple(
        Labelled("mine:all", "emotion", LABELS, talk, place, author, given, None)
        for place, (author, given) in enumerate(votes)
    )
    return poll([Source("mine:all", utterances, 0, claims=False, kind="person", changed=())])


def test_the_shipped_corpus_is_verified(report: Verification) -> None:
    assert report.faults == ()
    assert report.sources == tuple(f"everyday:{split}" for split in SPLITS)
    assert report.left_out == 0
    assert (
        report.utterances
        == sum(report.verdicts.values())
        == sum(counts["utterances"] for counts in card.counts.values())
    )
    assert report.verdicts["open"] == 0


def test_the_figures_are_those_of_the_data_card(report: Verification) -> None:
    page = (Path(__file__).parents[2] / "docs" / "everyday.md").read_text("utf8")
    assert f"All three votes agree on {report.verdicts['verified']:,} of {report.utterances:,} utterances" in page
    both = 100 * (report.verdicts["verified"] + report.verdicts["adjudicated"]) / report.utterances
    told = f"{report.verdicts['adjudicated']:,} more, which are adjudicated ({both:.1f} % together)"
    assert f"Two of three agree on {told}; {report.verdicts['disputed']} are disputed." in page
    assert report.alpha.all is not None
    assert report.alpha.annotators is not None
    told = f"{report.alpha.all:.2f} over the three votes and {report.alpha.annotators:.2f} between the two readers"
    assert told in page
    for label, of in report.labels.items():
        assert of.alpha.all is not None
        assert of.alpha.annotators is not None
        alphas = f"{of.alpha.all:.2f} | {of.alpha.annotators:.2f}"
        assert f"| {label} | {alphas} | {100 * of.verified / of.author:.1f} % | {of.verified:,} |" in page
        counts = " | ".join(f"{n:,}" for n in report.confusion[label].values())
        assert f"| {label} | {counts} |" in page


def test_alpha_is_that_of_another_package_for_all_labels_and_each(shipped: list[Source], report: Verification) -> None:
    counted = poll(shipped[1:])
    found = verification(counted)
    names = sorted(counted.kinds)
    for who, alphas in ((names, "all"), ([name for name in names if name != "author"], "annotators")):
        given = [[votes.get(name) for votes in counted.votes] for name in who]

        def oracle(code: dict[str, int], given: list[list[str | None]] = given) -> float:
            data = [[np.nan if label is None else code[label] for label in row] for row in given]
            return float(krippendorff.alpha(np.array(data), level_of_measurement="nominal"))

        assert getattr(found.alpha, alphas) == pytest.approx(oracle({name: k for k, name in enumerate(found.labels)}))
        for label, of in found.labels.items():
            expected = oracle({name: int(name == label) for name in found.labels})
            assert getattr(of.alpha, alphas) == pytest.approx(expected)


def test_by_hand() -> None:
    found = verification(
        made_up(
            [
                ("joy", {"ann": "joy", "bob": "joy"}),
                ("joy", {"ann": "joy", "bob": "anger"}),
                ("anger", {"ann": "joy", "bob": "neutral"}),
                ("anger", {"ann": "joy"}),
                (None, {"bob": "joy", "3": "joy"}),
            ]
        )
    )
    assert found.verdicts == {"verified": 1, "adjudicated": 2, "disputed": 1, "open": 1}
    assert [(one.name, one.kind, one.votes) for one in found.annotators] == [
        ("author", "author", 4), ("ann", "person", 4), ("bob", "person", 4),
    ]  # fmt: skip
    assert [one.with_author for one in found.annotators] == [None, 0.5, 1 / 3]
    assert found.anonymous == 1
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.utterances) == ("ann", "bob", 3)
    assert pair.agreement == pytest.approx(1 / 3)
    assert found.confusion == {
        "anger": {"anger": 0, "joy": 2, "neutral": 1},
        "joy": {"anger": 1, "joy": 3, "neutral": 0},
    }
    joy = found.labels["joy"]
    assert (joy.author, joy.verified, joy.adjudicated) == (2, 1, 2)


def test_annotators_of_a_votes_file_may_have_numbers_for_names(tmp_path: Path) -> None:
    told = {"conversation": "a", "kind": "person"}
    lines = [
        {**told, "utterance": utterance, "annotator": annotator, "label": label}
        for annotator, label in (("102", "joy"), ("9", "anger"))
        for utterance in "01"
    ]
    lines.append({**told, "utterance": "1", "annotator": "7", "kind": "language model", "label": "joy", "model": "q3"})
    (tmp_path / "votes.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    found = verification(poll(made_up([("joy", {}), ("anger", {})]).sources, [tmp_path / "votes.jsonl"]))
    assert found.anonymous == 0
    assert [(one.name, one.kind, one.model, one.votes, one.with_author) for one in found.annotators] == [
        ("author", "author", None, 2, None),
        ("7", "language model", "q3", 1, 0.0),
        ("9", "person", None, 2, 0.5),
        ("102", "person", None, 2, 0.5),
    ]
    assert [(pair.first, pair.second, pair.utterances, pair.agreement) for pair in found.pairs] == [
        ("7", "9", 1, 0.0), ("7", "102", 1, 1.0), ("9", "102", 2, 0.0),
    ]  # fmt: skip


def test_without_votes_there_is_no_agreement_to_tell() -> None:
    found = verification(made_up([("joy", {}), ("anger", {})]))
    assert (found.alpha.all, found.alpha.annotators, found.pairs) == (None, None, ())
    assert found.verdicts["open"] == 2
    unanimous = verification(made_up([("joy", {"ann": "joy", "bob": "joy"})]))
    assert unanimous.alpha.all is None  # all votes are one and the same
    assert "NaN" not in unanimous.model_dump_json()


@given(
    st.lists(
        st.tuples(
            st.none() | st.sampled_from(LABELS),
            st.dictionaries(st.sampled_from(["ann", "bob", "qwen"]), st.sampled_from(LABELS)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_parts_of_a_report_add_up(votes: list[tuple[str | None, dict[str, str]]]) -> None:
    found = verification(made_up(votes))
    assert sum(found.verdicts.values()) == found.utterances == len(votes)
    assert sum(of.verified for of in found.labels.values()) == found.verdicts["verified"]
    assert sum(of.adjudicated for of in found.labels.values()) == found.verdicts["adjudicated"]
    beside = sum(len(given) for author, given in votes if author)
    assert sum(sum(row.values()) for row in found.confusion.values()) == beside
    assert sum(one.votes for one in found.annotators) == sum(len(given) + bool(author) for author, given in votes)


def test_what_was_decided_keeps_all_votes() -> None:
    counted = made_up([("joy", {"ann": "joy", "bob": "joy"}), ("joy", {"ann": "anger", "bob": "neutral"})])
    assert [(row["verdict"], row["label"], row["votes"]) for row in rows(counted)] == [
        ("verified", "joy", {"author": "joy", "ann": "joy", "bob": "joy"}),
        ("disputed", None, {"author": "joy", "ann": "anger", "bob": "neutral"}),
    ]


def _source(corpus: Corpus, split: str) -> Source:
    return source_of(corpus, split, list(corpus.conversations(split)), f"{corpus.name}:{split}")


def test_what_stands_in_two_splits_is_verified_once() -> None:
    """CREMA-D's second split has clips of the first, PELD's last three are those of the others by dialogue."""
    shipped = corpora.load("everyday")
    overlapping = replace(shipped, module=Overlapping(shipped.module))
    found = {split: len(items) for split, items in apart(overlapping, SPLITS).items()}
    assert found == {"train": 799, "test": 98}


class Overlapping:
    """The shipped corpus, but that its validation split is cut from its training split."""

    def __init__(self, module: object) -> None:
        self.module = module

    def read(self, files: CorpusFolder, split: str) -> Iterator[Item]:
        read = self.module.read  # type: ignore[attr-defined]
        yield from islice(read(files, "train"), 5) if split == "validation" else read(files, split)


def test_a_label_changed_on_disk_does_not_pass(tmp_path: Path) -> None:
    original = corpora.load("everyday")
    for split in SPLITS:
        (tmp_path / f"{split}.jsonl").write_bytes((original.files.path / f"{split}.jsonl").read_bytes())
    copy = Corpus("everyday", original.card, CorpusFolder(tmp_path, original.card), original.module)
    before = verification(poll([_source(copy, "test")]))
    assert before.faults == ()
    text = (tmp_path / "test.jsonl").read_text("utf8")
    agreed = '"readers": {"r6": "neutral", "r8": "neutral"}'
    assert agreed in text
    (tmp_path / "test.jsonl").write_text(text.replace(agreed, agreed.replace("neutral", "joy"), 1), "utf8")
    assert verification(poll([_source(copy, "validation")])).faults == ()
    found = verification(poll([_source(copy, "test")]))
    assert found.faults == ("everyday:test: test.jsonl is not the file whose labels were verified",)
    assert found.verdicts["verified"] == before.verdicts["verified"] - 1


class Boastful:
    """The shipped corpus, but for utterances that are counted as verified although a reader disagrees."""

    def __init__(self, module: object, number: int) -> None:
        self.module, self.number = module, number

    def read(self, files: CorpusFolder, split: str) -> Iterator[Item]:
        left = self.number
        for item in self.module.read(files, split):  # type: ignore[attr-defined]
            gold, votes = dict(item.gold["emotion"]), item.votes["emotion"]
            for id in votes:
                if left and id not in gold:
                    gold[id] = votes[id]["author"]
                    left -= 1
            yield item.model_copy(update={"gold": {**item.gold, "emotion": gold}})


def test_a_corpus_that_counts_as_verified_what_its_votes_do_not_verify_does_not_pass() -> None:
    boastful = corpora.load("everyday")
    source = _source(replace(boastful, module=Boastful(boastful.module, 1)), "test")
    (fault,) = verification(poll([source])).faults
    assert fault.startswith("everyday:test: conversation '")
    assert "is counted as verified" in fault
    many = verification(poll([_source(replace(boastful, module=Boastful(boastful.module, 9)), "test")])).faults
    assert len(many) == 6
    assert many[-1] == "everyday:test: and 4 more utterances"


def test_votes_of_others_do_not_change_what_a_corpus_may_claim(shipped: list[Source], tmp_path: Path) -> None:
    one = next(one for one in shipped[2].utterances if one.verified)
    other = next(label for label in one.labels if label != one.verified)
    path = tmp_path / "votes.jsonl"
    path.write_text(
        f'{{"conversation": "{one.key[0]}", "utterance": "{one.key[1]}", "annotator": "ann", "kind": "person", '
        f'"label": "{other}"}}\n'
    )
    before, found = verification(poll([shipped[2]])), verification(poll([shipped[2]], [path]))
    assert found.faults == ()
    assert found.verdicts["verified"] == before.verdicts["verified"] - 1
    assert decide(one.author, [*one.votes.values(), other]).verdict == "adjudicated"
