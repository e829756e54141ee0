"""What is retrieved: beside the definition, and by every rule of exclusion, label and choice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentio import encoders
from sentio.conversation import Conversation, Utterance
from sentio.corpora.leaks import normalised
from sentio.encoders.base import TextEncoder
from sentio.errors import InputError, UnknownName
from sentio.labels import SPACES
from sentio.retrieval import OFFICIAL, Query, Repository, Retrieval, Retriever, Target, build, load, queries
from sentio.retrieval.unification import rendered

MELD = Target("meld", SPACES["meld"].labels)
SHOWN = Target(None, SPACES["iemocap6"].labels)


@pytest.fixture(scope="session")
def encoder() -> TextEncoder:
    return encoders.load("mini")


def texts(hits: Sequence[object]) -> list[str]:
    return [hit.entry.text for hit in hits]  # type: ignore[attr-defined]


def own(repository: Repository, row: int) -> Query:
    """An entry as the query that a training asks with."""
    entry = repository.entry(row)
    return Query(entry.text, entry.corpus, entry.conversation, entry.position, entry.speaker)


def test_the_most_similar_come_first(repository: Repository, encoder: TextEncoder) -> None:
    (hits,) = Retriever(repository).retrieve([Query("They won the cup again!")])
    vector = encoder.encode(["They won the cup again!"])[0].astype(np.float64)
    wanted = sorted(((-float(v.astype(np.float64) @ vector), row) for row, v in enumerate(repository.vectors)))[:3]
    assert [hit.row for hit in hits] == [row for _, row in wanted]
    assert [hit.similarity for hit in hits] == pytest.approx([-minus for minus, _ in wanted], abs=1e-6)
    assert texts(hits)[:2] == ["We won the cup!"] * 2


def test_a_query_finds_neither_its_conversation_nor_a_twin(repository: Repository) -> None:
    retriever = Retriever(repository, options=Retrieval(k=10))
    (hits,) = retriever.retrieve([own(repository, 0)])
    assert {hit.entry.conversation for hit in hits} == {"funeral", "office"}
    assert "We won the cup!" not in texts(hits)
    (anywhere,) = retriever.retrieve([Query("“we  WON the cup!”".replace("“", "").replace("”", ""))])
    assert "We won the cup!" not in texts(anywhere)


def test_the_paper_s_exclusion_is_the_utterance_alone(repository: Repository) -> None:
    (hits,) = Retriever(repository, options=Retrieval(k=10, exclude="self")).retrieve([own(repository, 0)])
    assert 0 not in [hit.row for hit in hits]
    assert {5, 1, 2} <= {hit.row for hit in hits}


def test_labels_in_the_target_s_words_others_dropped(repository: Repository) -> None:
    retriever = Retriever(repository, MELD, Retrieval(k=10))
    (hits,) = retriever.retrieve([Query("Let us go and celebrate!")])
    assert {hit.label for hit in hits} == {"joy", "sadness", "anger", "neutral"}
    assert {2, 8}.isdisjoint(hit.row for hit in hits)
    assert retriever.labels[2] is None
    (shown,) = Retriever(repository, MELD, Retrieval(k=10, labels="show")).retrieve([Query("Let us celebrate!")])
    assert {"excited", "frustrated", "joy"} <= {hit.label for hit in shown}
    (near,) = Retriever(repository, MELD, Retrieval(k=10, labels="nearest")).retrieve([Query("Let us celebrate!")])
    assert next(hit.label for hit in near if hit.row == 2) == "joy"
    (raw,) = Retriever(repository).retrieve([Query("Let us celebrate!")])
    assert all(hit.label == hit.entry.label for hit in raw)


def test_the_official_way(repository: Repository) -> None:
    (hits,) = Retriever(repository, MELD, OFFICIAL).retrieve([own(repository, 0)])
    assert len(hits) == 3
    assert hits[0].row == 5
    assert hits[0].label == "sad"


def test_a_label_nobody_knows_is_dropped_for_a_target(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("text,label\nI could eat a horse.,hungry\nI am glad.,joy\n")
    repository = build([str(mine)], tmp_path / "demos", encoder="mini")
    (hits,) = Retriever(repository, MELD).retrieve([Query("Where is my dinner?")])
    assert [hit.label for hit in hits] == ["joy"]
    with pytest.raises(InputError, match=r"no entry has a counterpart among calm.*other corpora"):
        Retriever(repository, Target(None, ("calm",)))


def test_corpora_of_one_series_are_left_out_unless_asked_for(miniatures: Path, tmp_path: Path) -> None:
    sources = ["meld:train", "emorynlp_7551:train", "iemocap:train"]
    repository = build(sources, tmp_path / "demos", encoder="mini", data=miniatures)
    everything = Retrieval(k=len(repository), labels="show")
    (hits,) = Retriever(repository, MELD, everything).retrieve([Query("What is this?")])
    assert {hit.entry.corpus for hit in hits} == {"meld", "iemocap"}
    shared = everything.model_copy(update={"shared": True})
    (hits,) = Retriever(repository, MELD, shared).retrieve([Query("What is this?")])
    assert {hit.entry.corpus for hit in hits} == {"meld", "iemocap", "emorynlp_7551"}
    only = build(["emorynlp_7551:train"], tmp_path / "emory", encoder="mini", data=miniatures)
    with pytest.raises(InputError, match="share conversations with meld"):
        Retriever(only, MELD)


def test_an_empty_text_finds_nothing(repository: Repository) -> None:
    found = Retriever(repository).retrieve([Query(""), Query("   "), Query("Hello!")])
    assert [len(hits) for hits in found] == [0, 0, 3]
    assert Retriever(repository).retrieve([]) == []


def test_no_hit_is_an_entry_without_a_token_before_one_with(repository: Repository) -> None:
    (hits,) = Retriever(repository, options=Retrieval(k=20)).retrieve([Query("The meeting is at noon.")])
    assert len(hits) == 10
    assert next(hit.similarity for hit in hits if hit.entry.text == "") == 0


def test_in_any_company_the_same(repository: Repository) -> None:
    wanted = [own(repository, row) for row in range(10)] + [Query("We lost."), Query("Ten o'clock?")] * 3
    retriever = Retriever(repository, options=Retrieval(context=0.3))
    together = retriever.retrieve(wanted)
    alone = [retriever.retrieve([query])[0] for query in wanted]
    assert together == alone


def test_context_is_what_was_said_before() -> None:
    turns = [Utterance(id=str(i), speaker="Ada", text=text) for i, text in enumerate("abcd")]
    part = Conversation(id="x", utterances=tuple(turns), offset=7)
    assert [query.context for query in queries(part)] == [(), ("a",), ("a", "b"), ("a", "b", "c")]
    assert [query.position for query in queries(part)] == [7, 8, 9, 10]


def test_with_context_the_same_words_in_another_place_are_less_similar(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(
        "conversation,text,emotion\n"
        "a,My dog died last night.,sad\na,Oh my god!,sad\n"
        "b,You got into Harvard!,joy\nb,Oh my God!!,joy\n"
    )
    repository = build([str(mine)], tmp_path / "demos", encoder="mini")
    asked = Query("Oh my gosh!", context=("We are getting married!",))
    (without,) = Retriever(repository, MELD, Retrieval(k=2)).retrieve([asked])
    (within,) = Retriever(repository, MELD, Retrieval(k=2, context=0.5)).retrieve([asked])
    assert {hit.row for hit in without} == {1, 3}
    assert within[0].row == 3


def test_diversity_and_labels_choose_among_more(repository: Repository) -> None:
    asked = [Query("We have won the cup!")]
    (plain,) = Retriever(repository, options=Retrieval(k=2)).retrieve(asked)
    (diverse,) = Retriever(repository, options=Retrieval(k=2, diversity=0.6)).retrieve(asked)
    assert texts(plain) == ["We won the cup!"] * 2
    assert len(set(texts(diverse))) == 2
    (balanced,) = Retriever(repository, options=Retrieval(k=6, per_label=1)).retrieve(asked)
    assert len({hit.label for hit in balanced}) == len(balanced) == 6
    assert [hit.similarity for hit in balanced] == sorted((hit.similarity for hit in balanced), reverse=True)


@pytest.mark.parametrize("index", ["usearch", "lance"])
def test_other_indexes_find_the_same_and_are_kept(index: str, table: Path, tmp_path: Path) -> None:
    repository = build([str(table)], tmp_path / "demos", encoder="mini")
    asked = [own(repository, row) for row in range(len(repository))]
    exact = Retriever(repository, MELD).neighbours(asked)
    for _ in range(2):
        found = Retriever(load(repository.path), MELD, Retrieval(index=index)).neighbours(asked)
        np.testing.assert_array_equal(found.rows, exact.rows)
        assert len(list((repository.path / "indexes").iterdir())) == 1


def test_an_index_nobody_knows(repository: Repository) -> None:
    with pytest.raises(UnknownName, match="did you mean 'exact'"):
        Retriever(repository, options=Retrieval(index="exakt")).retrieve([Query("Hello!")])


class Other:
    """An encoder of another version."""

    name, version, width = "mini", "another", 384

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError("vectors of two versions must never meet")


def test_another_encoder_or_version_is_refused(
    repository: Repository, encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=f"built by mini {encoder.version}, not by mini another; build it again"):
        Retriever(repository, encoder=Other())
    monkeypatch.setattr("sentio.encoders.load", lambda name: Other())
    with pytest.raises(InputError, match="not by mini another"):
        Retriever(repository).retrieve([Query("a text that was never encoded")])
    # What stands in the repository needs no encoder at all.
    assert Retriever(repository).retrieve([own(repository, 3)])[0]


def by_definition(
    repository: Repository, encoder: TextEncoder, query: Query, target: Target | None, rule: str, k: int
) -> list[int]:
    vector = encoder.encode([query.text])[0].astype(np.float64)
    scored = []
    for row in range(len(repository)):
        entry = repository.entry(row)
        mine = (entry.corpus, entry.conversation) == (query.corpus, query.conversation)
        if rule == "self":
            banned = mine and entry.position == query.position
        else:
            banned = mine or normalised(entry.text) == normalised(query.text)
        if target is not None:
            banned |= rendered(entry.label, entry.corpus, target.labels, "drop") is None
        if not banned:
            product = np.float32(np.multiply(vector, repository.vectors[row].astype(np.float64)).sum())
            scored.append((-product, row))
    return [row for _, row in sorted(scored)[:k]] if vector.any() else []


@settings(max_examples=30)
@given(
    rows=st.lists(st.integers(0, 9), min_size=1, max_size=6),
    k=st.integers(1, 12),
    rule=st.sampled_from(["self", "conversation"]),
    target=st.sampled_from([None, MELD, SHOWN]),
    free=st.sampled_from(["I am so happy!", "we won the CUP!", "", "Where?"]),
)
def test_as_by_definition(
    repository: Repository,
    encoder: TextEncoder,
    rows: list[int],
    k: int,
    rule: Literal["self", "conversation"],
    target: Target | None,
    free: str,
) -> None:
    wanted = [*(own(repository, row) for row in rows), Query(free)]
    retriever = Retriever(repository, target, Retrieval(k=k, exclude=rule), encoder)
    for query, hits in zip(wanted, retriever.retrieve(wanted), strict=True):
        assert [hit.row for hit in hits] == by_definition(repository, encoder, query, target, rule, k)
