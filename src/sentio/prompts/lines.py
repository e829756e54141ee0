"""How a conversation stands in a prompt: one line an utterance, each speaker under one name.

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="kitchen", utterances=(
...     Utterance(id="0", speaker="Ada", text="Who ate\\nmy cake?"),
...     Utterance(id="1", speaker="", text=""),
... ))
>>> lines(chat.utterances, names(chat))
('Ada: Who ate my cake?', 'SPEAKER_1: [no words]')
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from sentio.conversation import Conversation, Utterance

PSEUDONYMS = {
    "Ses01F": "MARY",
    "Ses01M": "JAMES",
    "Ses02F": "PATRICIA",
    "Ses02M": "JOHN",
    "Ses03F": "JENNIFER",
    "Ses03M": "ROBERT",
    "Ses04F": "LINDA",
    "Ses04M": "MICHAEL",
    "Ses05F": "ELIZABETH",
    "Ses05M": "WILLIAM",
}
"""Names for the speakers of IEMOCAP, by session and sex (code released with PRC-Emo)."""

NO_NAME = re.compile(r"\W*|\W*[\d_]+\W*|[A-Za-z]")
"""What names nobody: nothing, signs, a number, a single letter."""

NO_WORDS = "[no words]"
"""Stands for an utterance without a text."""

CHINESE, KANA = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"), re.compile(r"[\u3040-\u30ff]")


def is_chinese(conversation: Conversation) -> bool:
    """Whether what is said is Chinese: at least half of its letters are Han characters, and hardly one is kana.

    >>> from sentio.conversation import Utterance
    >>> def chat(text):
    ...     return Conversation(id="c", utterances=(Utterance(id="0", speaker="李雷", text=text),))
    >>> is_chinese(chat("我刚从 Berlin 回来，累死了")), is_chinese(chat("Ni hao 你好")), is_chinese(chat("日本語です"))
    (True, False, False)
    """
    text = "".join(utterance.text for utterance in conversation.utterances)
    letters = sum(map(str.isalpha, text))
    han, kana = len(CHINESE.findall(text)), len(KANA.findall(text))
    return letters > 0 and 2 * han >= letters and 20 * kana < letters


def names(conversation: Conversation) -> dict[str, str]:
    """The name each speaker has in prompts.

    A name is kept (MELD's characters, a user's own chat); the speakers of IEMOCAP have pseudonyms, and who has no
    name is `SPEAKER_k`, k the order of first appearance from 0 (released code).
    """
    given = {speaker: _given(speaker) for speaker in conversation.speakers}
    taken = set(given.values())
    shown = {}
    for place, (speaker, name) in enumerate(given.items()):
        shown[speaker] = name or _numbered(place, taken)
    return shown


def lines(utterances: Iterable[Utterance], names: Mapping[str, str], *, quoted: bool = False) -> tuple[str, ...]:
    """`name: text` of each utterance, without line ends inside; `name: "text"` when quoted."""
    mark = '"' if quoted else ""
    return tuple(f"{names[utterance.speaker]}: {mark}{said(utterance.text)}{mark}" for utterance in utterances)


def latest(lines: Sequence[str], room: int, count: Callable[[str], int]) -> tuple[str, ...]:
    """The last lines that fit into `room` tokens together, in their order; each costs one more for its line end.

    The very last line is always there: where even it is too long, its beginning is.

    >>> latest(["Ada: Who ate my cake?", "Bo: Not me.", "Ada: Who then?"], 8, lambda line: len(line.split()))
    ('Bo: Not me.', 'Ada: Who then?')
    >>> latest(["Ada: Who ate my cake?"], 4, lambda line: len(line.split()))
    ('Ada: Who …',)
    """
    kept: list[str] = []
    for line in reversed(lines):
        if (room := room - count(line) - 1) < 0:
            break
        kept.insert(0, line)
    return tuple(kept) or tuple(_beginning(line, room + count(line), count) for line in lines[-1:])


def _beginning(line: str, room: int, count: Callable[[str], int]) -> str:
    """As many characters of a line as fit, and a sign that more was said; the sign alone where nothing fits."""
    long = bisect_right(range(1, len(line)), room, key=lambda end: count(f"{line[:end]} …"))
    return f"{line[:long].rstrip()} …".lstrip()


def said(text: str) -> str:
    """A text on one line, half characters replaced; `NO_WORDS` where there is none.

    >>> said("  Not\\tme. ")
    'Not me.'
    """
    return _line(text) or NO_WORDS


def _line(text: str) -> str:
    """Half of a surrogate pair is no text that a tokenizer takes."""
    return " ".join(text.split()).encode("utf8", "replace").decode("utf8")


def _given(speaker: str) -> str:
    name = _line(speaker)
    return PSEUDONYMS.get(name) or ("" if NO_NAME.fullmatch(name) else name)


def _numbered(place: int, taken: set[str]) -> str:
    """A user's file may call someone SPEAKER_0 already."""
    name = f"SPEAKER_{place}"
    while name in taken:
        name += "_"
    taken.add(name)
    return name
