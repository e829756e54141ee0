"""EmpatheticDialogues: commas, quotation marks and ninth cells, on the miniature; the release is not at hand."""

from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

HEADER = "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags\n"


def read(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("empathetic_dialogues", data).conversations(split))


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "empathetic_dialogues").mkdir()
    (tmp_path / "empathetic_dialogues" / "train.csv").write_text(text, "utf8")
    return tmp_path


def test_commas_are_put_back_and_quotation_marks_are_text(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert [u.text for u in first.conversation.utterances] == [
        "Guess what, my son baked a cake!", '"Really? How old is he?', 'Six. He said "easy".',
    ]  # fmt: skip
    assert first.id == "hit:99999_conv:199999"
    assert first.conversation.speakers == ("501", "77")
    assert [u.id for u in first.conversation.utterances] == ["1", "2", "3"]
    assert first.facts == {"situation": "My son baked a cake, alone.", "selfeval": "5|5|4_4|5|5"}
    assert second.facts == {"situation": "The house is empty.", "tags": "<NOTE>"}


def test_the_emotion_is_that_of_who_tells(miniatures: Path) -> None:
    assert [item.gold for item in read(miniatures, "train")] == [
        {"emotion": {"1": "proud"}}, {"emotion": {"1": "lonely"}},
    ]  # fmt: skip


def test_replies_to_choose_from_are_passed_over(miniatures: Path) -> None:
    (item,) = read(miniatures, "validation")
    assert [u.text for u in item.conversation.utterances] == ["They towed my car again!", "Again? Where was it?"]


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("c,1,proud,p,1,a, b,,,", r"train.csv:2: 10 cells"),
        ("c,1,proud,p,1,a", r"train.csv:2: 6 cells"),
        ("c,1,smug,p,1,a,,", r"train.csv:2: .*'smug' is none of afraid"),
        ("c,1,proud,p,1,a,,\nc,1,proud,p,2,b,,", r"train.csv:3: .*utterance '1' of 'c' is there twice"),
        ("c,1,proud,p,1,a,,\nc,2,sad,p,2,b,,", r"train.csv:3: .*changes from 'proud' to 'sad'"),
    ],
)
def test_broken_rows_are_named(tmp_path: Path, row: str, cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        read(written(tmp_path, HEADER + row + "\n"), "train")


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train.csv:1: the columns conv_id"):
        read(written(tmp_path, "id,text\n1,hello\n"), "train")


def test_a_conversation_that_comes_back_is_refused(tmp_path: Path) -> None:
    rows = "a,1,sad,p,1,x,,\nb,1,sad,p,1,x,,\na,2,sad,p,2,x,,\n"
    with pytest.raises(InputError, match="'a' is there twice"):
        read(written(tmp_path, HEADER + rows), "train")
