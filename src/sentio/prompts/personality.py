"""The prompt that asks for the Big Five of one speaker of a conversation, as JSON.

In Chinese for Chinese conversations, else in English; the answer's keys and words are the same in both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sentio.conversation import Conversation
from sentio.prompts.lines import is_chinese, latest, lines, names
from sentio.prompts.message import Message
from sentio.prompts.personalised import PERSONA

ROOM = 6_000
"""Characters of the conversation that are shown at most, the last ones. Our choice."""

ENGLISH = (
    "You read conversations and judge what people are like. For one speaker, say of each of the Big Five whether it "
    'is "high" or "low", from how they speak and act here.',
    "{name}: high or low",
    "What is {who} like? Answer with JSON alone, in this form: {form}",
)
MANDARIN = (
    "你阅读对话并判断人物的性格。请根据某位说话人在对话中的言行，判断其大五人格的每一项是 high（高）还是 low（低）。",
    "{name}（{own}）：high 或 low",
    "{who}是什么性格？只用 JSON 回答，格式如下：{form}",
)


def messages(conversation: Conversation, speaker: str, traits: Sequence[str]) -> tuple[Message, ...]:
    """What is asked about a speaker of the conversation.

    >>> from sentio.conversation import Utterance
    >>> chat = Conversation(id="k", utterances=(Utterance(id="0", speaker="Ada", text="Let us dance!"),))
    >>> print(messages(chat, "Ada", ["openness"])[1].content)
    Ada: Let us dance!
    <BLANKLINE>
    What is Ada like? Answer with JSON alone, in this form: {"openness": "high"}
    """
    task, field, ask = MANDARIN if is_chinese(conversation) else ENGLISH
    shown = names(conversation)
    told = [task, *(field.format(name=trait, own=PERSONA[trait]) for trait in traits)]
    form = "{" + ", ".join(f'"{trait}": "high"' for trait in traits) + "}"
    said = latest(lines(conversation.utterances, shown), ROOM, len)
    question = ask.format(who=shown[speaker], form=form)
    return Message("system", "\n".join(told)), Message("user", "\n".join(said) + f"\n\n{question}")


def schema(traits: Sequence[str], levels: Sequence[str]) -> Mapping[str, Any]:
    """The JSON schema of the answer: each trait with one of the levels, and nothing else."""
    return {
        "type": "object",
        "properties": {trait: {"type": "string", "enum": list(levels)} for trait in traits},
        "required": list(traits),
        "additionalProperties": False,
    }
