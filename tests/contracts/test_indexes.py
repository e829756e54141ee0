"""What every registered index promises, beside a brute-force oracle."""

import json
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from sentio import registry
from sentio.errors import InputError
from sentio.indexes.base import Index, IndexModule, Neighbours

INDEXES = registry.components("indexes")
KEPT = [name for name in INDEXES if name != "exact"]
"""Those that keep something on disk."""
Vectors = NDArray[np.float32]


@pytest.fixture(params=INDEXES)
def module(request: pytest.FixtureRequest) -> IndexModule:
    return cast(IndexModule, INDEXES[request.param].load())


def unit(rows: int, width: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


def by_definition(
    vectors: Vectors, queries: Vectors, k: int, excluded: list[NDArray[np.int64]] | None = None
) -> Neighbours:
    """Every pair in double precision, one after the other; sorted by similarity, then by row."""
    rows, values = np.full((len(queries), k), -1, np.int64), np.zeros((len(queries), k), np.float32)
    for place, query in enumerate(queries):
        banned = set() if excluded is None else set(excluded[place].tolist())
        scored = [
            (-np.float32(np.multiply(query.astype(np.float64), vector.astype(np.float64)).sum()), row)
            for row, vector in enumerate(vectors)
            if row not in banned
        ]
        for rank, (minus, row) in enumerate(sorted(scored)[:k]):
            rows[place, rank], values[place, rank] = row, -minus
    return Neighbours(rows, values)


@pytest.mark.parametrize("name", INDEXES)
def test_the_card_says_what_it_is(name: str) -> None:
    assert INDEXES[name].card.title
    assert INDEXES[name].card.summary


def test_small_sets_are_searched_as_by_definition(module: IndexModule, tmp_path: Path) -> None:
    vectors, queries = unit(300, 16), unit(40, 16, seed=1)
    found, wanted = module.build(vectors, tmp_path / "index").search(queries, 5), by_definition(vectors, queries, 5)
    np.testing.assert_array_equal(found.rows, wanted.rows)
    np.testing.assert_allclose(found.similarities, wanted.similarities, atol=1e-7)


def test_recall_against_the_definition(module: IndexModule, tmp_path: Path) -> None:
    # Near duplicates in clusters, as in dialogue.
    centres = unit(60, 32)
    vectors = np.repeat(centres, 50, axis=0) + 0.02 * np.random.default_rng(3).normal(size=(3000, 32)).astype(
        np.float32
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = vectors[::37]
    found = module.build(vectors, tmp_path / "index").search(queries, 10)
    wanted = np.argsort(-(queries.astype(np.float64) @ vectors.T.astype(np.float64)), axis=1, kind="stable")[:, :10]
    shared = [len(set(ours) & set(theirs)) for ours, theirs in zip(found.rows, wanted, strict=True)]
    assert np.mean(shared) / 10 >= 0.99


def test_ties_stand_in_the_order_of_the_rows(module: IndexModule, tmp_path: Path) -> None:
    vectors = np.repeat(unit(20, 8), 3, axis=0)[np.random.default_rng(0).permutation(60)]
    found = module.build(vectors, tmp_path / "index").search(vectors, 3)
    for row, neighbours in enumerate(found.rows):
        twins = np.flatnonzero((vectors == vectors[row]).all(axis=1))
        np.testing.assert_array_equal(neighbours, twins)
    assert (found.similarities == found.similarities[:, :1]).all()


def test_l2_gives_the_same_order(module: IndexModule, tmp_path: Path) -> None:
    vectors, queries = unit(200, 24), unit(30, 24, seed=5)
    found = module.build(vectors, tmp_path / "index").search(queries, 4)
    distances = np.square(queries[:, None].astype(np.float64) - vectors[None]).sum(axis=2)
    np.testing.assert_array_equal(found.rows, np.argsort(distances, axis=1, kind="stable")[:, :4])
    np.testing.assert_allclose(np.sort(distances, axis=1)[:, :4], 2 - 2 * found.similarities, atol=1e-5)


def test_excluded_rows_never_come(module: IndexModule, tmp_path: Path) -> None:
    vectors, queries = unit(100, 8), unit(12, 8, seed=2)
    random = np.random.default_rng(1)
    excluded = [random.choice(100, size, replace=False).astype(np.int64) for size in (0, 1, 30, 99) * 3]
    found = module.build(vectors, tmp_path / "index").search(queries, 3, excluded)
    np.testing.assert_array_equal(found.rows, by_definition(vectors, queries, 3, excluded).rows)


def test_fewer_vectors_than_asked_for_leave_places_empty(module: IndexModule, tmp_path: Path) -> None:
    found = module.build(unit(2, 8), tmp_path / "index").search(unit(3, 8, seed=1), 5)
    assert (np.sort(found.rows[:, :2], axis=1) == [0, 1]).all()
    assert (found.rows[:, 2:] == -1).all()
    assert (found.similarities[:, 2:] == 0).all()


def test_nothing_among_nothing(module: IndexModule, tmp_path: Path) -> None:
    none = np.empty((0, 8), np.float32)
    assert (module.build(none, tmp_path / "empty").search(unit(2, 8), 3).rows == -1).all()
    assert module.build(unit(4, 8), tmp_path / "index").search(none, 3, []).rows.shape == (0, 3)


def test_one_query_answers_as_among_many(module: IndexModule, tmp_path: Path) -> None:
    vectors, queries = unit(500, 16), unit(300, 16, seed=4)
    index = module.build(vectors, tmp_path / "index")
    together = index.search(queries, 3)
    for place in (0, 7, 299):
        alone = index.search(queries[place : place + 1], 3)
        np.testing.assert_array_equal(alone.rows[0], together.rows[place])
        np.testing.assert_array_equal(alone.similarities[0], together.similarities[place])


def test_what_was_kept_is_found_again(module: IndexModule, tmp_path: Path) -> None:
    vectors, queries = unit(400, 16), unit(20, 16, seed=1)
    built: Index = module.build(vectors, tmp_path / "index")
    again = module.load(vectors, tmp_path / "index")
    np.testing.assert_array_equal(built.search(queries, 3).rows, again.search(queries, 3).rows)


@pytest.mark.parametrize("name", KEPT)
def test_an_index_of_other_vectors_or_of_another_version_is_refused(name: str, tmp_path: Path) -> None:
    module = cast(IndexModule, INDEXES[name].load())
    vectors = unit(50, 8)
    with pytest.raises(InputError, match="no index, or a damaged one"):
        module.load(vectors, tmp_path / "nowhere")
    module.build(vectors, tmp_path / "index")
    with pytest.raises(InputError, match=r"another version \(vectors differ\)"):
        module.load(unit(50, 8, seed=9), tmp_path / "index")
    beside = tmp_path / "index" / "index.json"
    told = json.loads(beside.read_bytes())
    library = next(key for key in told if key in ("usearch", "lancedb"))
    beside.write_text(json.dumps(told | {library: "0.0.1"}))
    with pytest.raises(InputError, match=f"{library} differ.*remove the folder"):
        module.load(vectors, tmp_path / "index")


@pytest.mark.parametrize("name", KEPT)
def test_a_damaged_index_is_told(name: str, tmp_path: Path) -> None:
    module = cast(IndexModule, INDEXES[name].load())
    vectors = unit(50, 8)
    module.build(vectors, tmp_path / "index")
    for path in (tmp_path / "index").rglob("*"):
        if path.is_file() and path.name != "index.json":
            path.write_bytes(b"")
    with pytest.raises(InputError, match="damaged"):
        module.load(vectors, tmp_path / "index")
