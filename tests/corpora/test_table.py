"""A user's own table: which column is what, whose labels, and mistakes with their line."""

import json
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


def write(folder: Path, name: str, *lines: str) -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def read(name: str) -> list[AnnotatedConversation]:
    return list(corpora.load(name).conversations("all"))


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    name = write(
        tmp_path,
        "my.csv",
        "Dialogue_ID,Turn ID,Speaker,Utterance,Emotion",
        "a,1,Ada,You baked?,surprise",
        'a,2,Bo,"No, I bought it.",',
        "b,1,Ada,Oh.,SADNESS",
    )
    first, second = read(name)
    assert (first.id, second.id) == ("a", "b")
    assert [(u.id, u.speaker, u.text) for u in first.conversation.utterances] == [
        ("1", "Ada", "You baked?"),
        ("2", "Bo", "No, I bought it."),
    ]
    assert first.gold == {"emotion": {"1": "surprise"}}
    assert second.gold == {"emotion": {"1": "sadness"}}


def test_a_table_of_texts_is_enough(tmp_path: Path) -> None:
    first, second = read(write(tmp_path, "my.tsv", "text", "Hello", "Go away"))
    assert (first.id, second.id) == ("line 2", "line 3")
    assert first.gold == {"emotion": {}}


def test_a_row_that_names_no_conversation_is_one_of_its_own(tmp_path: Path) -> None:
    table = ("conversation,id,text", ",,a", ",,b", "4,,c", "4,,d", " ,7,e", "9,,f")
    found = read(write(tmp_path, "my.csv", *table))
    assert [(item.id, [(u.id, u.text) for u in item.conversation.utterances]) for item in found] == [
        ("line 2", [("0", "a")]),
        ("line 3", [("0", "b")]),
        ("4", [("0", "c"), ("1", "d")]),
        ("line 6", [("7", "e")]),
        ("9", [("0", "f")]),
    ]
    objects = ({"conversation": None, "text": "a"}, {"text": "b"}, {"conversation": "", "text": "c"})
    found = read(write(tmp_path, "my.jsonl", *map(json.dumps, objects)))
    assert [item.id for item in found] == ["line 1", "line 2", "line 3"]


@pytest.mark.parametrize("rows", [(",a", "line 2,b"), ("line 3,a", ",b")])
def test_a_row_without_conversation_joins_none_called_like_it(tmp_path: Path, rows: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"conversation 'line [23]' goes on after another one"):
        read(write(tmp_path, "my.csv", "conversation,text", *rows))


def test_a_cell_may_go_over_lines(tmp_path: Path) -> None:
    first, second = read(write(tmp_path, "my.csv", "text,label", '"I said:', 'Go ""home""!",anger', "Fine.,joy"))
    assert first.conversation.utterances[0].text == 'I said:\nGo "home"!'
    assert (first.id, second.id) == ("line 2", "line 4")


def test_no_row_is_lost_where_a_quote_is_left_open(tmp_path: Path) -> None:
    rows = ("text,label", "Hello.,joy", '"Go away!,anger', "Fine.,joy", '"Well, well.",surprise')
    for table in (rows, rows[:-1]):
        with pytest.raises(InputError, match="is a quote left open here") as error:
            read(write(tmp_path, "my.csv", *table))
        assert error.value.line == 3


def test_json_lines(tmp_path: Path) -> None:
    rows = [
        {"conversation": 7, "speaker": "Ada", "text": "Fine.", "label": "joy"},
        {"conversation": 7, "text": "No."},
        {"conversation": 8, "text": "Yes.", "label": None},
    ]
    first, second = read(write(tmp_path, "my.jsonl", *map(json.dumps, rows)))
    assert first.gold == {"emotion": {"0": "joy"}}
    assert [u.speaker for u in first.conversation.utterances] == ["Ada", ""]
    assert (second.id, second.gold) == ("8", {"emotion": {}})


def test_the_sidecar_names_columns_labels_and_space(tmp_path: Path) -> None:
    name = write(tmp_path, "my.csv", "text,what was said,mood", "x1,Go away!,Furious", "x2,Hm.,neutral")
    write(
        tmp_path,
        "my.toml",
        'space = "ekman"',
        "[columns]",
        'text = "what was said"',
        'utterance = "text"',
        "[labels]",
        'furious = "anger"',
    )
    corpus = corpora.load(name)
    assert corpus.name == "my"
    assert corpus.card.spaces == {"emotion": "ekman"}
    assert [item.gold["emotion"] for item in corpus.conversations("all")] == [{"x1": "anger"}, {"x2": "neutral"}]


@pytest.mark.parametrize(
    ("found", "space"),
    [
        (("anger", "joy", "neutral"), "ekman"),
        (("positive", "negative"), "sentiment2"),
        (("positive", "negative", "neutral"), "sentiment3"),
        (("admiration", "grief"), "goemotions"),
        (("happy", "excited"), "iemocap6"),
    ],
)
def test_the_smallest_space_that_holds_the_labels(tmp_path: Path, found: tuple[str, ...], space: str) -> None:
    name = write(tmp_path, "my.csv", "text,label", *(f"x,{label}" for label in found))
    assert corpora.load(name).card.spaces == {"emotion": space}


def test_labels_of_no_space_are_the_tables_own(tmp_path: Path) -> None:
    card = corpora.load(write(tmp_path, "my.csv", "text,label", "x,wistful", "y,hangry")).card
    assert card.spaces == {}
    assert card.layers == {"emotion": ("hangry", "wistful")}


