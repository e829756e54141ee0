"""Empathic Reactions: figures counted on the release, and the files of WASSA 2022 on the miniature."""

import shutil
from pathlib import Path
from statistics import fmean, pstdev

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


def read(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("wassa_essays", data).conversations(split))


def scores(items: list[AnnotatedConversation], layer: str) -> list[float]:
    return [float(value) for item in items for value in item.gold[layer].values() if not isinstance(value, tuple)]


def test_means_of_the_release(data: Path) -> None:
    items = read(data, "train")
    empathy, distress = scores(items, "empathy"), scores(items, "distress")
    assert (len(items), len({item.facts["article"] for item in items})) == (1860, 417)
    assert round(fmean(len(item.conversation.utterances[0].text.split()) for item in items), 2) == 82.20
    assert (round(fmean(empathy), 4), round(pstdev(empathy), 4)) == (3.6999, 1.8249)
    assert (round(fmean(distress), 4), round(pstdev(distress), 4)) == (3.7311, 1.8910)
    both = fmean(a * b for a, b in zip(empathy, distress, strict=True)) - fmean(empathy) * fmean(distress)
    assert round(both / pstdev(empathy) / pstdev(distress), 4) == 0.4509


def test_the_bins_follow_from_the_scores(data: Path) -> None:
    for _, row in corpora.load("wassa_essays", data).files.rows("empathic_reactions_messages.csv"):
        for target in ("empathy", "distress"):
            assert row[f"{target}_bin"] == str(int(float(row[target]) > 3.9))


def test_an_essay_is_its_participants(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert (first.id, first.conversation.speakers) == ("R_9aBcDeFgHiJkLmN_1", ("R_9aBcDeFgHiJkLmN",))
    assert first.gold == {"empathy": {"0": 4.333}, "distress": {"0": 2.125}}
    assert first.facts == {"article": "99"}
    assert first.conversation.profiles == {}
    assert second.conversation.utterances[0].text == 'The "new" bridge is the old one painted blue.'


def test_wassa_2022_adds_emotion_and_person(miniatures: Path) -> None:
    (item,) = read(miniatures, "train-2022")
    assert item.gold["emotion"] == {"0": "sadness"}
    assert item.conversation.profiles["R_9aBcDeFgHiJkLmN"].traits == {
        "gender": "2", "education": "4", "race": "1", "age": "33", "income": "50000",
    }  # fmt: skip
    assert item.conversation.utterances == read(miniatures, "train")[0].conversation.utterances


def test_scores_of_a_second_file_are_matched_by_row(miniatures: Path) -> None:
    first, second = read(miniatures, "validation")
    assert first.gold == {"empathy": {"0": 5.833}, "distress": {"0": 3.25}, "emotion": {"0": "surprise"}}
    assert (second.id, second.gold["emotion"]) == ("R_7aBcDeFgHiJkLmN_1", {"0": "neutral"})


@pytest.mark.parametrize("file", ["goldstandard_dev_2022.tsv", "messages_dev_features_ready_for_WS_2022.tsv"])
def test_files_of_unequal_length_are_refused(miniatures: Path, tmp_path: Path, file: str) -> None:
    shutil.copytree(miniatures / "wassa", tmp_path / "wassa")
    path = tmp_path / "wassa" / file
    path.write_text("".join(path.read_text("utf8").splitlines(keepends=True)[:-1]), "utf8")
    with pytest.raises(InputError, match=f"{file}:2: ends before the file that it belongs to"):
        read(tmp_path, "validation")


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("4.333", "7.5", r"messages.csv:2: .*7.5 is not from 1 to 7"),
        ("2.125", "NaN", r"messages.csv:2: .*NaN is not from 1 to 7"),
        ("1.000", "", r"messages.csv:3: .*could not convert"),
    ],
)
def test_a_score_outside_its_scale_names_its_line(
    miniatures: Path, tmp_path: Path, old: str, new: str, cause: str
) -> None:
    shutil.copytree(miniatures / "wassa", tmp_path / "wassa")
    path = tmp_path / "wassa" / "empathic_reactions_messages.csv"
    path.write_text(path.read_text("utf8").replace(old, new), "utf8")
    with pytest.raises(InputError, match=cause):
        read(tmp_path, "train")
