"""What HEF's prompts say: the labels, the conversation at the end, the cause words only where there are some."""

import pytest

from sentio.prompts.hef import NONE, feeling, reply

LINES = ('Ada: "我的猫不见了 😿"', 'Bo: "Oh."')


@pytest.mark.parametrize("declinable", [True, False])
def test_none_is_offered_only_where_it_may_be_said(declinable: bool) -> None:
    system, user = feeling(LINES, "Ada", ("sad", "lonely"), declinable=declinable)
    assert ((f"answer {NONE}" in user.content), system.role, user.role) == (declinable, "system", "user")
    assert "does Ada feel: sad, lonely?" in user.content
    assert user.content.endswith("\n".join(LINES))


def test_the_hint_keeps_its_order() -> None:
    _, user = feeling(LINES, "Ada", ("afraid", "lonely", "sad"), hint=("sad", "afraid"))
    assert "At first sight sad, afraid are the likeliest" in user.content


def test_instructions_hold_nothing_of_the_conversation() -> None:
    system, user = reply(LINES, "Bo", "Ada", "sad", ("猫",))
    assert "Ada feels sad." in system.content
    assert "attend to them: 猫." in system.content
    assert "不见了" not in system.content
    assert user.content.endswith("\n".join(LINES))


def test_without_cause_words_nothing_is_said_of_them() -> None:
    (system, _), (other, _) = reply(LINES, "Bo", "Ada", "sad"), reply(LINES, "Bo", "Ada", "sad", ("猫",))
    assert "attend to" not in system.content
    assert len(other.content) > len(system.content)


def test_an_empty_conversation_is_told_as_one() -> None:
    assert feeling((), "Ada", ("sad",))[1].content.endswith("Nothing was said yet.")
