"""CPED: counts of the release, and what a strange row says."""

from collections import Counter
from pathlib import Path
from statistics import fmean

import pytest

from sentio import corpora
from sentio.conversation import Speaker
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation
from sentio.labels import mapping
from sentio.metrics.classification import accuracy, macro_f1
from sentio.metrics.confusion import confusion

TRAITS = ("neuroticism", "extraversion", "openness", "agreeableness", "conscientiousness")


@pytest.fixture(scope="module")
def validation(data: Path) -> list[AnnotatedConversation]:
    return read(data, "validation")


def read(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("cped", data).conversations(split))


def values(items: list[AnnotatedConversation], layer: str) -> Counter[str]:
    return Counter(str(value) for item in items for value in item.gold.get(layer, {}).values())


def speakers(items: list[AnnotatedConversation]) -> dict[tuple[str, str], Speaker]:
    return {
        (str(item.facts["series"]), name): one for item in items for name, one in item.conversation.profiles.items()
    }


def spoken(items: list[AnnotatedConversation]) -> list[Speaker]:
    """The speaker of every utterance."""
    return [item.conversation.profiles[u.speaker] for item in items for u in item.conversation.utterances]


def test_rows_dialogues_and_speakers(validation: list[AnnotatedConversation]) -> None:
    assert (sum(map(len, (i.conversation for i in validation))), len(validation)) == (11137, 934)
    assert len(speakers(validation)) == 38
    rows: Counter[str] = Counter()
    for item in validation:
        rows[str(item.facts["series"])] += len(item.conversation)
    assert rows == {"45": 2966, "39": 2502, "32": 2487, "44": 2272, "40": 910}
    assert not any("other emotions" in item.facts for item in validation)


def test_sentiment_and_emotion(validation: list[AnnotatedConversation]) -> None:
    assert values(validation, "sentiment") == {"negative": 6319, "neutral": 3126, "positive": 1692}
    assert values(validation, "emotion") == {
        "neutral": 3126, "negative-other": 1702, "anger": 1608, "depress": 1446, "positive-other": 792,
        "worried": 661, "relaxed": 517, "happy": 370, "astonished": 313, "sadness": 274, "disgust": 198, "fear": 117,
        "grateful": 13,
    }  # fmt: skip


def test_emotion_determines_sentiment(validation: list[AnnotatedConversation]) -> None:
    carry = mapping("cped13", "sentiment3")
    for item in validation:
        for own, emotion in item.gold["emotion"].items():
            assert carry.row(str(emotion)) == {item.gold["sentiment"][own]: 1.0}


def test_dialogue_acts(validation: list[AnnotatedConversation]) -> None:
    assert values(validation, "dialogue act") == {
        "statement-non-opinion": 5429, "question": 2179, "statement-opinion": 1820, "answer": 343, "acknowledge": 256,
        "interjection": 150, "other": 150, "command": 147, "irony": 122, "comfort": 103, "disagreement": 91,
        "quotation": 89, "conventional-closing": 67, "apology": 52, "reject": 48, "thanking": 40, "agreement": 33,
        "greeting": 13, "appreciation": 5,
    }  # fmt: skip


def test_scenes(validation: list[AnnotatedConversation]) -> None:
    assert values(validation, "scene") == {
        "home": 5147, "office": 2436, "restaurant": 1214, "other-venue": 707, "car": 637, "school": 429,
        "hospital": 199, "entertainment-venue": 130, "mall": 122, "sports-venue": 69, "outdoor": 47,
    }  # fmt: skip
    assert sum(len(set(item.gold["scene"].values())) == 2 for item in validation) == 25


