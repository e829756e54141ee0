"""The prompts that ask for knowledge: what the paper states is stated, the future hidden, the task kept."""

import json

import pytest

from sentio.conversation import Conversation, Utterance
from sentio.knowledge.parsing import texts
from sentio.knowledge.validity import fault
from sentio.labels import SPACES
from sentio.prompts import characteristics, interpretation

TURNS = [("Ada" if k % 2 == 0 else "Bo", f"turn number {k}") for k in range(12)]
CHAT = Conversation(
    id="c", utterances=tuple(Utterance(id=str(k), speaker=who, text=text) for k, (who, text) in enumerate(TURNS))
)
LABELS = ("joy", "anger")


def test_an_interpretation_is_asked_for_with_all_that_the_paper_states() -> None:
    system, user = interpretation.messages(CHAT, 7, avoid=LABELS)
    for stated in ("explicit", "implicit", "20 to 50 words", "none of the words joy, anger", "JSON object"):
        assert stated in system.content
    assert json.loads(system.content.splitlines()[-1]).keys() == {"ExplicitEmotion", "ImplicitEmotion"}
    before, focus = user.content.split("\n\n")
    assert before.splitlines()[1:] == [f'{who}: "{text}"' for who, text in TURNS[2:7]]
    assert focus.splitlines()[1:] == ['Bo: "turn number 7"']
    assert user.content.count("turn number 7") == 1


@pytest.mark.parametrize(("history", "shown"), [(0, 0), (1, 1), (5, 5), (None, 7)])
def test_the_history_is_as_long_as_asked_and_never_reads_on(history: int | None, shown: int) -> None:
    _, user = interpretation.messages(CHAT, 7, history=history)
    assert user.content.count("turn number") == shown + 1
    assert "turn number 8" not in user.content


def test_the_first_utterance_has_nothing_before_it() -> None:
    assert interpretation.messages(CHAT, 0)[1].content.startswith("Said before: nothing.")


def test_characteristics_read_the_whole_conversation_or_what_was_said_up_to_a_turn() -> None:
    system, user = characteristics.messages(CHAT, "Bo", avoid=LABELS)
    for stated in ("about 100 words", "JSON object", '"Response"', "none of the words joy, anger"):
        assert stated in system.content
    *turns, empty, question = user.content.splitlines()
    assert turns == [f"{who}: {text}" for who, text in TURNS]
    assert (empty, question) == ("", "What are the characteristics of Bo?")
    until = characteristics.messages(CHAT, "Bo", until=3)[1].content
    assert until.count("turn number") == 4


@pytest.mark.parametrize("space", SPACES)
def test_the_examples_of_valid_form_are_valid_themselves(space: str) -> None:
    labels = SPACES[space].labels
    of_interpretation = interpretation.messages(CHAT, 0)[0].content.splitlines()[-1]
    found = texts(of_interpretation, interpretation.KEYS)
    assert found == tuple(interpretation.EXAMPLE.values())
    assert fault(found, interpretation.WORDS, labels) is None
    of_characteristics = characteristics.messages(CHAT, "Bo")[0].content.splitlines()[-1]
    found = texts(of_characteristics, characteristics.KEYS)
    assert found == (characteristics.EXAMPLE,)
    assert fault(found, characteristics.WORDS, labels) is None


@pytest.mark.parametrize("room", range(0, 60, 4))
def test_a_budget_cuts_the_dialogue_and_never_the_task(room: int) -> None:
    def words(text: str) -> int:
        return len(text.split())

    whole = interpretation.messages(CHAT, 7, history=None)
    fixed = words(whole[0].content) + 7
    system, user = interpretation.messages(CHAT, 7, history=None, budget=fixed + room, count=words)
    assert system == whole[0]
    assert "The utterance to describe:" in user.content
    assert words(system.content) + words(user.content) <= max(fixed + room, fixed + 3)
    whole = characteristics.messages(CHAT, "Ada")
    fixed = words(whole[0].content) + 6
    system, user = characteristics.messages(CHAT, "Ada", budget=fixed + room, count=words)
    assert system == whole[0]
    assert user.content.endswith("What are the characteristics of Ada?")
    assert words(system.content) + words(user.content) <= max(fixed + room, fixed + 2)


def test_what_comes_after_the_speakers_last_turn_goes_first() -> None:
    turns = [("Ada", "I am off."), *[("Bo", f"turn number {k}") for k in range(50)]]
    chat = Conversation(
        id="c", utterances=tuple(Utterance(id=str(k), speaker=who, text=text) for k, (who, text) in enumerate(turns))
    )
    fixed = len(characteristics.messages(chat, "Ada")[0].content)
    _, user = characteristics.messages(chat, "Ada", budget=fixed + 200)
    assert user.content.startswith("Ada: I am off.\n\nWhat")


def test_a_causal_budget_writes_out_no_more_than_fits() -> None:
    whole = characteristics.messages(CHAT, "Bo", until=7, budget=10**6)
    assert whole == characteristics.messages(CHAT, "Bo", until=7)
    room = len(whole[0].content) + 80
    tight = characteristics.messages(CHAT, "Bo", until=7, budget=room)
    assert "turn number 7" in tight[1].content
    assert sum(len(message.content) for message in tight) <= room
