"""The prompt for a reply in character: who speaks, what the reply is to show, and what was said before.

Each control is a field of its own, in the order speaker, persona, emotion, dialogue act: the explicit variant of
Chen et al., "CPED", arXiv 2205.14727, which its authors found best in personification. The wording is our own, in
Chinese for Chinese conversations, else in English.

>>> from sentio.conversation import Utterance
>>> chat = Conversation(id="k", utterances=(Utterance(id="0", speaker="Ada", text="Who ate my cake?"),))
>>> asked = prompt(chat, "Bo", {"age": "young"}, emotion="worried")
>>> print(asked.instructions.partition("# Bo")[2])
<BLANKLINE>
Age: young
<BLANKLINE>
# What Bo says next
Emotion: worried
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sentio.conversation import Conversation
from sentio.prompts.lines import is_chinese, latest, lines, names
from sentio.prompts.message import Message

EMOTIONS = {
    "happy": "高兴",
    "grateful": "感激",
    "relaxed": "放松",
    "positive-other": "其他积极情绪",
    "neutral": "平静",
    "anger": "愤怒",
    "sadness": "悲伤",
    "fear": "恐惧",
    "depress": "沮丧",
    "disgust": "厌恶",
    "astonished": "惊讶",
    "worried": "担忧",
    "negative-other": "其他消极情绪",
}
"""The emotions of CPED and what they are called in Chinese prompts (our translation)."""

ACTS = {
    "statement-non-opinion": "陈述事实",
    "question": "提问",
    "statement-opinion": "表达观点",
    "answer": "回答",
    "acknowledge": "应答",
    "interjection": "感叹",
    "other": "其他",
    "command": "命令",
    "irony": "反讽",
    "comfort": "安慰",
    "disagreement": "不同意",
    "quotation": "引述",
    "conventional-closing": "道别",
    "apology": "道歉",
    "reject": "拒绝",
    "thanking": "道谢",
    "agreement": "同意",
    "greeting": "问候",
    "appreciation": "赞赏",
}
"""The dialogue acts of CPED and what they are called in Chinese prompts (our translation)."""

PERSONA = {
    "gender": "性别",
    "age": "年龄",
    "neuroticism": "神经质",
    "extraversion": "外向性",
    "openness": "开放性",
    "agreeableness": "宜人性",
    "conscientiousness": "尽责性",
}
"""What is known of a person, in the order of CPED's columns."""

VALUES = {
    "female": "女",
    "male": "男",
    "young": "青年",
    "middle-aged": "中年",
    "elderly": "老年",
    "high": "高",
    "low": "低",
}

HISTORY = 25
"""Utterances that are shown, the last ones (`max_history` of the released code)."""

ROOM = 4_000
"""Characters of them that are shown at most, the last ones: a pasted page must not crowd out the rest. Our choice."""


@dataclass(frozen=True)
class Wording:
    """The words of a prompt in one language; `who` stands for the speaker."""

    task: str
    person: str
    reply: str
    emotion: str
    act: str
    said: str
    ask: str
    colon: str
    field: Mapping[str, str]
    value: Mapping[str, str]


ENGLISH = Wording(
    task="# Task\nYou play {who}, a person in a conversation, and speak the next turn in character: one or two short "
    "sentences, as people talk. Write the spoken words alone, in the language of the conversation.",
    person="# {who}",
    reply="# What {who} says next",
    emotion="Emotion",
    act="Dialogue act",
    said="# Conversation",
    ask="What does {who} say next?",
    colon=": ",
    field={name: name.capitalize() for name in PERSONA},
    value={},
)
MANDARIN = Wording(
    task="# 任务\n你扮演对话中的{who}，按照人物性格说出下一句话：口语，一两个短句。只写说出口的话。",
    person="# {who}的人物设定",
    reply="# {who}接下来的话",
    emotion="情绪",
    act="对话行为",
    said="# 对话",
    ask="{who}接下来说什么？",
    colon="：",
    field=PERSONA,
    value=VALUES | EMOTIONS | ACTS,
)


@dataclass(frozen=True)
class PersonalisedPrompt:
    """What is asked: `instructions` are the system's message, `question` is what stands below the conversation."""

    instructions: str
    conversation: str
    question: str

    @property
    def messages(self) -> tuple[Message, ...]:
        """The system's and the user's message; the assistant's is what is said next."""
        user = "\n\n".join(filter(None, (self.conversation, self.question)))
        return Message("system", self.instructions), Message("user", user)


def prompt(
    conversation: Conversation,
    speaker: str,
    persona: Mapping[str, str] = {},
    *,
    emotion: str | None = None,
    act: str | None = None,
    felt: Mapping[str, str] = {},
) -> PersonalisedPrompt:
    """What is asked about the next turn of `speaker`, who may not have spoken yet.

    `persona` are values by the keys of `PERSONA`, each told where it is there; `emotion` and `act` are of `EMOTIONS`
    and `ACTS`, left to the model where None; `felt` are known emotions of utterances, by id, shown behind them.
    """
    words = MANDARIN if is_chinese(conversation) else ENGLISH
    last = conversation.model_copy(update={"utterances": conversation.utterances[-HISTORY:]})
    shown = names(conversation)
    who = shown.get(speaker, speaker)
    wanted = {words.emotion: emotion, words.act: act}
    controls = {name: words.value.get(value, value) for name, value in wanted.items() if value is not None}
    sections = [
        words.task.format(who=who),
        _section(words.person.format(who=who), words, _known(persona, words)),
        _section(words.reply.format(who=who), words, controls),
    ]
    said = latest(list(_lines(last, shown, felt, words)), ROOM, len)
    return PersonalisedPrompt(
        instructions="\n\n".join(filter(None, sections)),
        conversation="\n".join((words.said, *said)) if said else "",
        question=words.ask.format(who=who),
    )


def _known(persona: Mapping[str, str], words: Wording) -> dict[str, str]:
    return {words.field[name]: words.value.get(persona[name], persona[name]) for name in PERSONA if name in persona}


def _section(heading: str, words: Wording, fields: Mapping[str, str]) -> str:
    """A heading and a field a line; nothing where there is no field."""
    told = [f"{name}{words.colon}{value}" for name, value in fields.items()]
    return "\n".join((heading, *told)) if told else ""


def _lines(
    conversation: Conversation, shown: Mapping[str, str], felt: Mapping[str, str], words: Wording
) -> Iterator[str]:
    for utterance, line in zip(conversation.utterances, lines(conversation.utterances, shown), strict=True):
        mood = felt.get(utterance.id)
        yield f"{line} [{words.value.get(mood, mood)}]" if mood else line