def test_gender_and_age(validation: list[AnnotatedConversation]) -> None:
    people = spoken(validation)
    assert Counter(one.gender for one in people) == {"male": 4934, "female": 4785, None: 1418}
    assert Counter(one.traits.get("age") for one in people) == {
        "young": 6868, "middle-aged": 2661, None: 1418, "elderly": 190,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("trait", "of_speakers", "of_utterances"),
    [
        ("neuroticism", (13, 20), (3317, 6402)),
        ("extraversion", (24, 9), (6919, 2800)),
        ("openness", (12, 21), (3499, 6220)),
        ("agreeableness", (22, 11), (6708, 3011)),
        ("conscientiousness", (25, 8), (7805, 1914)),
    ],
)
def test_traits(
    validation: list[AnnotatedConversation], trait: str, of_speakers: tuple[int, int], of_utterances: tuple[int, int]
) -> None:
    by_speaker = Counter(one.traits.get(trait) for one in speakers(validation).values())
    assert by_speaker == {"high": of_speakers[0], "low": of_speakers[1], None: 5}
    by_utterance = Counter(one.traits.get(trait) for one in spoken(validation))
    assert by_utterance == {"high": of_utterances[0], "low": of_utterances[1], None: 1418}


def test_samples_for_personality(validation: list[AnnotatedConversation]) -> None:
    known = [
        one for item in validation for one in item.conversation.profiles.values() if set(TRAITS) <= set(one.traits)
    ]
    assert len(known) == 1662


def test_faces_and_length(validation: list[AnnotatedConversation]) -> None:
    texts = [u.text for item in validation for u in item.conversation.utterances]
    assert len(texts) - values(validation, "face").total() == 2183
    assert round(fmean(map(len, texts)), 3) == 8.322


@pytest.mark.parametrize(
    ("layer", "first", "expected"),
    [
        ("sentiment", "negative", (0.7827, 0.7370)),
        ("emotion", "neutral", (0.6214, 0.5291)),
        ("dialogue act", "statement-non-opinion", (0.4770, 0.1875)),
    ],
)
def test_repeating_the_previous_row(
    validation: list[AnnotatedConversation], layer: str, first: str, expected: tuple[float, float]
) -> None:
    gold, repeated = [], []
    for item in validation:
        of_dialogue = [str(value) for value in item.gold[layer].values()]
        gold += of_dialogue
        repeated += [first, *of_dialogue[:-1]]
    table = confusion(gold, repeated, tuple(sorted(set(gold))))
    assert (round(table.score(accuracy), 4), round(table.score(macro_f1), 4)) == expected


def test_what_is_unknown_is_left_out(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert first.conversation.profiles["其他"] == Speaker(name="其他")
    assert first.conversation.profiles["李小雨"].traits["openness"] == "high"
    assert second.conversation.profiles["王大山"].traits["age"] == "children"
    assert set(first.gold["face"]) == {"98_000_000", "98_000_002"}
    assert first.conversation.utterances[1].text == " 不知道"


def test_an_emotion_outside_the_thirteen_is_no_gold(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert first.gold["emotion"] == {"98_000_000": "happy", "98_000_001": "neutral"}
    assert first.gold["sentiment"]["98_000_002"] == "negative"
    assert first.facts["other emotions"] == "jealous"
    assert "other emotions" not in second.facts


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (",question,", ",riddle,", r"train_split.csv:2: .*'riddle' is none of statement-non-opinion"),
        (",home,", ",boat,", r"train_split.csv:2: .*'boat' is none of home"),
        ("李小雨,female,young,low", "李小雨,female,young,medium", r"train_split.csv:4: .*'medium' is none of high"),
        ("Scene,", "Place,", r"train_split.csv:2: no 'Scene' here"),
        ("TV_ID,", "ID,", r"train_split.csv:4: no 'TV_ID' here"),
    ],
)
def test_strange_rows_are_named(miniatures: Path, tmp_path: Path, old: str, new: str, cause: str) -> None:
    text = (miniatures / "cped" / "train_split.csv").read_text("utf-8-sig")
    assert old in text
    (tmp_path / "cped").mkdir()
    (tmp_path / "cped" / "train_split.csv").write_text(text.replace(old, new), "utf8")
    with pytest.raises(InputError, match=cause):
        read(tmp_path, "train")


def test_a_speaker_has_one_profile_in_a_dialogue(miniatures: Path, tmp_path: Path) -> None:
    text = (miniatures / "cped" / "train_split.csv").read_text("utf-8-sig")
    (tmp_path / "cped").mkdir()
    (tmp_path / "cped" / "train_split.csv").write_text(text.replace("female,young", "female,elderly", 1), "utf8")
    with pytest.raises(InputError, match=r"train_split.csv:4: .*what is known of '李小雨' changes"):
        read(tmp_path, "train")
