"""What is written is what is read again, and what a check says of it."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentio import Conversation, Utterance, corpora
from sentio.errors import InputError, OutputError
from sentio.features import Features
from sentio.features.address import SUFFIXES, Address
from sentio.features.checking import check
from sentio.features.stored import Stored
from sentio.features.writing import Written, write

pytest.importorskip("safetensors")

WIDTH = 3
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)


class Drawn:
    """Features that were thought up, by conversation."""

    width, version = WIDTH, "drawn"

    def __init__(self, blocks: dict[str, tuple[NDArray[np.float32], NDArray[np.bool_]]]) -> None:
        self.blocks = blocks

    def read(self, conversations: Iterable[Conversation]) -> Iterator[Features]:
        for conversation in conversations:
            yield Features.of(conversation, *self.blocks[conversation.id])


def chat(name: str, ids: Iterable[str]) -> Conversation:
    return Conversation(id=name, utterances=tuple(Utterance(id=each, speaker="A", text="Hi") for each in ids))


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[Conversation], Drawn]:
    names = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    chats = [chat(name, draw(st.lists(WORDS, max_size=4, unique=True))) for name in names]
    numbers = st.floats(-1e6, 1e6, width=32)
    blocks = {}
    for each in chats:
        vectors = draw(st.lists(st.tuples(*[numbers] * WIDTH), min_size=len(each), max_size=len(each)))
        there = draw(st.lists(st.booleans(), min_size=len(each), max_size=len(each)))
        blocks[each.id] = np.array(vectors, np.float32).reshape(-1, WIDTH), np.array(there, dtype=bool)
    return chats, Drawn(blocks)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(drawn())
def test_what_was_written_is_read_again(
    suffix: str, tmp_path_factory: pytest.TempPathFactory, given_: tuple[list[Conversation], Drawn]
) -> None:
    chats, source = given_
    path = tmp_path_factory.mktemp("written") / f"x{suffix}"
    present = sum(int(there.sum()) for _, there in source.blocks.values())
    if not present:
        with pytest.raises(InputError, match="no utterance has features; nothing is written"):
            write(path, chats, source)
        assert not path.exists()
        return
    done = write(path, iter(chats), source)
    assert done == Written(present, sum(map(len, chats)) - present, WIDTH)
    for one, other in zip(Stored(Address(path)).read(chats), source.read(chats), strict=True):
        np.testing.assert_array_equal(one.vectors, other.vectors)
        np.testing.assert_array_equal(one.present, other.present)


def test_an_utterance_that_comes_twice_is_told_and_nothing_lost(tmp_path: Path) -> None:
    source = Drawn({"a": (np.ones((1, WIDTH), np.float32), np.ones(1, dtype=bool))})
    path = tmp_path / "x.npz"
    write(path, [chat("a", "0")], source)
    before = path.read_bytes()
    with pytest.raises(InputError, match="utterance '0' of 'a' comes twice"):
        write(path, [chat("a", "0"), chat("a", "0")], source)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["x.npz"]


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    source = Drawn({"a": (np.ones((1, WIDTH), np.float32), np.ones(1, dtype=bool))})
    for suffix in SUFFIXES:
        with pytest.raises(OutputError, match="is not a folder that exists; create it first"):
            write(tmp_path / "nowhere" / f"x{suffix}", [chat("a", "0")], source)
    with pytest.raises(OutputError, match=r"x.pkl: no format of features ends so; name a file .npz, .parquet"):
        write(tmp_path / "x.pkl", [chat("a", "0")], source)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_disk_that_fills_keeps_what_was_there(suffix: str, tmp_path: Path) -> None:
    source = Drawn({"a": (np.ones((1, WIDTH), np.float32), np.ones(1, dtype=bool))})
    path = tmp_path / f"x{suffix}"
    write(path, [chat("a", "0")], source)
    before = path.read_bytes()
    (tmp_path / f"x{suffix}.partial").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="disk full; what was written before is kept"):
        write(path, [chat("a", "0")], source)
    assert path.read_bytes() == before


def test_a_check_counts_what_is_wrong(tmp_path: Path) -> None:
    text = np.array([[0, 1, 5], [0, 2, 5], [np.nan, 3, 5], [0, 0, 0]], np.float32)
    path = tmp_path / "x.npz"
    with path.open("wb") as file:
        np.savez(
            file, conversation=["a", "a", "a", "b"], utterance=["0", "1", "2", "0"], text=text, face=text[:, :1] * 0
        )
    found = check(Address(path), [chat("a", "0127"), chat("c", "0")])
    face, words = sorted(found.arrays, key=lambda each: each.array)
    assert (words.width, words.broken, words.named, words.zeros, words.constant) == (3, 1, ("'2' of 'a'",), 1, 1)
    assert (face.width, face.broken, face.zeros, face.constant) == (1, 1, 3, 1)
    assert found.corpus is not None
    assert (found.rows, found.corpus.utterances, found.corpus.missing, found.corpus.strangers) == (4, 5, 2, 1)
    assert found.corpus.named == ("'7' of 'a'", "'0' of 'c'")
    assert check(Address(path)).corpus is None


def test_the_features_of_mosi_are_whole_but_for_constant_faces(data: Path) -> None:
    mosi = corpora.load("mosi", data)
    both = chain(mosi.conversations("train"), mosi.conversations("validation"))
    found = check(Address(data / "mosi" / "mosi_bclstm_train.npz"), (item.conversation for item in both))
    told = {each.array: (each.width, each.broken, each.zeros, each.constant) for each in found.arrays}
    assert told == {"text": (100, 0, 0, 0), "audio": (73, 0, 0, 0), "video": (100, 0, 0, 32)}
    assert found.corpus is not None
    assert (found.rows, found.corpus.utterances, found.corpus.missing, found.corpus.strangers) == (1447, 1447, 0, 0)
