"""What is noticed as words of danger, and what is not: sentences written for these tests, and shares of corpora."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import Conversation, Utterance, corpora
from sentio.responses import NextTurn, crisis, respond_stream
from sentio.responses.crisis import NOTICES, RECENT, noticed
from sentio.results import Reply

DANGER = {
    "en": (
        "I don't want to live any more.", "I want to kill myself.", "i just wanna die",
        "I've been thinking about suicide a lot lately", "Sometimes I feel suicidal.", "I wish I was dead",
        "Everyone would be better off without me.", "I started cutting myself again",
        "I took a whole bottle of sleeping pills", "I can't stop thinking about suicide.", "I want to end my life",
        "there is no reason to live", "I don't know if I should kill myself.", "I'm going to jump off a bridge",
        "I cant go on like this", "My friend says she wants to end it all", "He hits me when he drinks.",
        "My husband has beaten me again", "He threatened to kill me", "I am scared that he will hurt me",
        "I don't feel safe at home", "I don't want to be here anymore", "I’d rather be dead", "Why not kill myself?",
        "I do n't want to live", "I wish I had never been born.",
    ),
    "de": (
        "Ich will nicht mehr leben.", "Ich denke an Selbstmord.", "Ich ritze mich wieder.", "Ich bringe mich um.",
        "Mein Mann schlägt mich.",
    ),
    "fr": ("Je veux mourir.", "Je pense au suicide.", "Je n'ai plus envie de vivre.", "Il me frappe tous les soirs."),
    "es": ("Quiero matarme.", "No quiero seguir viviendo.", "Mi novio me pega."),
    "zh": ("我不想活了。", "我想自杀", "他经常打我", "我想结束自己的生命", "活着没意思，想死"),
}  # fmt: skip

EVERYDAY = (
    "This traffic is killing me.", "I'm not suicidal, just tired.", "I would never kill myself.",
    "I don't want to die!", "I could kill for a coffee.", "I'm dying to see you.", "I nearly died laughing.",
    "I cut myself shaving this morning.", "Cut myself some slack, that's what I should do.",
    "My mum will kill me if I'm late.", "Have you seen Suicide Squad?", "That would be career suicide.",
    "He beats me at chess every time.", "Beats me!", "My grandfather died by suicide in 1970.",
    "I wanted to die of embarrassment.", "We killed time at the station.", "My phone died.",
    "I have no thoughts of suicide.", "This cake is to die for.", "I'm dead tired.",
    "He hit me up yesterday about the tickets.", "I want to live in Paris.", "I live with my dad.",
    "Die Arbeit bringt mich noch um.", "Ich lache mich tot.", "Nein, ich habe keine Suizidgedanken.",
    "Er schlägt mich immer im Tennis.", "Ce boulot me tue.", "On va mourir de rire.", "Je ne veux pas mourir.",
    "Je meurs de faim.", "Me muero de hambre.", "Mi jefe me va a matar.", "No quiero morir.",
    "Quiero morirme de risa.", "我饿死了", "笑死我了", "我想死你了", "打我电话", "我没有想过自杀", "累死了", "", "🎉",
)  # fmt: skip

# Written when the patterns were thought to be final: 13 of the 24 were noticed then, and none of the 24 that mean
# nothing. Patterns for five general forms were added since; what is still missed stays here.
LATER_DANGER = (
    "I keep thinking everybody would be happier if I was gone.", "Tonight I will swallow all my pills.",
    "I have a rope in the garage and I know what to do with it.",
    "I can't take it any longer, I want out of this life.", "What's the point of living?",
    "I tried to kill myself last year and it is coming back.",
    "My boyfriend choked me yesterday.", "she keeps burning herself with cigarettes",
    "I am thinking about ending things.", "I have been self harming since school.",
    "He said he would kill me if I left.", "I'm standing on the roof.",
    "Life is not worth living.", "my dad beats me and my sister",
    "I feel like driving into a tree.", "I don't want to wake up tomorrow.", "Nobody would notice if I died.",
    "He locks me in and he has a gun.", "Ich möchte einfach nur noch sterben.", "Ich habe Suizidgedanken.",
    "J'ai envie d'en finir.", "A veces pienso en quitarme la vida.", "我觉得活着没有意义，想跳楼", "我爸总是打我",
)  # fmt: skip
MISSED = (
    "I have a rope in the garage and I know what to do with it.",
    "I can't take it any longer, I want out of this life.",
    "I am thinking about ending things.", "I'm standing on the roof.", "I feel like driving into a tree.",
)  # fmt: skip
LATER_EVERYDAY = (
    "My feet are killing me after that walk.", "If I hear that song again I will scream.",
    "I would die for a piece of pizza.", "She killed it on stage last night!", "He hit the ball out of the park.",
    "I want to end this call now.", "Our team was beaten again on Sunday.", "I was so ashamed I wanted to vanish.",
    "The battery is dead and the charger is at work.", "I cut my finger while cooking.",
    "The film is about a man who wants to kill his boss.", "We have to kill two hours before the train leaves.",
    "They want to live closer to the sea.", "The plants will die without water.",
    "I work for a suicide prevention charity.", "I can't live without my morning tea.",
    "He always beats me to the last biscuit.", "It hurts when I laugh.", "Das bringt mich zum Lachen.",
    "Der Film war zum Sterben langweilig.", "J'ai failli mourir de honte.", "Me mata la curiosidad.",
    "这部电影太好看了，笑死", "今天热死了",
)  # fmt: skip


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in DANGER.items() for text in texts])
def test_danger_is_noticed_in_its_language(language: str, text: str) -> None:
    assert noticed(text) == language


@pytest.mark.parametrize("text", EVERYDAY)
def test_what_is_said_every_day_is_not(text: str) -> None:
    assert noticed(text) is None


def test_sentences_that_were_written_later() -> None:
    assert tuple(text for text in LATER_DANGER if noticed(text) is None) == MISSED
    assert [text for text in LATER_EVERYDAY if noticed(text)] == []


@pytest.mark.parametrize(
    ("corpus", "split", "dialogues", "most"),
    [("meld", "train", 1038, 4), ("esconv_ppdpp", "validation", 130, 2), ("failed_esconv", "all", 196, 8)],
)
def test_share_of_dialogues(corpus: str, split: str, dialogues: int, most: int, data: Path) -> None:
    items = list(corpora.load(corpus, data).conversations(split))
    hits = [item.id for item in items if any(noticed(said.text) for said in item.conversation.utterances)]
    assert len(items) == dialogues
    assert 0 < len(hits) <= most


def chat(*said: tuple[str, str]) -> Conversation:
    turns = [Utterance(id=str(place), speaker=who, text=text) for place, (who, text) in enumerate(said)]
    return Conversation(id="c", utterances=turns)


DARK = "I don't want to live any more."


class Parrot:
    """Says the same to everybody."""

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        return (Reply(speaker=turn.speaker, text="I see.") for turn in turns)


def test_every_responder_has_the_notice() -> None:
    chats = [chat(("Ada", DARK)), chat(("Ada", "Hello!")), chat(("Bo", "Hi"), ("Ada", "我不想活了"))]
    replies = [done.reply for done in respond_stream(Parrot(), chats)]
    assert [reply.notice for reply in replies] == [NOTICES["en"], None, NOTICES["zh"]]
    assert {reply.text for reply in replies} == {"I see."}


def test_only_the_last_words_of_who_is_answered_count() -> None:
    assert crisis.notice(chat(("Ada", DARK), ("Bo", "Tell me."), ("Ada", "Yes.")), "Bo") == NOTICES["en"]
    assert crisis.notice(chat(("Ada", DARK)), "Ada") is None
    assert crisis.notice(chat(("Bo", DARK), ("Ada", "What?!")), "Bo") is None
    long_ago = chat(("Ada", DARK), *[("Ada", "And so on.")] * RECENT)
    assert crisis.notice(long_ago, "Bo") is None
    assert crisis.notice(chat(), "Bo") is None


def test_a_notice_names_no_number_and_no_address() -> None:
    assert set(NOTICES) == set(crisis.PATTERNS) == set(crisis.UNLESS)
    for text in NOTICES.values():
        assert not any(sign.isdigit() for sign in text)
        assert "www" not in text
        assert "http" not in text


@given(st.text(max_size=80), st.sampled_from([text for texts in DANGER.values() for text in texts]))
def test_capitals_and_line_ends_hide_nothing(around: str, text: str) -> None:
    assert noticed(text.upper().replace(" ", "\n")) is not None
    noticed(around + text)  # whatever stands around it, nothing is raised
