"""Labels of several corpora under one name, and back."""

import pytest

from sentio.labels import SPACES
from sentio.retrieval.unification import EMOTIONS, RELEASED, emotion, released, rendered

MELD, IEMOCAP, EMORY = (SPACES[name].labels for name in ("meld", "iemocap6", "emorynlp"))


def test_every_label_of_the_three_corpora_has_one_name() -> None:
    assert sorted({emotion(label) for label in (*MELD, *IEMOCAP, *EMORY)}) == [
        "anger", "disgust", "excited", "fear", "frustrated", "happy",
        "neutral", "peaceful", "powerful", "sad", "surprise",
    ]  # fmt: skip


def test_a_name_has_no_other_name() -> None:
    assert not set(EMOTIONS) & set(EMOTIONS.values())


@pytest.mark.parametrize(
    ("mine", "same"), [("joy", "Joyful"), ("anger", "Mad"), ("no_emotion", "Neutral"), ("sad ", "SADNESS")]
)
def test_spellings_and_synonyms_meet(mine: str, same: str) -> None:
    assert emotion(mine) == emotion(same)


def test_the_released_table_is_the_one_of_the_paper_s_code() -> None:
    # Spec of PRC-Emo, table "label unification"; EmoryNLP's files begin their labels with a capital.
    emory = ("Neutral", "Joyful", "Scared", "Mad", "Peaceful", "Powerful", "Sad")
    assert [released(label.lower(), "emorynlp_7551") for label in emory] == [
        "Neutral", "happy", "fear", "angry", "Peaceful", "Powerful", "sad",
    ]  # fmt: skip
    assert [released(label, "meld") for label in MELD] == [
        "neutral", "surprise", "fear", "sad", "happy", "disgust", "anger",
    ]  # fmt: skip
    assert [released(label, "iemocap") for label in IEMOCAP] == list(IEMOCAP)
    assert released("no_emotion", "dailydialog") == "neutral"
    assert len(RELEASED) == 8


@pytest.mark.parametrize("target", [MELD, IEMOCAP, EMORY])
def test_a_target_s_own_labels_stay_as_they_are(target: tuple[str, ...]) -> None:
    assert [rendered(label, "any", target, "drop") for label in target] == list(target)


def test_labels_are_told_in_the_target_s_words() -> None:
    assert [rendered(label, "iemocap", MELD, "drop") for label in IEMOCAP] == [
        "joy", "sadness", "neutral", "anger", None, None,
    ]  # fmt: skip
    assert [rendered(label, "meld", EMORY, "drop") for label in MELD] == [
        "neutral", None, "scared", "sad", "joyful", None, "mad",
    ]  # fmt: skip


def test_labels_without_a_counterpart_by_policy() -> None:
    alone = ("excited", "frustrated", "peaceful", "powerful")
    assert [rendered(label, "any", MELD, "nearest") for label in alone] == ["joy", "anger", "joy", "joy"]
    assert [rendered(label, "any", MELD, "show") for label in alone] == list(alone)
    assert [rendered(label, "any", MELD, "drop") for label in alone] == [None] * 4
    assert rendered("excited", "any", ("calm", "happy"), "nearest") == "happy"
    assert rendered("hungry", "any", MELD, "nearest") is None


def test_a_label_nobody_has_seen_is_dropped_or_shown() -> None:
    assert rendered("hungry", "mine", MELD, "drop") is None
    assert rendered("hungry", "mine", MELD, "show") == "hungry"
