"""Features from files: every utterance gets its own row or none, in all formats; files that lie are told in a line."""

import json
import pickle
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from sentio import Conversation, Utterance, corpora, features
from sentio.errors import InputError, UnknownName
from sentio.features.address import SUFFIXES, Address
from sentio.features.stored import Stored

pytest.importorskip("safetensors")

from safetensors.numpy import save_file

Columns = dict[str, Any]
IDS: Columns = {"conversation": ["a", "a", "b"], "utterance": ["0", "1", "0"]}
TEXT = np.arange(6, dtype=np.float32).reshape(3, 2)


def chat(name: str, *ids: str) -> Conversation:
    return Conversation(id=name, utterances=tuple(Utterance(id=each, speaker="A", text="Hi") for each in ids))


def npz(path: Path, columns: Columns) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: np.asarray(column) for name, column in columns.items()})


def parquet(path: Path, columns: Columns) -> None:
    pl.DataFrame(columns).write_parquet(path)


def safetensors(path: Path, columns: Columns) -> None:
    lists = {name: json.dumps(column) for name, column in columns.items() if isinstance(column, list)}
    tensors = {name: column for name, column in columns.items() if not isinstance(column, list)}
    save_file(tensors, path, metadata=lists)


WRITERS: dict[str, Callable[[Path, Columns], None]] = {".npz": npz, ".parquet": parquet, ".safetensors": safetensors}


@pytest.fixture(params=SUFFIXES)
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stored(tmp_path: Path, suffix: str) -> Callable[..., Stored]:
    """A file of these columns, as features."""

    def write(columns: Columns, array: str | None = None, shift: int = 0) -> Stored:
        path = tmp_path / f"file{suffix}"
        WRITERS[suffix](path, columns)
        return Stored(Address(path, array, shift))

    return write


def told(source: features.FeatureSource, chats: Sequence[Conversation]) -> list[tuple[list[Any], list[bool]]]:
    return [(each.vectors.tolist(), each.present.tolist()) for each in source.read(chats)]


def test_each_utterance_gets_its_row_or_none(stored: Callable[..., Stored]) -> None:
    source = stored({**IDS, "text": TEXT})
    assert source.width == 2
    chats = [chat("b", "0", "7"), chat("c", "0"), chat("a", "1", "0"), chat("d")]
    assert told(source, chats) == [
        ([[4, 5], [0, 0]], [True, False]),
        ([[0, 0]], [False]),
        ([[2, 3], [0, 1]], [True, True]),
        ([], []),
    ]
    assert told(source, []) == []


def test_ids_alone_and_numbers_as_ids(stored: Callable[..., Stored]) -> None:
    source = stored({"ids": ["x", "y", "z"], "audio": TEXT})
    assert told(source, [chat("any", "z"), chat("other", "x")]) == [([[4, 5]], [True]), ([[0, 1]], [True])]
    with pytest.raises(InputError, match="utterance 'x' is in 'one' and 'two', and the file tells no conversations"):
        told(source, [chat("one", "x"), chat("two", "x")])
    numbers = stored({"dialogue_id": [0, 0, 1], "utterance_id": [0, 1, 0], "audio": TEXT}, "audio", 1039)
    assert told(numbers, [chat("1040", "0"), chat("1039", "0", "1")])[0] == ([[4, 5]], [True])


def test_one_of_several_arrays(stored: Callable[..., Stored]) -> None:
    columns = {**IDS, "text": TEXT, "audio": 2 * TEXT}
    assert told(stored(columns, "audio"), [chat("a", "1")]) == [([[4, 6]], [True])]
    assert stored(columns, "audio").version != stored(columns, "text").version
    with pytest.raises(InputError, match=r"holds text, audio|holds audio, text"):
        stored(columns)
    with pytest.raises(UnknownName, match=r"unknown array of .* 'face'; known: audio, text"):
        stored(columns, "face")
    with pytest.raises(UnknownName, match="did you mean 'audio'"):
        stored(columns, "adio")


