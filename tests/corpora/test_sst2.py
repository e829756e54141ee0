"""SST-2: rows and labels."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize(("split", "negative", "positive"), [("train", 3310, 3610), ("validation", 428, 444)])
def test_label_counts(data: Path, split: str, negative: int, positive: int) -> None:
    items = corpora.load("sst2", data).conversations(split)
    labels = Counter(item.gold["sentiment"]["0"] for item in items)
    assert labels == {"negative": negative, "positive": positive}


def test_a_sentence_is_named_by_its_line() -> None:
    items = list(corpora.load("sst2", EXAMPLES).conversations("train"))
    assert [item.id for item in items] == ["1", "2", "3"]
    assert items[2].conversation.utterances[0].text.startswith('"oh dear')
    assert items[2].gold == {"sentiment": {"0": "negative"}}
