"""JSON and JSON lines, in the shapes people and corpora use."""

import io
import json
import sys
from pathlib import Path

import pytest

from sentio.conversation import Conversation, Speaker, Utterance
from sentio.errors import InputError
from sentio.files import Columns, read

CHAT = [{"role": "user", "content": "I failed."}, {"role": "assistant", "content": "Oh no."}]
SAID = [("user", "I failed."), ("assistant", "Oh no.")]
OURS = Conversation(
    id="k",
    utterances=(Utterance(id="u0", speaker="Ada", text=" Hi ", start=0.5, end=1.0, audio="a.wav"),),
    profiles={"Ada": Speaker(name="Ada", gender="F", traits={"openness": 0.7})},
)


def write(folder: Path, value: object, name: str = "chats.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1), "utf8")
    return path


def flat(chats: list[Conversation]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(c.id, [(u.speaker, u.text) for u in c.utterances]) for c in chats]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (CHAT, [("chats", SAID)]),
        ({"messages": CHAT}, [("chats", SAID)]),
        ({"id": 7, "title": "x", "messages": CHAT}, [("7", SAID)]),
        ([{"messages": CHAT}, {"id": "b", "messages": CHAT}], [("chats-1", SAID), ("b", SAID)]),
        ([CHAT, CHAT], [("chats-1", SAID), ("chats-2", SAID)]),
        ({"one": CHAT, "two": {"dialog": CHAT}}, [("one", SAID), ("two", SAID)]),
        ([{"id": "g", "conversations": [{"from": "human", "value": "Hi"}]}], [("g", [("human", "Hi")])]),
        ([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url"}]}],
         [("chats", [("user", "a")])]),
        ([{"role": "assistant", "content": None}], [("chats", [("assistant", "")])]),
        ({"m": {"sentences": ["a", "b"], "speakers": ["X", "Y"], "genders": [[1], [0]]}},
         [("m", [("X", "a"), ("Y", "b")])]),
        ({"i": {"labels": [0], "sentences": ["a"], "genders": ["M"]}}, [("i", [("M", "a")])]),
        ([{"dialogue_id": 3, "speaker": "A", "text": "x"}, {"dialogue_id": 4, "speaker": "B", "text": "y"}],
         [("3", [("A", "x")]), ("4", [("B", "y")])]),
        ({"episodes": [{"scenes": [{"scene_id": "s1", "utterances": [{"speakers": ["R", "J"], "transcript": "a"}]}]}]},
         [("s1", [("R, J", "a")])]),
        ({"id": "w", "utterances": [{"speaker": "A", "text": "x"}]}, [("w", [("A", "x")])]),
    ],
)  # fmt: skip
def test_shapes(tmp_path: Path, value: object, expected: object) -> None:
    assert flat(read(write(tmp_path, value))) == expected


def test_our_own_conversations_come_back_to_the_letter(tmp_path: Path) -> None:
    assert read(write(tmp_path, OURS.model_dump_json())) == [OURS]
    other = OURS.model_copy(update={"id": "l"})
    assert read(write(tmp_path, [json.loads(OURS.model_dump_json()), json.loads(other.model_dump_json())])) == [
        OURS,
        other,
    ]
    assert read(write(tmp_path, f"{OURS.model_dump_json()}\n{other.model_dump_json()}\n", "a.jsonl")) == [OURS, other]


def test_keys_given_by_the_user(tmp_path: Path) -> None:
    path = write(tmp_path, [{"who": "a", "speaker": "not me", "what": "hm", "text": "not this"}])
    assert flat(read(path, columns=Columns(speaker="who", text="what"))) == [("chats", [("a", "hm")])]


