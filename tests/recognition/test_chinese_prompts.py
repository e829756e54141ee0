"""PRC-Emo asks about Chinese in CPED's labels: nothing is lost on the way into the prompt and out of the answer."""

from pathlib import Path

import numpy as np
import pytest

from sentio import Conversation, Utterance, labels
from sentio.prompts import erc
from sentio.recognition import load, recognize

CHAT = Conversation(
    id="钥匙",
    utterances=(
        Utterance(id="0", speaker="李雷", text="我把钥匙丢了😭"),
        Utterance(id="1", speaker="韩梅", text=""),
        Utterance(id="2", speaker="李雷", text="哪里都没有！"),
    ),
)


@pytest.mark.parametrize("space", ["cped13", "sentiment3"])
def test_the_prompt_holds_the_conversation_and_the_labels(space: str) -> None:
    system, user = erc.prompt(CHAT, 2, labels.space(space).labels).messages
    assert "李雷: 我把钥匙丢了😭\n韩梅: [no words]\n李雷: 哪里都没有！" in system.content
    assert system.content.endswith(", ".join(labels.space(space).labels))
    assert '李雷 feels when saying "哪里都没有！"' in user.content


@pytest.mark.parametrize("space", ["cped13", "sentiment3"])
def test_a_rule_and_a_tiny_model_answer_in_the_labels(space: str, tiny_qwen3: Path) -> None:
    for llm in ("scripted/always=neutral", f"hf/{tiny_qwen3}"):
        system = load("prc_emo", {"llm": llm, "space": space})
        moods = recognize(CHAT, system=system)
        assert [tuple(mood.probabilities) for mood in moods] == [labels.space(space).labels] * 3
        assert np.allclose([sum(mood.probabilities.values()) for mood in moods], 1)
    assert moods.to_polars()["text"].to_list() == ["我把钥匙丢了😭", "", "哪里都没有！"]
