"""SRT and WebVTT with speaker tags."""

from pathlib import Path

import pytest

from sentio.errors import InputError
from sentio.files import read


def said(folder: Path, content: str, name: str = "film.srt") -> list[tuple[str, str, float | None, float | None]]:
    path = folder / name
    path.write_text(content, "utf8")
    (chat,) = read(path)
    return [(u.speaker, u.text, u.start, u.end) for u in chat.utterances]


def test_srt(tmp_path: Path) -> None:
    content = (
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>MARA: You are up\r\nearly: very.</i>\r\n\r\n"
        "2\r\n00:01:03,250 --> 01:00:00,000\r\nIt's Sunday &amp; cold.\r\n\r\n"
        "3\r\n00:02:00,000 --> 00:02:01,000\r\n- MARA: Come here.\r\n- [LILY] Why?\r\n- {\\an8}Because.\r\n"
    )
    assert said(tmp_path, content) == [
        ("MARA", "You are up early: very.", 1.0, 2.5),
        ("MARA", "It's Sunday & cold.", 63.25, 3600.0),
        ("MARA", "Come here.", 120.0, 121.0),
        ("LILY", "Why?", 120.0, 121.0),
        ("LILY", "Because.", 120.0, 121.0),
    ]


def test_webvtt(tmp_path: Path) -> None:
    content = (
        "WEBVTT - kitchen\n\nNOTE Ada: not spoken\n\nSTYLE\n::cue { color: red }\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start\n<v.loud Mara>Hi <b>you</b></v> <v Bo O'Neil>Ho\n\n"
        "00:00:03.000 --> 00:00:04.000\n<00:00:03.500>[Music]\n"
    )
    assert said(tmp_path, content, "film.vtt") == [
        ("Mara", "Hi you", 1.0, 2.0),
        ("Bo O'Neil", "Ho", 1.0, 2.0),
        ("Bo O'Neil", "[Music]", 3.0, 4.0),
    ]


@pytest.mark.parametrize(
    ("line", "speaker", "text"),
    [
        ("[SPEAKER_00]: Hello", "SPEAKER_00", "Hello"),
        ("[Anna] Hello", "Anna", "Hello"),
        ("[安娜] 你好", "安娜", "你好"),
        ("Dr. No: [laughs] no", "Dr. No", "[laughs] no"),
        ("- Anna: Hello", "Anna", "Hello"),
        (">> ANNA: Hello", "ANNA", "Hello"),
        ("&gt;&gt; ANNA: Hello", "ANNA", "Hello"),
        ("X: 10:30", "X", "10:30"),
    ],
)
def test_tags(tmp_path: Path, line: str, speaker: str, text: str) -> None:
    assert said(tmp_path, f"00:00:01,000 --> 00:00:02,000\n{line}\n")[0][:2] == (speaker, text)


@pytest.mark.parametrize("line", ["[Laughs] Oh!", "[MUSIC]", "[door slams] Oh", "the only answer is: no"])
def test_sounds_and_sentences_are_no_tags(tmp_path: Path, line: str) -> None:
    content = f"00:00:01,000 --> 00:00:02,000\nANNA: Hi\n\n00:00:02,000 --> 00:00:03,000\n{line}\n"
    assert said(tmp_path, content)[1][:2] == ("ANNA", line)


def test_words_before_the_first_name_have_an_unknown_speaker(tmp_path: Path) -> None:
    content = "00:01 --> 00:02\nSomewhere.\n\n00:02 --> 00:03\nANNA: Hi\n"
    assert [row[:2] for row in said(tmp_path, content)] == [("?", "Somewhere."), ("ANNA", "Hi")]


def test_cues_without_blank_lines_between(tmp_path: Path) -> None:
    content = "1\n00:00:01,000 --> 00:00:02,000\nA: Hi\n2\n00:00:02,000 --> 00:00:03,000\nB: Ho\n"
    assert [row[:2] for row in said(tmp_path, content)] == [("A", "Hi"), ("B", "Ho")]


def test_no_speaker_and_no_cue(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"film\.srt: no cue names a speaker; expected `NAME: words`"):
        said(tmp_path, "1\n00:00:01,000 --> 00:00:02,000\nHi there\n")
    with pytest.raises(InputError, match=r"film\.srt: no cue found; expected lines like"):
        said(tmp_path, "A: Hi\n")
