"""Replies in character: what the model is told, what is checked, and what comes of words that are no reply."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import Conversation, Speaker, Utterance
from sentio.corpora.cped import card as cped
from sentio.errors import SentioError, UnknownName
from sentio.labels import space
from sentio.llms.base import Answer, Question
from sentio.prompts import personalised as prompts
from sentio.responses import load, respond, wording
from sentio.responses.base import NextTurn
from sentio.responses.personalised import Personalised, persona_of

MEI = Speaker(
    name="韩梅",
    gender="female",
    traits={"age": "young", "neuroticism": "high", "extraversion": "low", "openness": "unknown", "shoe size": 37.0},
)


def chat(
    *texts: str, names: Sequence[str] = ("李雷", "韩梅"), profiles: dict[str, Speaker] | None = None
) -> Conversation:
    said = tuple(Utterance(id=str(n), speaker=names[n % len(names)], text=text) for n, text in enumerate(texts))
    return Conversation(id="c", utterances=said, profiles={"韩梅": MEI} if profiles is None else profiles)


KEYS = chat("我把钥匙丢了。", "你再找找。", "哪里都没有！")


class Told:
    """A model that says what is on its list, in turn, and remembers what it was asked."""

    name = "told"

    def __init__(self, *words: str | Exception) -> None:
        self._words, self.asked = list(words), list[Question]()

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        for question in questions:
            self.asked.append(question)
            said = self._words.pop(0)
            yield Answer(question, error=str(said)) if isinstance(said, Exception) else Answer(question, text=said)

    def close(self) -> None:
        pass


def test_the_labels_are_those_of_cped() -> None:
    assert tuple(prompts.EMOTIONS) == cped.layers["emotion"] == space("cped13").labels
    assert tuple(prompts.ACTS) == cped.layers["dialogue act"]
    assert len(set(prompts.EMOTIONS.values())) == 13
    assert len(set(prompts.ACTS.values())) == 19


def test_chinese_controls_stand_each_on_a_line_of_their_own() -> None:
    model = Told("没事，慢慢来。")
    turn = NextTurn(KEYS, "韩梅", felt={"2": "worried"}, wanted={"emotion": "relaxed", "act": "comfort"})
    (reply,) = Personalised(model, {}).respond([turn])
    system, user = model.asked[0].messages
    assert system.content.splitlines()[3:] == [
        "# 韩梅的人物设定",
        "性别：女",
        "年龄：青年",
        "神经质：高",
        "外向性：低",
        "",
        "# 韩梅接下来的话",
        "情绪：放松",
        "对话行为：安慰",
    ]
    assert user.content.splitlines() == [
        "# 对话", "李雷: 我把钥匙丢了。", "韩梅: 你再找找。", "李雷: 哪里都没有！ [担忧]", "", "韩梅接下来说什么？",
    ]  # fmt: skip
    assert (reply.text, reply.emotion, reply.act, reply.calls) == ("没事，慢慢来。", "relaxed", "comfort", 1)
    assert reply.persona == {"gender": "female", "age": "young", "neuroticism": "high", "extraversion": "low"}
    assert reply.fallbacks == ()


def test_english_conversations_are_asked_about_in_english() -> None:
    model = Told("Look in the fridge.")
    lost = chat("I lost my keys.", names=("Ada", "Bo"), profiles={"Bo": Speaker(name="Bo", traits={"openness": 0.7})})
    (reply,) = Personalised(model, {"act": "command"}).respond([NextTurn(lost, "Bo")])
    system, user = model.asked[0].messages
    assert "Openness: high\n\n# What Bo says next\nDialogue act: command" in system.content
    assert user.content == "# Conversation\nAda: I lost my keys.\n\nWhat does Bo say next?"
    assert reply.persona == {"openness": 0.7}


def test_what_is_not_known_or_wanted_is_not_told() -> None:
    asked = prompts.prompt(KEYS, "王芳")
    assert "#" in asked.instructions
    assert "人物设定" not in asked.instructions
    assert "接下来的话" not in asked.instructions
    assert "王芳接下来说什么" in asked.question


@pytest.mark.parametrize(
    ("option", "label", "near"), [("emotion", "happyy", "'happy'"), ("act", "comforting", "'comfort'")]
)
def test_labels_outside_the_sets_name_the_nearest(option: str, label: str, near: str) -> None:
    with pytest.raises(UnknownName, match=f"{label!r}; did you mean {near}"):
        load("personalised", {"llm": "scripted/lexicon", option: label})
    model = Told()
    replies = Personalised(model, {}).respond([NextTurn(KEYS, "韩梅", wanted={option: label})])
    assert near in (next(iter(replies)).error or "")
    assert model.asked == []


def test_the_turn_decides_before_the_flags_and_leaves_aside_what_has_no_use() -> None:
    wanted = {"emotion": "anger", "strategy": "question"}
    (reply,) = Personalised(Told("走开！"), {"emotion": "happy", "act": "reject"}).respond(
        [NextTurn(KEYS, "韩梅", wanted=wanted)]
    )
    assert (reply.emotion, reply.act, reply.strategy) == ("anger", "reject", None)


def test_repeated_instructions_are_asked_again_and_then_replaced() -> None:
    echo = prompts.prompt(KEYS, "韩梅").instructions
    model = Told(echo, "韩梅：“在包里。”")
    (reply,) = Personalised(model, {}).respond([NextTurn(KEYS, "韩梅")])
    assert (reply.text, reply.calls, reply.fallbacks) == ("在包里。", 2, ())
    assert wording.CHINESE_CORRECTION in model.asked[1].messages[-1].content
    (reply,) = Personalised(Told(echo, ""), {}).respond([NextTurn(KEYS, "韩梅")])
    assert (reply.text, reply.calls, reply.fallbacks) == (wording.CHINESE_FALLBACK, 2, ("text",))
    english = chat("I lost my keys.", names=("Ada", "Bo"))
    (reply,) = Personalised(Told("", ""), {}).respond([NextTurn(english, "Bo")])
    assert reply.text.isascii()
    assert reply.fallbacks == ("text",)


def test_a_question_that_failed_costs_its_own_reply_only() -> None:
    model = Told(TimeoutError("no answer in 60 s"), "好。")
    first, second = Personalised(model, {}).respond([NextTurn(KEYS, "韩梅"), NextTurn(KEYS, "李雷")])
    assert (first.text, first.error) == ("", "no answer in 60 s")
    assert (second.text, second.error) == ("好。", None)


@pytest.mark.parametrize("value", [1.5, -0.1, "very", float("nan")])
def test_a_trait_that_is_no_level_is_told(value: float | str) -> None:
    odd = chat("你好", profiles={"韩梅": Speaker(name="韩梅", traits={"openness": value})})
    (reply,) = Personalised(Told(), {}).respond([NextTurn(odd, "韩梅")])
    assert "openness" in (reply.error or "")


def test_nothing_known_is_an_empty_persona() -> None:
    assert persona_of(None) == {}
    assert persona_of(Speaker(name="Bo", gender="unknown", traits={"age": "unknown"})) == {}


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5), st.text(max_size=8))
def test_any_text_makes_a_prompt(texts: list[str], speaker: str) -> None:
    asked = prompts.prompt(chat(*texts), speaker)
    assert all(message.content for message in asked.messages)


def test_long_conversations_are_cut_to_their_end() -> None:
    long = chat(*(f"第{n}句" for n in range(2000)))
    said = prompts.prompt(long, "韩梅").conversation.splitlines()
    assert len(said) == 1 + prompts.HISTORY
    assert said[-1].endswith("第1999句")
    page = prompts.prompt(chat("短", "长" * 10_000), "李雷").conversation
    assert len(page) < prompts.ROOM + 20


def test_a_model_without_a_name_is_asked_for() -> None:
    with pytest.raises(SentioError, match="personalised asks a language model: name one with --llm"):
        load("personalised")


def test_chinese_survives_from_a_table_to_rows(tmp_path: Path) -> None:
    table = tmp_path / "钥匙.csv"
    table.write_text("speaker,text\n李雷,我把钥匙丢了😭\n韩梅,\n李雷,哪里都没有！\n", "utf-8-sig")
    options = {"llm": "scripted/always=没事，我帮你找。", "emotion": "relaxed"}
    replies = respond(table, system="personalised", options=options)
    (done,) = replies.conversations
    assert [said.text for said in done.conversation.utterances] == ["我把钥匙丢了😭", "", "哪里都没有！"]
    assert (done.reply.speaker, done.reply.text) == ("韩梅", "没事，我帮你找。")
    assert replies.to_polars()["text"].to_list() == ["没事，我帮你找。"]


def test_a_tiny_real_model_replies(tiny_qwen3: Path) -> None:
    (reply,) = respond(KEYS, system="personalised", options={"llm": f"hf/{tiny_qwen3}", "emotion": "worried"})
    assert reply.error is None
    assert reply.text
    assert reply.speaker == "韩梅"
    assert "任务" not in reply.text
