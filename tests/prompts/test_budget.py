"""A prompt that is too long loses its context first, and never the question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.conversation import Conversation, Utterance
from sentio.errors import InputError
from sentio.prompts.budget import fitted
from sentio.prompts.erc import ErcPrompt, prompt
from sentio.prompts.parts import Example, Insight, Parts

LABELS = ("neutral", "joy", "anger")


def words(text: str) -> int:
    return len(text.split())


def total(found: ErcPrompt) -> int:
    return sum(words(message.content) for message in found.messages)


def full(context: str = "past", place: int = 6) -> ErcPrompt:
    turns = [Utterance(id=str(k), speaker="AB"[k % 2] * 2, text=f"turn {k}") for k in range(12)]
    return prompt(
        Conversation(id="c", utterances=tuple(turns)),
        place,
        LABELS,
        insight=Insight("it shows", "it hides", "like this"),
        examples=[Example("near", "joy"), Example("far", "anger")],
        parts=Parts.model_validate({"context": context}),
    )


def test_a_prompt_that_fits_is_left_alone() -> None:
    assert fitted(full(), total(full()), words) == full()


def test_history_goes_first_and_the_oldest_of_it() -> None:
    versions = list(full().shorter())
    assert [len(version.before) for version in versions] == [4, 3, 2, 1, 0, 0, 0, 0, 0]
    assert [len(version.examples) for version in versions] == [2, 2, 2, 2, 2, 1, 0, 0, 0]
    assert versions[0].before[0] == "AA: turn 2"
    assert versions[5].examples[0].text == "near"
    assert [bool(version.insight.characteristics) for version in versions[-3:]] == [True, False, False]
    assert [bool(version.insight.implicit) for version in versions[-3:]] == [True, True, False]


def test_what_is_farthest_from_the_target_goes_first_on_either_side() -> None:
    sizes = [(len(version.before), len(version.after)) for version in full("symmetric").shorter()]
    assert sizes[:10] == [(4, 5), (4, 4), (3, 4), (3, 3), (2, 3), (2, 2), (1, 2), (1, 1), (0, 1), (0, 0)]
    near = list(full("symmetric").shorter())[7]
    assert near.before == ("BB: turn 5",)
    assert near.after == ("BB: turn 7",)


@given(st.integers(0, 200))
def test_the_longest_version_that_fits_is_taken(budget: int) -> None:
    versions = [full(), *full().shorter()]
    fitting = [version for version in versions if total(version) <= budget]
    if fitting:
        assert fitted(full(), budget, words) == max(fitting, key=total)
    else:
        with pytest.raises(InputError, match=rf"'turn 6' needs \d+ tokens without any context, {budget} are allowed"):
            fitted(full(), budget, words)


def test_task_target_labels_and_question_stay_to_the_last() -> None:
    *_, last = full().shorter()
    system, user = (message.content for message in last.messages)
    assert "AA: turn 6" in system
    assert "neutral, joy, anger" in system
    assert last.messages[1] == full().messages[1]
    assert system.startswith(full().messages[0].content.split("\n\n")[0])
    assert '"turn 6"' in user