def test_the_version_is_that_of_the_content(stored: Callable[..., Stored]) -> None:
    version = stored({**IDS, "text": TEXT}).version
    assert version == "decd7d8343380324"  # in all formats
    assert stored({**IDS, "text": TEXT, "audio": 2 * TEXT}, "text").version == version
    others = [
        {**IDS, "text": TEXT + 1},
        {**IDS, "text": TEXT[::-1].copy()},
        {**IDS, "utterance": list("012"), "text": TEXT},
    ]
    assert len({version, *(stored(columns).version for columns in others)}) == 4


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_broken_numbers_are_told_by_the_utterance_that_reads_them(stored: Callable[..., Stored], broken: float) -> None:
    text = TEXT.copy()
    text[2, 1] = broken
    source = stored({**IDS, "text": text})
    assert told(source, [chat("a", "0")]) == [([[0, 1]], [True])]
    with pytest.raises(InputError, match=r"conversation 'b', utterance '0': its features hold NaN or an infinity"):
        told(source, [chat("a", "0"), chat("b", "0")])


@pytest.mark.parametrize(
    ("columns", "cause"),
    [
        ({"text": TEXT}, "no ids: the columns conversation and utterance, or ids, are expected"),
        ({**IDS, "utterance": ["0", "0", "0"], "text": TEXT}, "utterance '0' of 'a' is there twice"),
        ({"ids": ["x", "y", "x"], "text": TEXT}, "utterance 'x' is there twice"),
        ({**IDS}, "holds no vectors: no array of shape (rows, width)"),
        ({"ids": [0.5, 1.0, 2.0], "text": TEXT}, "'ids' holds float64 of shape (3,), not ids"),
    ],
)
def test_files_that_do_not_hold_together(stored: Callable[..., Stored], columns: Columns, cause: str) -> None:
    with pytest.raises(InputError, match=re.escape(cause)) as error:
        stored(columns)
    assert "\n" not in str(error.value)


def test_an_array_with_other_rows_or_no_width(tmp_path: Path) -> None:
    for array, shape in (
        (TEXT[:2], "(2, 2)"),
        (TEXT[:, :0], "(3, 0)"),
        (TEXT[:, 0], "(3,)"),
        (TEXT[None], "(1, 3, 2)"),
    ):
        npz(tmp_path / "x.npz", {**IDS, "text": array})
        with pytest.raises(InputError, match=re.escape(f"'text' has the shape {shape}, not (3, width)")):
            Stored(Address(tmp_path / "x.npz", "text"))
    npz(tmp_path / "x.npz", {**IDS, "utterance": ["0"], "text": TEXT})
    with pytest.raises(InputError, match="3 rows of 'conversation', 1 of 'utterance'"):
        Stored(Address(tmp_path / "x.npz"))
    npz(tmp_path / "x.npz", {**IDS, "text": TEXT.astype(str)})
    with pytest.raises(InputError, match="'text' holds <U32, not numbers"):
        Stored(Address(tmp_path / "x.npz", "text"))


def test_lists_in_parquet_must_be_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    for column, cause in (
        ([[1.0, 2.0], [3.0], [4.0, 5.0]], "'text' are not equally long: row 1 has 2, row 2 1"),
        ([[1.0, 2.0], None, [4.0, 5.0]], "'text' has nothing in row 2; leave such rows out"),
    ):
        parquet(path, {**IDS, "text": column})
        with pytest.raises(InputError, match=cause):
            Stored(Address(path))
    parquet(path, {**IDS, "text": [[1.0, 2.0], [3.0, None], [4.0, 5.0]]})
    with pytest.raises(InputError, match="conversation 'a', utterance '1'"):
        told(Stored(Address(path)), [chat("a", "0", "1")])
    assert told(Stored(Address(path)), [chat("b", "0")]) == [([[4, 5]], [True])]


