"""ESConv and what is made of it: counts of the releases, strategies under all their names, broken files."""

import json
import shutil
from collections import Counter
from pathlib import Path
from statistics import fmean

import pytest

from sentio import corpora
from sentio.corpora.emotional_support import ALIASES, strategy
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


def read(name: str, data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load(name, data).conversations(split))


def strategies(items: list[AnnotatedConversation]) -> Counter[str]:
    return Counter(str(value) for item in items for value in item.gold["strategy"].values())


def mean_turns(items: list[AnnotatedConversation]) -> float:
    return fmean(len(item.conversation) for item in items)


def test_multiesc_validation(data: Path) -> None:
    items = read("esconv_multiesc", data, "validation")
    assert strategies(items) == {
        "providing suggestions or information": 519, "question": 493, "affirmation and reassurance": 359,
        "self-disclosure": 216, "greeting": 191, "reflection of feelings": 183, "others": 170,
        "restatement or paraphrasing": 126,
    }  # fmt: skip
    assert (len(items), strategies(items).total(), round(mean_turns(items), 3)) == (195, 2257, 22.908)


def test_a_merged_turn_keeps_its_first_strategy(data: Path) -> None:
    for item in read("esconv_multiesc", data, "validation"):
        every = item.gold["all strategies"]
        assert {turn: value[0] for turn, value in every.items() if isinstance(value, tuple)} == item.gold["strategy"]


def test_ppdpp_validation(data: Path) -> None:
    items = read("esconv_ppdpp", data, "validation")
    assert strategies(items) == {
        "question": 360, "others": 327, "providing suggestions": 312, "affirmation and reassurance": 269,
        "self-disclosure": 161, "reflection of feelings": 133, "information": 117, "restatement or paraphrasing": 93,
    }  # fmt: skip
    assert (len(items), strategies(items).total(), round(mean_turns(items), 3)) == (130, 1772, 28.646)


@pytest.mark.parametrize(
    ("name", "counts"),
    [("esconv_ppdpp", (34, 33, 30, 13, 6, 6, 5, 3)), ("esconv_multiesc", (51, 45, 51, 19, 12, 6, 6, 5))],
)
def test_emotion_types(data: Path, name: str, counts: tuple[int, ...]) -> None:
    emotions = ("depression", "sadness", "anxiety", "anger", "fear", "disgust", "shame", "nervousness")
    found = Counter(item.facts["emotion_type"] for item in read(name, data, "validation"))
    assert found == dict(zip(emotions, counts, strict=True))


def test_failed_dialogues(data: Path) -> None:
    items = read("failed_esconv", data, "all")
    assert strategies(items) == {
        "question": 520 + 8, "others": 400, "providing suggestions": 392 + 11, "affirmation and reassurance": 334 + 7,
        "reflection of feelings": 200, "self-disclosure": 195, "restatement or paraphrasing": 176 + 3,
        "information": 131,
    }  # fmt: skip
    assert (len(items), sum(len(item.conversation) for item in items)) == (196, 5230)
    assert sum("final_emotion_intensity" not in item.facts for item in items) == 54
    assert len({item.facts["situation"] for item in items}) == 196 - 7


def test_names_of_failed_strategies(data: Path) -> None:
    released = json.loads((data / "esconv" / "FailedESConv.json").read_text("utf8"))
    names = Counter(turn["annotation"].get("strategy") for one in released for turn in one["dialog"])
    aliased = {"Question": 8, "Direct Guidance": 11, "Approval and Reassurance": 7, "Restatement": 3}
    assert {name: names[name] for name in aliased} == aliased
    assert sum(aliased.values()) == 29


def test_roles_texts_and_survey(miniatures: Path) -> None:
    first, second = read("esconv", miniatures, "all")
    assert (first.id, first.conversation.speakers) == ("1", ("supporter", "seeker"))
    assert first.conversation.utterances[1].text == "They split up our team."
    assert first.gold["feedback"] == {"4": 5.0}
    assert first.facts == {
        "experience_type": "Previous Experience",
        "emotion_type": "anxiety",
        "problem_type": "job crisis",
        "situation": "My team is being split up and nobody says why.",
        "initial_emotion_intensity": 5.0,
        "seeker_empathy": 4.0,
        "seeker_relevance": 5.0,
        "final_emotion_intensity": 2.0,
        "supporter_relevance": 5.0,
    }
    assert "final_emotion_intensity" not in second.facts


