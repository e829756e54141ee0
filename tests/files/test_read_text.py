"""`Name: words` and WhatsApp exports."""

from pathlib import Path

import pytest

from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.files import read


def read_text(folder: Path, content: str, format: str | None = None) -> Conversation:
    path = folder / "chat.txt"
    path.write_text(content, "utf8")
    (chat,) = read(path, format=format)
    return chat


def said(chat: Conversation) -> list[tuple[str, str]]:
    return [(u.speaker, u.text) for u in chat.utterances]


def test_the_example_of_the_project() -> None:
    (chat,) = read(Path(__file__).parents[2] / "examples" / "kitchen.txt")
    assert (chat.id, len(chat), chat.speakers) == ("kitchen", 17, ("Bhavna", "Nitin", "Tejas"))
    assert chat.utterances[0].text == "Did you call him?"
    assert {u.start for u in chat.utterances} == {None}


@pytest.mark.parametrize(
    ("line", "speaker", "text", "start"),
    [
        ("Ada: hi", "Ada", "hi", None),
        ("Dr. No: a: b", "Dr. No", "a: b", None),
        ("R2:D2: beep", "R2:D2", "beep", None),
        ("[10:30] A: x", "A", "x", None),
        ("[1:02:03] A: at 10:30: go", "A", "at 10:30: go", 3723.0),
        ("00:01:02 A: x", "A", "x", 62.0),
        ("00:01:02.500 - A: x", "A", "x", 62.5),
        ("(12:30) A: x", "A", "x", None),
        ("12:30 PM - A: x", "A", "x", None),
        ("A (00:01): x", "A", "x", None),
        ("Speaker 1 [00:00:05]: x", "Speaker 1", "x", None),
        ("小明：你好", "小明", "你好", None),
        ("小明:你好", "小明", "你好", None),
        ("Ada:", "Ada", "", None),
        ("**Ada:** a **b**", "Ada", "a **b**", None),
        ("**Ada**: x", "Ada", "x", None),
        ("2023-12-31 21:15:03 A: x", "A", "x", None),
        ("31.12.2023, 21:15 A: x", "A", "x", None),
        ("  Ada :  spaced  ", "Ada", "spaced", None),
        ("O'Neil-Smith, Jr.: x", "O'Neil-Smith, Jr.", "x", None),
        ("Juan de la Cruz: x", "Juan de la Cruz", "x", None),
        ("@user_1: see http://x.org/a: yes", "@user_1", "see http://x.org/a: yes", None),
    ],
)
def test_where_the_name_ends(tmp_path: Path, line: str, speaker: str, text: str, start: float | None) -> None:
    (utterance,) = read_text(tmp_path, f"{line}\n").utterances
    assert (utterance.speaker, utterance.text, utterance.start) == (speaker, text, start)


@pytest.mark.parametrize(
    "line",
    [
        "and then she told me: never again",
        "What do you think? I say: go",
        "http://example.org/a",
        "we meet at 10:30: be there",
        "x" * 41 + ": too long for a name",
        "haha :D",
        ": nobody",
        '"quoted": words',
        "a\tb: c",
    ],
)
def test_lines_without_a_name_go_on_with_the_turn_before(tmp_path: Path, line: str) -> None:
    assert said(read_text(tmp_path, f"Ada: well\n{line}\n\nBo: ok\n")) == [("Ada", f"well\n{line}"), ("Bo", "ok")]


def test_blocks_titles_and_words_below_the_name(tmp_path: Path) -> None:
    script = "The last cake\n\nADA:\nYou baked it.\n\nYesterday.\n\nBO:\nSo?\n"
    assert said(read_text(tmp_path, script)) == [("ADA", "You baked it.\nYesterday."), ("BO", "So?")]


def test_no_speaker_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"chat\.txt: no line names a speaker; expected lines like `Name: words`"):
        read_text(tmp_path, "Once upon a time there was a cake.\n")


ANDROID = """\
12/31/23, 9:15 PM - Messages and calls are end-to-end encrypted. Tap to learn more.
12/31/23, 9:15 PM - Mara created group "Cake: the party"
12/31/23, 9:16 PM - Mara: Happy new year!
To all of you:

and the cats
12/31/23, 9:16 PM - +49 171 1234567: <Media omitted>
12/31/23, 9:17 PM - Jonas: 10:30: ok?
12/31/23, 9:18 PM - Mara added Lily
12/31/23, 9:18 PM - Lily: 🎉
"""
SAID = [
    ("Mara", "Happy new year!\nTo all of you:\n\nand the cats"),
    ("+49 171 1234567", "<Media omitted>"),
    ("Jonas", "10:30: ok?"),
    ("Lily", "🎉"),
]


def test_whatsapp_from_android(tmp_path: Path) -> None:
    assert said(read_text(tmp_path, ANDROID)) == SAID


def test_whatsapp_from_ios(tmp_path: Path) -> None:
    lines = [
        "[31.12.23, 21:15:03] Cake: \u200eMessages and calls are end-to-end encrypted. No one outside of this chat, "
        "not even WhatsApp, can read or listen to them.",
        "[31.12.23, 21:15:09] Mara: Hi",
        "\u200e[31.12.23, 21:15:10] ~\u202fBo B.: \u200eimage omitted",
        "[31.12.23, 21:15:11] \u202aLily\u202c: שלום",
    ]
    assert said(read_text(tmp_path, "\r\n".join(lines))) == [
        ("Mara", "Hi"),
        ("Bo B.", "image omitted"),
        ("Lily", "שלום"),
    ]


@pytest.mark.parametrize(
    "stamp",
    [
        "31/12/2023, 21:15 - ",
        "31.12.23, 21:15 - ",
        "31/12/2023 à 21:15 - ",
        "31.12.2023 klo 21.15 - ",
        "2023-12-31, 9:15 p. m. - ",
        "31/12/23 9:15 p.\u00a0m. - ",
        "12/31/23, 9:15\u202fPM - ",
        "2023/12/31 下午9:15 - ",
        "2023. 12. 31. 오후 9:15, ",
        "2023년 12월 31일 오후 9:15, ",
        "٣١/١٢/٢٠٢٣، ٩:١٥ م - ",
        "[12/31/23, 9:15:03\u202fPM] ",
        "[2023-12-31, 9:15:03 PM] ",
        "[31/12/2023, 21:15:03] ",
        "\u200e[31.12.23 um 21:15:03] ",
    ],
)
def test_whatsapp_in_many_languages(tmp_path: Path, stamp: str) -> None:
    talk = f"{stamp}Mara: Hi\nthere\n{stamp}Mara left\n{stamp}José Núñez: ok\n"
    assert said(read_text(tmp_path, talk)) == [("Mara", "Hi\nthere"), ("José Núñez", "ok")]


def test_whatsapp_without_messages(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no message found; expected lines like"):
        read_text(tmp_path, "31/12/2023, 21:15 - Mara left\n")
    with pytest.raises(InputError, match="no message found"):
        read_text(tmp_path, "Ada: hi\n", format="whatsapp")
