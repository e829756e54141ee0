"""MELD: the counts of the release, its gaps and clocks, and that the JSON release says the same."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

EXAMPLES = Path(__file__).parent / "examples"
HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"
ROW = '1,Which couch?,Monica,neutral,neutral,{id},3,9,"{time}","00:04:12,793"\n'
NOW = "00:04:11,250"


@cache
def split(name: str, data: Path, corpus: str = "meld") -> list[AnnotatedConversation]:
    return list(corpora.load(corpus, data).conversations(name))


def shifts(items: list[AnnotatedConversation]) -> int:
    """Changes of emotion against the same speaker's last utterance."""
    changes = 0
    for item in items:
        last: dict[str, object] = {}
        for utterance in item.conversation.utterances:
            emotion = item.gold["emotion"][utterance.id]
            changes += last.get(utterance.speaker, emotion) != emotion
            last[utterance.speaker] = emotion
    return changes


def has_gap(item: AnnotatedConversation) -> bool:
    return [int(u.id) for u in item.conversation.utterances] != list(range(len(item.conversation)))


def copy_of(tmp_path: Path, table: str) -> Path:
    (tmp_path / "meld").mkdir()
    (tmp_path / "meld" / "dev_sent_emo.csv").write_text(HEADER + table, encoding="utf-8")
    return tmp_path


def test_a_dialogue_is_read_with_ids_times_and_facts() -> None:
    first, second = split("train", EXAMPLES)
    assert [u.id for u in first.conversation.utterances] == ["0", "1", "3"]
    assert first.conversation.utterances[0].text == "Wait… you sold the couch?"
    assert first.gold["sentiment"] == {"0": "negative", "1": "neutral", "3": "negative"}
    assert first.facts == {"dialogue": "0", "season": "3", "episode": "9", "begins": 251.25}
    assert [u.start for u in first.conversation.utterances] == [0.0, 1.751, 4.85]
    assert first.conversation.utterances[1].end == 3.95
    assert [u.start for u in second.conversation.utterances] == [1.512, 0.0]
    assert second.conversation.utterances[1].text == "The dog did. And it’s not sorry."


def test_dialogues_of_dev_go_on_counting() -> None:
    assert [item.id for item in split("train", EXAMPLES)] == ["0", "2"]
    dev = split("validation", EXAMPLES)
    assert [(item.id, item.facts["dialogue"]) for item in dev] == [("1039", "0"), ("1040", "1")]


@pytest.mark.parametrize(
    ("table", "line", "cause"),
    [
        (ROW.format(id="0,0", time=NOW).replace("neutral", "bored", 1), 2, "'bored' is none of neutral"),
        (ROW.format(id="0,0", time="4:11"), 2, "'4:11' is no time"),
        (ROW.format(id="0,first", time=NOW), 2, "'first'"),
        (ROW.format(id="zero,0", time=NOW), 2, "'zero'"),
        (ROW.format(id="0,0", time=NOW) * 2, 3, "utterance '0' of '1039' is there twice"),
        (ROW.format(id="0,0", time=NOW) + ROW.format(id="1,0", time=NOW)[:-20], 3, "not a table"),
    ],
)
def test_what_does_not_fit_names_file_and_line(tmp_path: Path, table: str, line: int, cause: str) -> None:
    with pytest.raises(InputError, match=re.escape("dev_sent_emo.csv")) as error:
        split("validation", copy_of(tmp_path, table))
    assert error.value.line == line
    assert cause in str(error.value)


def test_a_dialogue_in_two_pieces_is_an_error(tmp_path: Path) -> None:
    table = "".join(ROW.format(id=own, time=NOW) for own in ("0,0", "1,0", "0,1"))
    with pytest.raises(InputError, match="'1039' is there twice"):
        split("validation", copy_of(tmp_path, table))


@pytest.mark.parametrize("corpus", ["meld", "meld_json"])
def test_label_counts(data: Path, corpus: str) -> None:
    counted = Counter(label for item in split("train", data, corpus) for label in item.gold["emotion"].values())
    assert counted == {
        "neutral": 4710, "joy": 1743, "surprise": 1205, "anger": 1109, "sadness": 683, "disgust": 271, "fear": 268,
    }  # fmt: skip


