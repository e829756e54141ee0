"""Features of words: the encoder's own vectors, each text computed once, never those of another version."""

import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sentio import Conversation, Utterance, encoders, features
from sentio.encoders import TextEncoder
from sentio.errors import InputError
from sentio.features import Features
from sentio.features.cache import VectorCache
from sentio.features.encoded import AHEAD, Encoded

Vectors = NDArray[np.float32]

CHATS = [
    Conversation(
        id=name, utterances=tuple(Utterance(id=str(n), speaker="A", text=text) for n, text in enumerate(texts))
    )
    for name, texts in {
        "plain": ("You baked a cake?", "I forgot the sugar.", "You baked a cake?"),
        "nothing": (),
        "odd": ("", "   ", "\ud800 half", "You baked a cake?"),
    }.items()
]


class Counting:
    """An encoder that remembers what it was asked."""

    def __init__(self, encoder: TextEncoder, version: str | None = None, scale: float = 1.0) -> None:
        self._encoder, self._scale = encoder, np.float32(scale)
        self.name, self.version, self.width = encoder.name, version or encoder.version, encoder.width
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self._encoder.encode(texts) * self._scale


@pytest.fixture
def counting() -> Callable[..., Counting]:
    return lambda **options: Counting(encoders.load("mini"), **options)


@pytest.fixture(params=[False, True], ids=["without cache", "with cache"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "new" / "features.sqlite" if request.param else None


def blocks(source: Encoded | features.FeatureSource, chats: Sequence[Conversation] = CHATS) -> list[Features]:
    return list(source.read(chats))


def test_the_vectors_are_the_encoders(cache: Path | None) -> None:
    source = features.load("mini", cache=cache)
    mini = encoders.load("mini")
    assert (source.width, source.version) == (mini.width, mini.version)
    for _ in range(2):
        told = blocks(source)
        for chat, each in zip(CHATS, told, strict=True):
            assert each.vectors.shape == (len(chat), 384)
            expected = mini.encode([said.text for said in chat.utterances])
            np.testing.assert_allclose(each.vectors, expected, atol=1e-6)
        assert [each.present.tolist() for each in told] == [[True] * 3, [], [False, False, True, True]]


def test_a_text_is_computed_once(counting: Callable[..., Counting], tmp_path: Path) -> None:
    encoder = counting()
    first = blocks(Encoded(encoder))
    assert sorted(encoder.asked) == sorted({said.text for chat in CHATS for said in chat.utterances})
    kept, again = counting(), counting()
    assert all(
        np.array_equal(one.vectors, other.vectors)
        for one, other in zip(blocks(Encoded(kept, tmp_path / "c")), first, strict=True)
    )
    for one, other in zip(blocks(Encoded(again, tmp_path / "c")), first, strict=True):
        np.testing.assert_array_equal(one.vectors, other.vectors)
    assert (len(kept.asked), again.asked) == (5, [])


def test_vectors_of_another_version_are_never_given(counting: Callable[..., Counting], tmp_path: Path) -> None:
    path = tmp_path / "c"
    one, two = counting(), counting(version="other", scale=2.0)
    blocks(Encoded(one, path))
    for _ in range(2):
        told = blocks(Encoded(two, path))
        np.testing.assert_array_equal(told[0].vectors, 2 * blocks(Encoded(one, path))[0].vectors)
    assert (len(one.asked), len(two.asked)) == (5, 5)


def test_a_bounded_number_is_read_ahead(counting: Callable[..., Counting]) -> None:
    drawn = count()

    def endless() -> Iterator[Conversation]:
        for number in drawn:
            yield CHATS[0].model_copy(update={"id": str(number)})

    told = Encoded(counting()).read(endless())
    assert next(told).present.all()
    assert next(drawn) <= AHEAD // 3 + 2


def test_a_broken_vector_is_told_by_name() -> None:
    encoder = Counting(encoders.load("mini"), scale=float("inf"))
    with pytest.raises(InputError, match="conversation 'plain', utterance '0'"), np.errstate(invalid="ignore"):
        blocks(Encoded(encoder))


def test_a_damaged_vector_is_computed_again(counting: Callable[..., Counting], tmp_path: Path) -> None:
    path, first, second, third = tmp_path / "c", counting(), counting(), counting()
    expected = blocks(Encoded(first, path))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE vectors SET vector = x'00112233' WHERE rowid <= 2")
    connection.close()
    for encoder, asked in ((second, 2), (third, 0)):
        for one, other in zip(blocks(Encoded(encoder, path)), expected, strict=True):
            np.testing.assert_array_equal(one.vectors, other.vectors)
        assert len(encoder.asked) == asked


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def _damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + b"damage" * 1000)


def _a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [_foreign, _damaged, _a_folder])
def test_a_cache_that_cannot_be_used_costs_a_warning(
    spoil: Callable[[Path], None], counting: Callable[..., Counting], tmp_path: Path
) -> None:
    path = tmp_path / "c"
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.warns(RuntimeWarning, match=f"{path}: no vectors are kept: "):
        told = blocks(Encoded(counting(), path))
    np.testing.assert_array_equal(told[0].vectors, blocks(Encoded(counting()))[0].vectors)
    assert before == (path.read_bytes() if path.is_file() else b"")


def test_a_full_disk_costs_a_warning_and_keeps_what_was_there(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "c", "v", 1000)
    cache.put({"a": np.ones(1000, np.float32)})
    assert cache._connection is not None
    cache._connection.execute("PRAGMA max_page_count = 5")  # SQLite then says what it says of a full disk
    with pytest.warns(RuntimeWarning, match="the disk is full"):
        cache.put({str(n): np.ones(1000, np.float32) for n in range(20)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.put({"b": np.ones(1000, np.float32)})
        assert cache.get(["a", "b"]) == {}
        again = VectorCache(tmp_path / "c", "v", 1000)
        assert list(again.get(["a", "b", "0"])) == ["a"]
    again.close()


WRITES = """
import sys
import numpy as np
from pathlib import Path
from sentio.features.cache import VectorCache
cache = VectorCache(Path(sys.argv[1]), "v", 64)
for n in range(100):
    name = str(n % 60)
    found = cache.get([name])
    assert not found or (found[name] == n % 60).all()
    cache.put({name: np.full(64, n % 60, np.float32)})
cache.close()
"""


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    call = [sys.executable, "-W", "error", "-c", WRITES, str(tmp_path / "c")]
    both = [subprocess.Popen(call, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1].decode() for process in both] == ["", ""]
    cache = VectorCache(tmp_path / "c", "v", 64)
    assert len(cache.get(map(str, range(70)))) == 60
    cache.close()


def test_nothing_is_kept_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    blocks(features.load("mini"))
    assert not (tmp_path / "xdg").exists()
    assert features.default_cache() == tmp_path / "xdg" / "sentio" / "features.sqlite"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert features.default_cache().parts[-3:] == (".cache", "sentio", "features.sqlite")


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, sentio.features; print(*({'torch', 'polars', 'onnxruntime', 'safetensors'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("address", ["mii", "runs/nowhere", "notes.pkl", "notes.npy#text"])
def test_what_is_neither_is_told(address: str) -> None:
    with pytest.raises(InputError, match=r"no file of features .*unknown text encoder"):
        features.load(address)
