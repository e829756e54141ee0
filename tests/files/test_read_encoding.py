"""Encodings, control characters and line ends, in files as people have them."""

from pathlib import Path

import pytest

from sentio.errors import InputError
from sentio.files import read

TALK = "Zoë: naïve “yes”… – it’s 5 €\nÅsa: ça va?\n"


def texts(folder: Path, data: bytes, name: str = "a.txt") -> list[str]:
    path = folder / name
    path.write_bytes(data)
    return [f"{u.speaker}: {u.text}" for chat in read(path) for u in chat.utterances]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_encodings_are_recognised(tmp_path: Path, encoding: str, mark: str) -> None:
    if mark and not encoding.endswith(("le", "be")):
        mark = ""
    assert texts(tmp_path, (mark + TALK).encode(encoding)) == TALK.splitlines()


def test_right_to_left_text_and_emoji_survive(tmp_path: Path) -> None:
    talk = "דנה: שלום 👩‍👩‍👧 🎉\nليلى: أنا سعيدة جدا 😭\n小明：你好！"
    for encoding in ("utf-8", "utf-16"):
        assert texts(tmp_path, talk.encode(encoding)) == [*talk.split("\n")[:2], "小明: 你好！"]


def test_windows_1252_late_in_a_long_ascii_file(tmp_path: Path) -> None:
    data = b"Ada: plain words\n" * 20_000 + "Bo: déjà vu – “again”\n".encode("cp1252")
    assert texts(tmp_path, data)[-1] == "Bo: déjà vu – “again”"


def test_a_windows_1252_line_pasted_into_utf8_leaves_the_rest_alone(tmp_path: Path) -> None:
    data = "Ada: é\n".encode() + "Bo: à la carte\n".encode("cp1252") + "Ada: ü 🎂\n".encode()
    assert texts(tmp_path, data) == ["Ada: é", "Bo: à la carte", "Ada: ü 🎂"]


@pytest.mark.parametrize("lines", [2, 9_000])
def test_bytes_without_meaning_are_replaced_and_no_line_is_lost(tmp_path: Path, lines: int) -> None:
    data = b"Ada: some words here\n" * lines + b"Bo: caf\x81 \x8d\x8f\x90\x9d\n" + b"Ada: more\n" * 5_000
    said = texts(tmp_path, data)
    assert said[lines] == "Bo: caf\ufffd \ufffd\ufffd\ufffd\ufffd"
    assert (len(said), said[-1]) == (lines + 5_001, "Ada: more")


@pytest.mark.parametrize("at", [0, 50, 99])
def test_a_stray_byte_in_utf8_of_another_script_costs_that_byte_only(tmp_path: Path, at: int) -> None:
    lines = ["Анна: Привет, как дела?".encode()] * 100
    lines[at] += b" \xd0"
    said = texts(tmp_path, b"\n".join(lines))
    assert said == ["Анна: Привет, как дела?" + " Ð" * (n == at) for n in range(100)]


@pytest.mark.parametrize(
    ("encoding", "talk"),
    [("gb2312", "小明: 今天天气很好\n"), ("cp1251", "Анна: Привет, как дела?\n"), ("cp1253", "Νίκος: Καλημέρα σας\n")],
)
def test_old_code_pages_of_other_scripts_are_refused_not_garbled(tmp_path: Path, encoding: str, talk: str) -> None:
    with pytest.raises(InputError, match=r"a\.txt:2: byte 0x.. is neither UTF-8 nor Windows-1252"):
        texts(tmp_path, b"Ada: Hi\n" + (talk * 9).encode(encoding))


def test_mixed_line_ends(tmp_path: Path) -> None:
    assert texts(tmp_path, b"A: 1\r\nB: 2\nC: 3\rD: 4\r\n\r\nE: 5") == ["A: 1", "B: 2", "C: 3", "D: 4", "E: 5"]


def test_unicode_line_separators_are_no_line_ends(tmp_path: Path) -> None:
    assert texts(tmp_path, "A: one\u2028B: two\x0bthree\n".encode()) == ["A: one\u2028B: two\x0bthree"]


def test_stray_nul_is_dropped_and_leftover_controls_are_mended(tmp_path: Path) -> None:
    data = "A: He\x92s h\0ere\x85 \x93yes\x94 \x97 ok\nB: and the next words are quite ordinary words\n".encode()
    assert texts(tmp_path, data)[0] == "A: He’s here… “yes” — ok"


def test_escapes_in_json_are_mended_too(tmp_path: Path) -> None:
    line = rb'{"speaker": "A\u0000da", "text": "it\u0092s \ud83d half, \ud83c\udf82 whole", "id": "\ud800"}'
    path = tmp_path / "a.jsonl"
    path.write_bytes(line)
    ((utterance,),) = (chat.utterances for chat in read(path))
    assert (utterance.speaker, utterance.text) == ("Ada", "it’s \ufffd half, 🎂 whole")
    assert utterance.id == "\ufffd"


def test_very_long_words_and_lines(tmp_path: Path) -> None:
    word = "a" * 10_000
    assert texts(tmp_path, f"Ada: {word}\nBo: {word * 30}\n".encode()) == [f"Ada: {word}", f"Bo: {word * 30}"]
