"""CMU-MOSI: videos, sentiments, and features of the same utterances."""

from collections import Counter
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from sentio import corpora
from sentio.corpora import mosi
from sentio.errors import InputError

EXAMPLES = Path(__file__).parent / "examples"


def test_videos_utterances_and_sentiments(data: Path) -> None:
    corpus = corpora.load("mosi", data)
    train, validation = (list(corpus.conversations(split)) for split in ("train", "validation"))
    assert (len(train) + len(validation), len(validation)) == (62, 13)
    labels = Counter(label for item in train + validation for label in item.gold["sentiment"].values())
    assert labels == {"negative": 738, "positive": 709}
    assert not {item.id for item in train} & {item.id for item in validation}


@pytest.mark.parametrize(("split", "rows"), [("train", 1141), ("validation", 306)])
def test_features_are_of_the_utterances_in_their_order(data: Path, split: str, rows: int) -> None:
    corpus = corpora.load("mosi", data)
    features = mosi.features(corpus.files, split)
    assert features.ids == tuple(u.id for item in corpus.conversations(split) for u in item.conversation.utterances)
    assert (features.text.shape, features.audio.shape, features.video.shape) == ((rows, 100), (rows, 73), (rows, 100))
    assert features.audio.dtype == np.float32


def test_the_released_validation_videos_are_the_validation_split() -> None:
    corpus = corpora.load("mosi", EXAMPLES)
    assert [item.id for item in corpus.read("validation")] == ["zz0AbCdEfGh"]
    train = list(corpus.conversations("train"))
    assert [item.id for item in train] == ["kV3xq0Zb1aA", "m_9-TtPq7Lc"]
    assert [u.id for u in train[0].conversation.utterances] == ["kV3xq0Zb1aA_1", "kV3xq0Zb1aA_2", "kV3xq0Zb1aA_4"]
    np.testing.assert_array_equal(mosi.features(corpus.files, "validation").text[:, 0], [400.0, 500.0])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    copytree(EXAMPLES / "mosi", tmp_path / "mosi")
    return tmp_path


def test_pickled_objects_are_refused(copy: Path) -> None:
    arrays = {"ids": np.array([{"a": 1}], dtype=object)}
    np.savez(copy / "mosi" / "mosi_bclstm_train.npz", allow_pickle=True, **arrays)
    with pytest.raises(InputError, match="not an archive of arrays"):
        mosi.features(corpora.load("mosi", copy).files, "train")


def test_a_cut_archive_is_refused(copy: Path) -> None:
    path = copy / "mosi" / "mosi_bclstm_train.npz"
    whole = path.read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError, match="not an archive of arrays") as error:
            list(corpora.load("mosi", copy).read("train"))
        assert error.value.path == path


def test_arrays_of_other_rows_are_refused(copy: Path) -> None:
    path = copy / "mosi" / "mosi_bclstm_train.npz"
    with np.load(path, allow_pickle=False) as archive:
        arrays = dict(archive)
    np.savez(path, **(arrays | {"audio": arrays["audio"][:-1]}))
    with pytest.raises(InputError, match=r"audio has the shape \(5, 73\), not \(ids, 73\)"):
        mosi.features(corpora.load("mosi", copy).files, "train")


def test_words_without_features_name_their_line(copy: Path) -> None:
    with (copy / "mosi" / "mosi_text_train.csv").open("a") as file:
        file.write("new0_1,WHO IS THIS,1\n")
    with pytest.raises(InputError, match="'new0_1' has no features") as error:
        list(corpora.load("mosi", copy).read("train"))
    assert error.value.line == 8


def test_an_utterance_that_is_there_twice_is_refused(copy: Path) -> None:
    path = copy / "mosi" / "mosi_text_train.csv"
    header, first, *others = path.read_text("utf8").splitlines(keepends=True)
    id = first.partition(",")[0]
    path.write_text("".join([header, first, f"{id},WHAT WAS THAT,1\n", *others]), "utf8")
    with pytest.raises(InputError, match=f"utterance '{id}' of .* is there twice") as error:
        list(corpora.load("mosi", copy).read("train"))
    assert error.value.path == path