def test_a_bad_conversation_is_reported_and_the_others_read(tmp_path: Path) -> None:
    value = {
        "a": {"sentences": ["x"], "speakers": ["X", "Y"]},
        "b": {"sentences": ["x"]},
        "c": [{"role": "user", "content": "x"}, {"role": "user"}],
        "d": [{"content": "x"}],
        "e": [{"role": "", "content": "x"}],
        "f": [{"role": "user", "content": {"deep": 1}}],
        "good": CHAT,
    }
    errors: list[InputError] = []
    path = write(tmp_path, value)
    assert flat(read(path, on_error=errors.append)) == [("good", SAID)]
    assert [str(e).removeprefix(f"{path}: ") for e in errors] == [
        "conversation 'a': 1 texts but 2 speakers",
        "conversation 'b': no speakers beside the texts; expected a list named one of: speakers, genders, names, roles",
        "conversation 'c': utterance 2 has no text or no speaker",
        "conversation 'd': no column for the speaker among: content; name it with --speaker-column NAME",
        "conversation 'e': no speaker",
        "conversation 'f': the text is not a string: {'deep': 1}",
    ]
    with pytest.raises(InputError, match="conversation 'a': 1 texts but 2 speakers"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a":\n tru}', r"chats\.json:2: broken JSON: Expecting value at column 2"),
        ('[{"a": 1}', r"chats\.json:1: broken JSON"),
        (
            '{"a": 1}\n x',
            r"chats\.json:2: broken JSON: Extra data at column 2 \(one value a line\? then give --input-format jsonl\)",
        ),
        ("[" * 100_000, "JSON that cannot be read"),
        (f"[{'9' * 5000}]", "JSON that cannot be read"),
        ('{"numbers": [1, 2]}', "no utterances found; expected objects with a text and a speaker"),
    ],
)
def test_broken_documents(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(write(tmp_path, content), format="json")


def test_one_utterance_a_line_with_bad_lines_between(tmp_path: Path) -> None:
    lines = [
        '{"dialogue_id": 1, "turn_id": 5, "speaker": "A", "text": "x", "start": "0:00:01.5", "end": 2}',
        "",
        '{"dialogue_id": 1, "speaker": "A", "text": ',
        '{"dialogue_id": 1, "speaker": null, "text": "y"}',
        '{"dialogue_id": 1, "text": "y"}',
        "[1, 2]",
        '"text"',
        '{"dialogue_id": 2, "speaker": "B", "text": "🎂", "start": NaN}',
        '{"id": "w", "messages": [{"role": "user", "content": "z"}]}',
        '{"messages": [{"role": "user", "content": "z"}]}',
    ]
    errors: list[InputError] = []
    path = write(tmp_path, "\n".join(lines), "a.jsonl")
    chats = read(path, on_error=errors.append)
    assert [(c.id, u.id, u.speaker, u.text, u.start, u.end) for c in chats for u in c.utterances] == [
        ("1", "5", "A", "x", 1.5, 2.0),
        ("2", "0", "B", "🎂", None, None),
        ("w", "0", "user", "z", None, None),
        ("a-10", "0", "user", "z", None, None),
    ]
    assert [error.line for error in errors] == [3, 4, 5, 6, 7]
    assert str(errors[0]) == f"{path}:3: broken JSON: Expecting value at column 44"
    with pytest.raises(InputError, match=r"a\.jsonl:3: broken JSON"):
        read(path)


def test_json_lines_in_a_json_file_are_recognised(tmp_path: Path) -> None:
    path = write(tmp_path, '{"speaker": "A", "text": "x"}\n{"speaker": "B", "text": "y"}\n')
    assert flat(read(path)) == [("chats", [("A", "x"), ("B", "y")])]


def test_rows_of_sentios_own_output(tmp_path: Path) -> None:
    row = {"conversation": "c", "utterance": "u7", "index": 0, "speaker": "A", "text": "x", "labels": "meld",
           "emotion": "joy", "probabilities": {"joy": 1.0}, "valence": 0.1, "shift": False}  # fmt: skip
    (chat,) = read(write(tmp_path, json.dumps(row), "out.jsonl"))
    assert (chat.id, chat.utterances[0].id, chat.utterances[0].text) == ("c", "u7", "x")


def test_a_line_nested_deeper_is_named_by_its_own_id_not_by_a_key(tmp_path: Path) -> None:
    lines = [{"custom_id": "1", "body": {"messages": CHAT}}, {"id": 2, "body": {"messages": CHAT}},
             {"request": {"body": {"messages": CHAT}}}, {"a": {"messages": CHAT}, "b": {"messages": CHAT}}]  # fmt: skip
    path = write(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "batch.jsonl")
    assert flat(read(path)) == [(id, SAID) for id in ("1", "2", "batch-3", "batch-4", "batch-4/b")]


def test_our_own_conversations_are_mended_like_any_others(tmp_path: Path) -> None:
    utterances = [{"id": "5\0", "speaker": "A\0da", "text": "a\0b it\x92s"}, {"id": "6", "speaker": "\0", "text": ""}]
    whole = {"id": "x\0", "offset": 5, "utterances": utterances, "profiles": {"A\0da": {"name": "A\0da"}}}
    (chat,) = read(write(tmp_path, whole))
    assert (chat.id, chat.offset, chat.profiles) == ("x", 5, {"Ada": Speaker(name="Ada")})
    assert [(u.id, u.speaker, u.text) for u in chat.utterances] == [("5", "Ada", "ab it’s"), ("6", "\ufffd", "")]


@pytest.mark.parametrize("speaker", ["", " "])
def test_nobody_is_nameless_in_our_own_conversations(tmp_path: Path, speaker: str) -> None:
    whole = {"id": "x", "offset": 5, "utterances": [{"id": "5", "speaker": speaker, "text": "hm"}]}
    with pytest.raises(InputError, match="utterance 1 has no speaker"):
        read(write(tmp_path, whole))


LONG = [*CHAT, {"role": "user", "content": "word " * 20_000}]


@pytest.mark.parametrize("name", ["long.json", "-"])
@pytest.mark.parametrize(
    "first",
    [{"id": "1", "messages": LONG}, {"messages": LONG}, {"custom_id": "1", "body": {"messages": LONG}}, LONG[2]],
)
def test_a_first_line_beyond_the_window_is_taken_for_one_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, first: object
) -> None:
    path = write(tmp_path, f"{json.dumps(first)}\n{json.dumps({'messages': CHAT})}\n", "long.json")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert [u.text for chat in read(path if name != "-" else "-") for u in chat.utterances][-1] == "Oh no."


@pytest.mark.parametrize("value", [{"one": LONG, "two": CHAT}, {"version": 1, "data": {"one": LONG}}, [LONG, CHAT]])
def test_a_document_on_one_line_beyond_the_window_is_still_a_document(tmp_path: Path, value: object) -> None:
    path = write(tmp_path, json.dumps(value))
    assert flat(read(path)) == flat(read(path, format="json"))
