"""The prompt that asks for causes: the same text tomorrow, within its budget, nothing of the future."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.conversation import Conversation, Utterance
from sentio.knowledge.items import tokens
from sentio.prompts.causes import EXAMPLE, CausePrompt, prompt

SNAPSHOTS = Path(__file__).parent / "snapshots"
TURNS = (
    ("Ada", "The tulips are out!"),
    ("Bo", "And the gate stood open\nall night."),
    ("", ""),
    ("Ada", "别担心 🌷"),
    ("Bo", "The goat ate every one of them."),
    ("Ada", "Oh no."),
)


def chat(*turns: tuple[str, str]) -> Conversation:
    utterances = tuple(Utterance(id=str(k), speaker=who, text=text) for k, (who, text) in enumerate(turns))
    return Conversation(id="garden", utterances=utterances)


def written(found: CausePrompt) -> str:
    messages = "\n\n".join(f"<{message.role}>\n{message.content}" for message in found.messages)
    return f"{messages}\n\n<correction>\n{found.correction}\n"


@pytest.mark.parametrize(("name", "place"), [("causes", 4), ("causes-of-one", 0)])
def test_snapshots(name: str, place: int) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    found = written(prompt(chat(*TURNS), place, "sadness"))
    if "SENTIO_SNAPSHOTS" in os.environ:
        path.write_text(found, "utf8")
    assert found == path.read_text("utf8")


def test_the_example_is_json_of_the_asked_form() -> None:
    assert {type(cause["utterance"]) for cause in json.loads(EXAMPLE)["causes"]} == {int}


def test_nothing_is_told_of_what_comes_after() -> None:
    whole, cut = chat(*TURNS), chat(*TURNS[:3])
    assert prompt(whole, 2, "fear") == prompt(cut, 2, "fear")


@given(st.integers(0, 199), st.integers(300, 2_000), st.integers(1, 40))
def test_the_oldest_utterances_go_first(place: int, budget: int, words: int) -> None:
    said = chat(*[("AB"[k % 2] + "nn", f"{k} " + "word " * words) for k in range(200)])
    found = prompt(said, place, "anger", budget=budget, count=tokens)
    told, _, question = found.messages[1].content.partition("\n\n")
    shown = told.split("\n")
    assert [int(line.partition(". ")[0]) for line in shown] == list(range(found.first, place + 2))
    rest = tokens(found.messages[0].content) + tokens(f"\n\n{question}")
    needed = rest + sum(tokens(line) + 1 for line in shown)
    assert needed <= budget or len(shown) == 1
    older = f"{found.first - 1}. {'AB'[found.first % 2]}nn: {found.first - 2} {'word ' * words}".strip()
    assert found.first == 1 or needed + tokens(older) + 1 > budget - 8, "another utterance had room"


def test_a_long_utterance_is_cut_and_not_left_out() -> None:
    found = prompt(chat(("Ada", "no " * 3_000)), 0, "anger", budget=500, count=tokens)
    assert (found.first, found.last) == (1, 1)
    assert sum(tokens(message.content) for message in found.messages) <= 503
