"""What support knows besides the conversation, from a file, and how far it thinks the support has got."""

from pathlib import Path

import pytest

from sentio import Conversation, Utterance
from sentio.errors import InputError
from sentio.responses import NextTurn, load
from sentio.responses.support.background import Background
from sentio.responses.support.stage import stage

CHAT = Conversation(
    id="c",
    utterances=[
        Utterance(id="0", speaker="Ada", text="Hello, how are you?"),
        Utterance(id="1", speaker="Bo", text="I cry all day."),
    ],
)


def test_commonsense_of_the_conversation_where_the_turn_has_none() -> None:
    known = Background(inferred={("c", None): {"xReact": ("calm",)}, ("c", "0"): {"xReact": ("loud",)}})
    assert known.inferred_of(NextTurn(CHAT, "Ada")) == {"xReact": ("calm",)}
    assert known.inferred_of(NextTurn(Conversation(id="other", utterances=()), "Ada")) == {}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "not valid JSON: Expecting property name"),
        ('{"situation": "x"}', "conversation: field required"),
        ('{"conversation": "c", "xReact": "sad"}', "xReact: should be a list of texts"),
        ('{"conversation": "c", "situation": ["sad"]}', "situation: should be a text"),
        (
            '{"conversation": "c", "utterance": "1", "situation": "x"}',
            "situation: a fact holds for the whole conversation",
        ),
    ],
)
def test_a_broken_file_names_the_line(line: str, wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "known.jsonl"
    path.write_text('{"conversation": "c", "situation": "fine"}\n' + line + "\n")
    with pytest.raises(InputError, match=f"known.jsonl:2: {wrong}"):
        load("support", {"llm": "scripted/lexicon", "background": path})
    with pytest.raises(InputError, match="cannot be read"):
        load("support", {"llm": "scripted/lexicon", "background": tmp_path / "nowhere.jsonl"})


def test_stages() -> None:
    said = [Utterance(id=str(n), speaker="AB"[n % 2], text=text) for n, text in enumerate(["Why?", "Because."] * 10)]
    assert [stage(said[: 2 * n], "A") for n in range(9)] == [
        "exploration", "exploration", "exploration", "comforting", "comforting", "comforting", "comforting",
        "comforting", "action",
    ]  # fmt: skip
    tried = [Utterance(id=str(n), speaker="A", text="Hm.") for n in range(3)]
    tried.append(Utterance(id="3", speaker="A", text="你可以出去走走。"))
    assert (stage(tried[:3], "A"), stage(tried, "A")) == ("exploration", "action")