def test_labels_of_no_space_are_in_lower_case(tmp_path: Path) -> None:
    name = write(tmp_path, "my.csv", "text,label", "x,Süß", "y,süß", "z,wry")
    write(tmp_path, "my.toml", "[labels]", 'WRY = "Ironic"')
    corpus = corpora.load(name)
    assert corpus.card.layers == {"emotion": ("ironic", "süß")}
    assert [item.gold["emotion"]["0"] for item in corpus.conversations("all")] == ["süß", "süß", "ironic"]


def test_the_sidecar_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    name = write(tmp_path, "my.csv", "text,label", "x,glad")
    write(tmp_path, "my.toml", "[labels]", 'glad = "joy"')
    before = corpora.load(name).fingerprint("all")
    write(tmp_path, "my.toml", "[labels]", 'glad = "surprise"')
    assert corpora.load(name).fingerprint("all") != before


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (("speaker,label", "Ada,joy"), 2, r"no column for the text; name it under \[columns\] in my.toml"),
        (("text,label", "x,joy,2"), 2, "3 cells where 2 are expected"),
        (("conversation,text", "a,x", "b,x", "a,y"), 4, "conversation 'a' goes on after another one"),
        (("conversation,id,text", "a,1,x", "a,1,y"), 3, "conversation 'a' has two utterances '1'"),
        (("text,label,text", "x,joy,y"), 1, "column 'text' is there twice"),
        (("text,label",), 1, "holds nothing below its header"),
        ((), 1, "holds nothing"),
    ],
)
def test_mistakes_in_a_table(tmp_path: Path, lines: tuple[str, ...], line: int, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        read(write(tmp_path, "my.csv", *lines))
    assert error.value.path == tmp_path / "my.csv"
    assert error.value.line == line


@pytest.mark.parametrize(
    ("sidecar", "file", "message"),
    [
        ('space = "ekmann"', "my.toml", "unknown label space 'ekmann'; did you mean 'ekman'"),
        ("space = ", "my.toml", "not TOML"),
        ("spaces = 1", "my.toml", "spaces: Extra inputs"),
        ('[columns]\nsubtext = "text"', "my.toml", "columns.subtext"),
        ('[columns]\ntext = "txt"', "my.csv", "no column 'txt', which my.toml names for the text"),
        ('space = "ekman"', "my.csv", "unknown label 'joyy'; did you mean 'joy'"),
    ],
)
def test_mistakes_in_a_sidecar(tmp_path: Path, sidecar: str, file: str, message: str) -> None:
    name = write(tmp_path, "my.csv", "text,label", "x,joyy")
    write(tmp_path, "my.toml", sidecar)
    with pytest.raises(InputError, match=message) as error:
        read(name)
    assert Path(error.value.path or "").name == file


def test_a_table_that_is_not_there() -> None:
    with pytest.raises(InputError, match="missing"):
        corpora.load("nowhere/my.csv")


def test_a_nested_cell_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no text"):
        read(write(tmp_path, "my.jsonl", '{"text": ["a", "b"]}'))


def test_recordings_stand_beside_the_table_and_times_say_where_in_them(tmp_path: Path) -> None:
    name = write(
        tmp_path,
        "my.csv",
        "conversation,text,audio,video,Start Time,end",
        f'a,Hello?,call.wav,,0,1.5\na,Yes.,call.wav,clips/1.mp4,"00:00:01,500",2\na,Bye.,{tmp_path / "x.wav"},,,',
        "b,Written.,, ,2020-01-01 10:00,later",
    )
    spoken, written = read(name)
    first, second, third = spoken.conversation.utterances
    assert (first.audio, first.video, first.start, first.end) == (str(tmp_path / "call.wav"), None, 0, 1.5)
    assert (second.video, second.start, second.end) == (str(tmp_path / "clips" / "1.mp4"), 1.5, 2)
    assert (third.audio, third.start) == (str(tmp_path / "x.wav"), None)
    assert written.conversation.utterances[0].model_dump(exclude_none=True) == {
        "id": "0",
        "speaker": "",
        "text": "Written.",
    }


@pytest.mark.parametrize("time", ["soon", "inf", "1:2"])
def test_a_time_in_a_recording_that_is_none(tmp_path: Path, time: str) -> None:
    with pytest.raises(InputError, match="does not fit") as error:
        read(write(tmp_path, "my.csv", "text,audio,start", "x,a.wav,0", f"y,a.wav,{time}"))
    assert error.value.line == 3


def test_a_column_may_name_splits(tmp_path: Path) -> None:
    rows = ("train,a,x", "train,a,y", "validation,b,z", ",c,w")
    corpus = corpora.load(write(tmp_path, "my.csv", "split,conversation,text", *rows))
    assert corpus.splits == ("all", "train", "validation")
    found = {split: [item.id for item in corpus.conversations(split)] for split in corpus.splits}
    assert found == {"all": ["a", "b", "c"], "train": ["a"], "validation": ["b"]}


def test_a_conversation_in_two_splits_is_told(tmp_path: Path) -> None:
    name = write(tmp_path, "my.csv", "split,conversation,text", "train,a,x", "validation,a,y")
    with pytest.raises(InputError, match="conversation 'a' is in two splits") as error:
        list(corpora.load(name).conversations("train"))
    assert error.value.line == 3
