"""CREMA-D: votes counted on the release (Cao et al., 2014), and EMO-SUPERB's soft labels."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sentio import corpora
from sentio.corpora import cremad
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation
from sentio.metrics.soft_labels import ando, smooth, unsmooth
from sentio.metrics.votes import NONE, above_uniform, majority, plurality, shares

EXAMPLES = Path(__file__).parent / "examples"
ORDER = cremad.card.layers["emotion in voice"]
CHANNELS = tuple(cremad.CHANNELS.values())


@pytest.fixture(scope="module")
def clips(data: Path) -> list[AnnotatedConversation]:
    return list(corpora.load("cremad", data).conversations("all"))


def matrix(items: Iterable[AnnotatedConversation], channel: str) -> NDArray[np.int64]:
    counts = (Counter(item.votes[channel]["0"].values()) for item in items)
    return np.array([[count[label] for label in ORDER] for count in counts])


@pytest.mark.parametrize(
    ("channel", "ratings", "mean", "least", "most", "by_majority", "by_plurality", "acted", "above"),
    [
        ("emotion in voice", 54980, 9.2140, 4, 12, 4033, 5446, 0.4589, 1.8951),
        ("emotion in face", 57493, 9.6352, 6, 12, 4407, 5590, 0.7041, 1.7667),
        ("emotion in voice and face", 57582, 9.6501, 5, 12, 4726, 5630, 0.7643, 1.6933),
    ],
)
def test_votes_of_a_channel(
    clips: list[AnnotatedConversation],
    channel: str,
    ratings: int,
    mean: float,
    least: int,
    most: int,
    by_majority: int,
    by_plurality: int,
    acted: float,
    above: float,
) -> None:
    votes = matrix(clips, channel)
    each = votes.sum(axis=1)
    assert (len(votes), votes.sum(), each.min(), each.max()) == (5967, ratings, least, most)
    assert round(float(each.mean()), 4) == mean
    assert (majority(votes) != NONE).sum() == by_majority
    kept = [item for item in clips if channel in item.gold]
    assert len(kept) == (plurality(votes) != NONE).sum() == by_plurality
    hits = sum(item.gold[channel]["0"] == item.gold["acted emotion"]["0"] for item in kept)
    assert round(hits / len(kept), 4) == acted
    assert round(float(above_uniform(shares(votes)).sum(axis=1).mean()), 4) == above


def test_votes_on_the_voice(clips: list[AnnotatedConversation]) -> None:
    votes = matrix(clips, "emotion in voice")
    assert votes.sum(axis=0).tolist() == [8033, 7120, 6731, 3604, 23983, 5509]
    tops = Counter(item.gold["emotion in voice"]["0"] for item in clips if "emotion in voice" in item.gold)
    assert tops == {"neutral": 3076, "anger": 809, "fear": 538, "disgust": 445, "sad": 305, "happy": 273}
    assert (2 * votes.max(axis=1) == votes.sum(axis=1)).sum() == 693
    assert sum("emotion in voice" not in item.gold for item in clips) == 521


def test_the_cards_count_of_votes(clips: list[AnnotatedConversation]) -> None:
    votes = sum(len(of_clip["0"]) for item in clips for of_clip in item.votes.values())
    assert votes == cremad.card.counts["all"]["votes"] == 54980 + 57493 + 57582


def test_the_first_clip(clips: list[AnnotatedConversation]) -> None:
    item = next(item for item in clips if item.id == "1001_IEO_NEU_XX")
    votes = matrix([item], "emotion in voice")
    assert votes.tolist() == [[0, 0, 0, 1, 10, 0]]
    np.testing.assert_allclose(ando(votes)[0, [3, 4, 5]], [0.112903, 0.693548, 0.048387], atol=5e-7)
    np.testing.assert_allclose(smooth(votes / votes.sum())[0, [3, 4, 5]], [0.095455, 0.864545, 0.01], atol=5e-7)
    actor = item.conversation.profiles["1001"]
    assert (actor.gender, actor.traits["age"]) == ("male", 51.0)
    assert item.facts == {"sentence": "IEO", "level": "XX"}


def test_soft_labels_of_emo_superb(data: Path) -> None:
    soft = cremad.soft_labels(corpora.load("cremad", data).files)
    assert soft.shares.shape == (5967, 6)
    np.testing.assert_allclose(soft.shares.sum(axis=1), 1.0, atol=2.5e-6)
    parts = unsmooth(soft.shares)
    assert (parts.max(axis=1) > 0.5 + 1e-5).sum() == 3845
    ranked = np.sort(parts, axis=1)
    assert (ranked[:, -1] - ranked[:, -2] > 1e-5).sum() == 5458
    assert Counter(soft.folds[:, 0].tolist()) == {"Train": 3034, "Development": 1470, "Test": 1463}
    assert Counter(soft.folds[:, 1].tolist()) == {"Train": 3021, "Development": 1476, "Test": 1470}


def test_emo_superb_as_conversations(data: Path) -> None:
    items = list(corpora.load("cremad", data).conversations("emo-superb"))
    assert sum(bool(item.gold) for item in items) == 5458


def test_a_tie_has_votes_but_no_gold() -> None:
    neutral, angry, sad = corpora.load("cremad", EXAMPLES).conversations("all")
    assert neutral.gold["emotion in voice"] == {"0": "neutral"}
    assert "emotion in voice" not in angry.gold
    assert list(angry.votes["emotion in voice"]["0"].values()) == ["anger"] * 4 + ["disgust"] + ["neutral"] * 4
    assert list(angry.votes["emotion in voice"]["0"]) == [str(n) for n in range(1, 10)]
    assert sad.gold["acted emotion"] == {"0": "sad"}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("tabulatedVotes.csv", "100002,4,1,0,0,4,0", "100002,4,1,0,0,5,0", "do not add up to numResponses"),
        ("tabulatedVotes.csv", "100002,4,1,0,0,4,0", "200002,4,1,0,0,4,0", "has two rows for emotion in face"),
        ("tabulatedVotes.csv", "100002,4,1,0,0,4,0", "400002,4,1,0,0,4,0", "'4'"),
        ("tabulatedVotes.csv", "1099_XYZ_ANG", "1099_XYZ_JOY", "unknown actor or emotion"),
        ("VideoDemographics.csv", "1099,23", "1099,old", "could not convert"),
        ("emo_superb_soft_labels.csv", "0.48,0.01,0.104", "0.58,0.01,0.104", "do not add up to 1"),
    ],
)
def test_what_does_not_add_up_names_its_line(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = tmp_path / "cremad"
    folder.mkdir()
    for path in (EXAMPLES / "cremad").iterdir():
        text = path.read_text()
        assert path.name != file or old in text
        (folder / path.name).write_text(text.replace(old, new) if path.name == file else text)
    with pytest.raises(InputError, match=message) as error:
        list(corpora.load("cremad", tmp_path).read("emo-superb" if file.startswith("emo") else "all"))
    assert Path(error.value.path or "").name == file
    assert error.value.line is not None
