"""PRC-Emo's demonstrations: the measured counts of the released file."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError

EXAMPLES = Path(__file__).parent / "examples"


def test_counts(data: Path) -> None:
    items = list(corpora.load("prc_demonstrations", data).conversations("train"))
    assert len(items) == 14009
    labels = Counter(item.gold["emotion"]["0"] for item in items)
    assert labels == {"neutral": 3309, "sad": 2816, "happy": 2721, "fear": 2603, "anger": 2560}
    assert len({item.conversation.utterances[0].text for item in items}) == 13916


def test_a_sentence_is_named_by_its_row() -> None:
    items = list(corpora.load("prc_demonstrations", EXAMPLES).conversations("train"))
    assert [item.id for item in items] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"sentence": "a", "label": "fear"}', "a list of sentences is expected"),
        ('[{"sentence": "a", "label": "angry"}]', "sentence 0 has the label 'angry'"),
        ('[{"sentence": "a"}]', "no 'label' here"),
    ],
)
def test_another_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "prc_demonstrations").mkdir()
    (tmp_path / "prc_demonstrations" / "sentence_label_data_with_emotion.json").write_text(text)
    with pytest.raises(InputError, match=message):
        list(corpora.load("prc_demonstrations", tmp_path).read("train"))
