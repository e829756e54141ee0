"""EmotionTalk: counts of the release, who speaks with whom, and what a strange row says."""

from collections import Counter, defaultdict
from pathlib import Path
from statistics import fmean

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

LABELS = ("neutral", "happy", "sad", "angry", "surprised", "disgusted", "fearful")
VIEWS = ("emotion in text", "emotion in voice", "emotion in face", "emotion")


@pytest.fixture(scope="module")
def splits(data: Path) -> dict[str, list[AnnotatedConversation]]:
    return {split: read(data, split) for split in ("train", "validation")}


def read(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("emotiontalk", data).conversations(split))


def layer(items: list[AnnotatedConversation], name: str) -> list[str]:
    return [str(value) for item in items for value in item.gold[name].values()]


def scores(items: list[AnnotatedConversation]) -> list[float]:
    return [value for item in items for value in item.gold["sentiment score"].values() if isinstance(value, float)]


Splits = dict[str, list[AnnotatedConversation]]


@pytest.mark.parametrize(
    ("view", "split", "counts", "of_four"),
    [
        ("emotion in text", "train", (6275, 1250, 953, 2980, 2240, 916, 799), 11458),
        ("emotion in text", "validation", (770, 185, 123, 380, 236, 79, 135), 1458),
        ("emotion in voice", "train", (7568, 1720, 898, 3057, 1087, 612, 471), 13243),
        ("emotion in voice", "validation", (866, 208, 118, 418, 133, 69, 96), 1610),
        ("emotion in face", "train", (5226, 3679, 768, 3312, 856, 1317, 255), 12985),
        ("emotion in face", "validation", (573, 426, 95, 471, 154, 141, 48), 1565),
        ("emotion", "train", (5377, 2986, 919, 2950, 1367, 1142, 672), 12232),
        ("emotion", "validation", (675, 360, 111, 409, 133, 95, 125), 1555),
    ],
)
def test_views(splits: Splits, view: str, split: str, counts: tuple[int, ...], of_four: int) -> None:
    found = Counter(layer(splits[split], view))
    assert found == dict(zip(LABELS, counts, strict=True))
    assert sum(found[label] for label in LABELS[:4]) == of_four


@pytest.mark.parametrize(
    ("split", "shares"),
    [("train", (0.41984, 0.67450, 0.66418)), ("validation", (0.43501, 0.69287, 0.65356))],
)
def test_agreement_with_all_modalities(splits: Splits, split: str, shares: tuple[float, ...]) -> None:
    whole = layer(splits[split], "emotion")
    found = [fmean(a == b for a, b in zip(layer(splits[split], view), whole, strict=True)) for view in VIEWS[:3]]
    assert tuple(round(share, 5) for share in found) == shares


@pytest.mark.parametrize(
    ("split", "signs", "mean"),
    [("train", (12024, 1729, 1660), -0.54859), ("validation", (1541, 203, 164), -0.57788)],
)
def test_sentiment_scores(splits: Splits, split: str, signs: tuple[int, int, int], mean: float) -> None:
    found = scores(splits[split])
    assert (sum(x < 0 for x in found), found.count(0), sum(x > 0 for x in found)) == signs
    assert (round(fmean(found), 5), min(found), max(found)) == (mean, -2.0, 2.0)


def test_the_majority_gets_nine_signs_of_ten(splits: Splits) -> None:
    decided = [score for score in scores(splits["validation"]) if score]
    assert (round(sum(score < 0 for score in decided) / len(decided), 4), len(decided)) == (0.9038, 1705)


@pytest.mark.parametrize(
    ("split", "dialogues", "with_actors", "utterances", "tagged"),
    [("train", 587, 1171, 15413, 7749), ("validation", 71, 138, 1908, 766)],
)
def test_dialogues(splits: Splits, split: str, dialogues: int, with_actors: int, utterances: int, tagged: int) -> None:
    """Names of three parts, of which there are 1,171 and 138, are dialogues times actors."""
    items = splits[split]
    texts = [u.text for item in items for u in item.conversation.utterances]
    assert (len(items), sum(len(item.conversation.speakers) for item in items)) == (dialogues, with_actors)
    assert (len(texts), sum("[" in text for text in texts)) == (utterances, tagged)


def test_a_dialogue_is_one_conversation_of_two_actors(splits: Splits) -> None:
    """The places of both actors' utterances never coincide and fill each other's gaps."""
    complete = 0
    for item in (one for items in splits.values() for one in items):
        places = [int(u.id) for u in item.conversation.utterances]
        assert places == sorted(set(places))
        complete += places == list(range(1, len(places) + 1))
    alone = [item for items in splits.values() for item in items if len(item.conversation.speakers) == 1]
    assert (complete, len(alone)) == (658 - 530, 7)


def test_train_and_validation_share_no_actor(splits: Splits) -> None:
    actors: dict[str, set[str]] = defaultdict(set)
    for split, items in splits.items():
        for item in items:
            actors[split].update(item.conversation.speakers)
    assert actors["validation"] == {"01", "02", "13", "15"}
    assert not actors["train"] & actors["validation"]


def test_utterances_are_put_in_order(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert (first.id, second.id) == ("G00098_07", "G00098_08")
    assert [(u.id, u.speaker) for u in first.conversation.utterances] == [("001", "21"), ("002", "22"), ("003", "21")]
    assert first.conversation.utterances[1].text == "[over/]只有[/over]一张。"
    assert first.gold["emotion"] == {"001": "happy", "002": "neutral", "003": "surprised"}
    assert first.gold["sentiment score"] == {"001": 0.8, "002": 0.0, "003": -0.4}
    assert first.facts == {"group": "G00098"}


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("-0.4,什么", "-10,什么", r"train.csv:2: .*-10 is not from -2 to 2"),
        ("happy,0.8", "joyful,0.8", r"train.csv:3: .*'joyful' is none of neutral"),
        ("G00098_07_22_002", "G00098_07_22", r"train.csv:4: .*not enough values"),
        ("G00098_07_22_002", "G00098_07_22_001", r"train.csv:4: .*utterance '001' of 'G00098_07' is there twice"),
        ("mm_val", "val", r"train.csv:2: no 'mm_val' here"),
    ],
)
def test_strange_rows_are_named(miniatures: Path, tmp_path: Path, old: str, new: str, cause: str) -> None:
    text = (miniatures / "emotiontalk" / "train.csv").read_text("utf8")
    assert old in text
    (tmp_path / "emotiontalk").mkdir()
    (tmp_path / "emotiontalk" / "train.csv").write_text(text.replace(old, new), "utf8")
    with pytest.raises(InputError, match=cause):
        read(tmp_path, "train")
