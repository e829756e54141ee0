"""EMER: counts of the release, and what joins its two languages."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.evaluation.run import evaluate
from sentio.gold import AnnotatedConversation

EXAMPLES = Path(__file__).parent / "examples" / "emer"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A data folder with the miniature, to damage."""
    shutil.copytree(EXAMPLES, tmp_path / "mer")
    return tmp_path


def clips(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("emer", data).conversations(split))


def test_the_first_version_has_a_hundred_clips(data: Path) -> None:
    read = clips(data, "v1")
    emotions = Counter(item.gold["emotion"]["0"] for item in read)
    assert emotions == {"angry": 36, "happy": 32, "worried": 17, "sad": 11, "surprise": 4}
    assert sum(not item.conversation.utterances[0].text for item in read) == 7
    english = [str(item.gold["explanation"]["0"]) for item in read]
    assert round(sum(map(len, english)) / len(english)) == 288


def test_the_second_version_describes_the_clips_of_ov_merd(data: Path) -> None:
    read = clips(data, "v2")
    assert {item.id for item in read} == {item.id for item in corpora.load("ov_merd", data).conversations("train")}
    english = [str(item.machine["explanation"]["0"]) for item in read]
    assert round(sum(map(len, english)) / len(english)) == 1296
    assert len({item.id for item in clips(data, "v1")} & {item.id for item in read}) == 39


def test_what_a_language_model_wrote_is_no_gold(small: Path) -> None:
    assert all(item.gold and not item.machine for item in clips(small, "v1"))
    for item in clips(small, "v2"):
        assert set(item.machine) == {"explanation", "explanation in Chinese"}
        assert not item.gold
    with pytest.raises(InputError, match="nothing is annotated with 'explanation'"):
        evaluate("template", "emer", split="v2", data=small)


def test_the_two_languages_are_one_item(small: Path) -> None:
    first = clips(small, "v1")[0]
    assert first.conversation.utterances[0].text == "你还是来了。"
    assert first.facts == {"subtitle in English": "You came after all."}
    assert set(first.gold) == {"emotion", "explanation", "explanation in Chinese"}
    assert str(first.gold["explanation"]["0"]).endswith('even "over the moon".')


@pytest.mark.parametrize(
    ("name", "old", "new", "message", "line"),
    [
        ("gt-chi.csv", "sample_10000002", "sample_10000009", "has no 'sample_10000002'", 3),
        ("gt-chi.csv", "担忧", "高兴", "has no 'sample_10000002' that is worried", 3),
        ("gt-chi.csv", "担忧", "忧", "no '忧' here", 3),
        ("gt-eng.csv", "worried", "concerned", "that is concerned", 3),
    ],
)
def test_languages_that_differ_are_named_with_their_line(
    name: str, old: str, new: str, message: str, line: int, small: Path
) -> None:
    file = small / "mer" / "emer" / "dataset-v1" / name
    file.write_text(file.read_text("utf8").replace(old, new), "utf8")
    with pytest.raises(InputError, match=message) as error:
        clips(small, "v1")
    assert error.value.line == line