def test_sentiment_counts(data: Path) -> None:
    counted = Counter(label for item in split("train", data) for label in item.gold["sentiment"].values())
    assert counted == {"neutral": 4710, "negative": 2945, "positive": 2334}


def test_emotion_shifts(data: Path) -> None:
    assert (shifts(split("train", data)), shifts(split("validation", data))) == (4001, 427)


def test_gaps_and_missing_dialogue(data: Path) -> None:
    train, dev = split("train", data), split("validation", data)
    assert (sum(map(has_gap, train)), sum(map(has_gap, dev))) == (72, 2)
    assert {str(own) for own in range(1039)} - {item.id for item in train} == {"60"}


def test_dialogues_are_short(data: Path) -> None:
    lengths = [len(item.conversation) for item in split("train", data)]
    assert (min(lengths), max(lengths), lengths.count(1)) == (1, 24, 70)
    assert round(sum(lengths) / len(lengths), 1) == 9.6
    assert max(len(item.conversation.speakers) for item in split("train", data)) <= 9


def test_times_go_back_in_a_few_dialogues(data: Path) -> None:
    def back(item: AnnotatedConversation) -> bool:
        starts = [u.start or 0.0 for u in item.conversation.utterances]
        return starts != sorted(starts)

    assert (sum(map(back, split("train", data))), sum(map(back, split("validation", data)))) == (23, 4)
    for item in split("train", data):
        assert min(u.start or 0.0 for u in item.conversation.utterances) == 0.0
        assert all((u.end or 0.0) >= (u.start or 0.0) for u in item.conversation.utterances)


@pytest.mark.parametrize("corpus", ["meld", "meld_json"])
def test_no_dialogue_is_in_two_splits(data: Path, corpus: str) -> None:
    train, dev = ({item.id for item in split(name, data, corpus)} for name in ("train", "validation"))
    assert not train & dev


def test_windows_1252_is_gone(data: Path) -> None:
    raw = (data / "meld" / "meld.train.json").read_text("utf-8")
    assert "\x92" in json.loads(raw)["0"]["sentences"][0]
    for corpus in ("meld", "meld_json"):
        for item in [*split("train", data, corpus), *split("validation", data, corpus)]:
            for utterance in item.conversation.utterances:
                assert not any("\x7f" <= character <= "\xa0" for character in utterance.text + utterance.speaker)


def test_both_releases_say_the_same(data: Path) -> None:
    """Once repaired, the JSON release differs from the tables in ids and in the speaker of one turn."""
    differ = []
    for name in ("train", "validation"):
        for table, record in zip(split(name, data), split(name, data, "meld_json"), strict=True):
            assert table.id == record.id
            assert [u.text for u in table.conversation.utterances] == [u.text for u in record.conversation.utterances]
            assert list(table.gold["emotion"].values()) == list(record.gold["emotion"].values())
            for ours, theirs in zip(table.conversation.utterances, record.conversation.utterances, strict=True):
                if ours.speaker != theirs.speaker:
                    differ.append((table.id, ours.id, ours.speaker, theirs.speaker))
    assert differ == [("556", "6", "Joey", "Ross")]


def test_one_hot_codes_are_the_speakers(data: Path) -> None:
    """Neighbouring turns have one code where they have one speaker, but for one pair."""
    wrong = []
    for name in ("train", "valid"):
        dialogues = json.loads((data / "meld" / f"meld.{name}.json").read_text("utf-8"))
        for own, record in dialogues.items():
            codes, speakers = record["genders"], record["speakers"]
            assert all(len(code) == 9 and sum(code) == 1 for code in codes)
            for turn in range(1, len(codes)):
                if (codes[turn] == codes[turn - 1]) != (speakers[turn] == speakers[turn - 1]):
                    wrong.append((name, own, turn))
    assert wrong == [("train", "556", 6)]