def test_roles_and_strategies_of_failed_dialogues(miniatures: Path) -> None:
    first, second = read("failed_esconv", miniatures, "all")
    assert first.conversation.speakers == ("seeker", "supporter")
    assert list(first.gold["strategy"].values()) == [
        "question", "providing suggestions", "affirmation and reassurance", "restatement or paraphrasing", "others",
    ]  # fmt: skip
    assert second.gold["strategy"] == {"0": "question", "2": "reflection of feelings"}


def test_what_programs_found_is_no_gold(miniatures: Path) -> None:
    first, second = read("esconv_multiesc", miniatures, "train")
    assert set(first.gold) == {"strategy", "all strategies", "feedback"}
    assert first.machine == {
        "valence": {"1": 0.25}, "arousal": {"1": 0.75}, "dominance": {"1": 0.5}, "cause": {"1": "He sold it ."},
    }  # fmt: skip
    assert first.gold["all strategies"]["0"] == ("greeting", "question")
    assert "cause" not in second.machine
    assert "feedback" not in second.gold


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases_lead_to_a_strategy(alias: str) -> None:
    order = {*ALIASES.values()}
    assert strategy(alias.title(), sorted(order)) in order


def damaged(miniatures: Path, tmp_path: Path, file: str, old: str, new: str) -> Path:
    shutil.copytree(miniatures / "esconv", tmp_path / "esconv")
    path = tmp_path / "esconv" / file
    text = path.read_text("utf8")
    assert old in text
    path.write_text(text.replace(old, new), "utf8")
    return tmp_path


def test_an_unknown_strategy_names_the_dialogue(miniatures: Path, tmp_path: Path) -> None:
    root = damaged(miniatures, tmp_path, "ESConv.json", '"Others"', '"Silence"')
    with pytest.raises(InputError, match=r"ESConv.json: item 2: .*'silence' is none of question"):
        read("esconv", root, "all")


def test_a_missing_key_names_the_dialogue(miniatures: Path, tmp_path: Path) -> None:
    root = damaged(miniatures, tmp_path, "FailedESConv.json", '"problem_type"', '"problem"')
    with pytest.raises(InputError, match=r"FailedESConv.json: item 1: no 'problem_type' here"):
        read("failed_esconv", root, "all")


@pytest.mark.parametrize(
    ("old", "new"),
    [('"feedback": "4"', '"feedback": "0"'), ("0.75", "NaN"), ('"final_intensity": 3', '"final_intensity": 9')],
)
def test_a_score_outside_its_scale_names_the_line(miniatures: Path, tmp_path: Path, old: str, new: str) -> None:
    root = damaged(miniatures, tmp_path, "multiesc_train.jsonl", old, new)
    with pytest.raises(InputError, match=r"multiesc_train.jsonl:1: .* is not from"):
        read("esconv_multiesc", root, "train")


@pytest.mark.parametrize("strange", ["Information", "Providing Suggestions"])
def test_strategies_of_splits_are_not_mixed(miniatures: Path, tmp_path: Path, strange: str) -> None:
    root = damaged(miniatures, tmp_path, "multiesc_train.jsonl", '"Question"', f'"{strange}"')
    with pytest.raises(InputError, match=r"multiesc_train.jsonl:1: .* is none of"):
        read("esconv_multiesc", root, "train")


def test_a_file_that_holds_no_dialogues(tmp_path: Path) -> None:
    (tmp_path / "esconv").mkdir()
    (tmp_path / "esconv" / "ESConv.json").write_text("7")
    with pytest.raises(InputError, match=r"ESConv.json:1: a list of items is expected"):
        read("esconv", tmp_path, "all")