class Bomb:
    """Says so when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (pytest.fail, ("a pickle was loaded",))


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with path.open("wb") as file:
        np.savez(file, text=np.array([Bomb()] * 3, dtype=object), **IDS)
    with pytest.raises(InputError, match="holds pickled objects, which are never loaded"):
        Stored(Address(path))
    for suffix in SUFFIXES:
        path = tmp_path / f"y{suffix}"
        path.write_bytes(pickle.dumps(Bomb()))
        with pytest.raises(InputError):
            Stored(Address(path))


def test_damaged_files_are_told_in_a_line(stored: Callable[..., Stored], tmp_path: Path, suffix: str) -> None:
    stored({**IDS, "text": TEXT})
    whole = (tmp_path / f"file{suffix}").read_bytes()
    for cut in range(0, len(whole), max(1, len(whole) // 40)):
        (tmp_path / f"cut{suffix}").write_bytes(whole[:cut])
        with pytest.raises(InputError, match="cut") as error:
            Stored(Address(tmp_path / f"cut{suffix}"))
        assert "\n" not in str(error.value)


def test_nothing_found_is_an_error_with_a_way_out(stored: Callable[..., Stored]) -> None:
    source = stored({**IDS, "text": TEXT})
    with pytest.raises(
        InputError, match="none of the 2 utterances: these begin with '5' of 'c', the file with '0' of 'a'"
    ):
        told(source, [chat("c", "5", "6")])
    with pytest.raises(InputError, match=r"\+3 moves the numbers of conversations, and 'a' is none"):
        stored({**IDS, "text": TEXT}, "text", 3)
    with pytest.raises(InputError, match=r"\+3 moves the numbers of conversations, and this file has none"):
        stored({"ids": ["x", "y", "z"], "text": TEXT}, "text", 3)


def test_the_file_is_looked_for_here_and_in_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, data = tmp_path / "here", tmp_path / "data"
    for folder, scale in ((here, 1), (data / "sub", 10)):
        folder.mkdir(parents=True)
        npz(folder / "x.npz", {**IDS, "text": scale * TEXT})
    monkeypatch.chdir(here)
    assert told(features.load("x.npz", data), [chat("a", "1")])[0][0] == [[2, 3]]
    assert told(features.load("sub/x.npz#text", data), [chat("a", "1")])[0][0] == [[20, 30]]
    monkeypatch.setenv("SENTIO_DATA", str(data))
    assert told(features.load("sub/x.npz#text"), [chat("a", "1")])[0][0] == [[20, 30]]
    with pytest.raises(
        InputError, match=r"^y.npz: no such file of features, nor in .*data; point --data or SENTIO_DATA"
    ):
        features.load("y.npz#text")


def test_the_stored_features_of_mosi_are_its_own(data: Path) -> None:
    from sentio.corpora import mosi

    corpus = corpora.load("mosi", data)
    for split, count in (("train", 1141), ("validation", 306)):
        own = mosi.features(corpus.files, split)
        expected: dict[str, NDArray[np.float32]] = dict(zip(own.ids, own.audio, strict=True))
        source = features.load("mosi/mosi_bclstm_train.npz#audio", data)
        chats = [item.conversation for item in corpus.conversations(split)]
        found = list(source.read(chats))
        assert sum(int(each.present.sum()) for each in found) == count
        for each, conversation in zip(found, chats, strict=True):
            np.testing.assert_array_equal(each.vectors, [expected[said.id] for said in conversation.utterances])


def test_the_stored_features_of_meld_are_those_of_dev(data: Path) -> None:
    path = "meld_features/meld_dev_embeddings.npz"
    meld = corpora.load("meld", data)
    with np.load(data / path) as archive:
        rows = {
            (int(of), int(said)): (vector, label)
            for of, said, vector, label in zip(
                archive["dialogue_id"], archive["utterance_id"], archive["audio_mel"], archive["emotion"], strict=True
            )
        }
    items = list(meld.conversations("validation"))
    found = list(features.load(f"{path}#audio_mel+1039", data).read(item.conversation for item in items))
    absent = []
    for item, each in zip(items, found, strict=True):
        for said, vector, present in zip(item.conversation.utterances, each.vectors, each.present, strict=True):
            if present:
                expected, label = rows[int(item.facts["dialogue"]), int(said.id)]
                np.testing.assert_array_equal(vector, expected)
                assert label == item.gold["emotion"][said.id]
            else:
                assert not vector.any()
                absent.append((item.facts["dialogue"], said.id))
    assert absent == [("110", "7")]


def test_a_file_of_another_split_is_told(data: Path) -> None:
    path = "meld_features/meld_dev_embeddings.npz#text_base"
    train = [item.conversation for item in corpora.load("meld", data).conversations("train")]
    with pytest.raises(
        InputError, match=r"62 of 113 conversations have other utterances there, '1' for one: features of"
    ):
        list(features.load(path, data).read(train))
    with pytest.raises(InputError, match=r"none of the 9989 utterances: .*; PATH#ARRAY\+N adds N to its conversations"):
        list(features.load(f"{path}+1039", data).read(train))


def test_a_few_rows_too_many_are_none_of_another_split(stored: Callable[..., Stored]) -> None:
    source = stored({**IDS, "text": TEXT})
    assert told(source, [chat("a", "0")]) == [([[0, 1]], [True])]
    assert told(source, [chat("a", "0"), chat("a", "1")])[1] == ([[2, 3]], [True])
