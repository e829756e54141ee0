"""What PRC-Emo shows a language model where no demonstrations are named, and where none are to be shown."""

import json
import sys
from pathlib import Path

import pytest

from sentio import Conversation, Utterance, corpora, retrieval
from sentio.cli import main
from sentio.evaluation import predictors, tasks
from sentio.recognition import load
from sentio.recognition.prc_emo.recognizer import PrcEmo

CHAT = Conversation(id="new", utterances=(Utterance(id="0", speaker="Ada", text="We won the whole thing!"),))
HEADING = "# Similar utterances and their labels"


def asked(**options: object) -> str:
    """The words of the only question."""
    recognizer = load("prc_emo", {"llm": "scripted/lexicon", **options})
    assert isinstance(recognizer, PrcEmo)
    (messages,) = recognizer.prompter.ask(CHAT)
    return "\n".join(message.content for message in messages)


def test_the_most_similar_of_everyday_stand_in_the_prompt() -> None:
    target = retrieval.Target(None, corpora.load("everyday").card.layers["emotion"])
    (hits,) = retrieval.Retriever(retrieval.load(), target).retrieve(retrieval.queries(CHAT))
    prompt = asked()
    assert len(hits) == 3
    assert all(hit.entry.text in prompt for hit in hits)
    assert asked(demos="everyday") == prompt == asked(retrieval="true")


def test_an_evaluation_of_everyday_is_shown_none_of_its_own_conversation() -> None:
    item = next(corpora.load("everyday").conversations("train"))
    own = {said.text for said in item.conversation.utterances}
    recognizer = load("prc_emo", {"llm": "scripted/lexicon", "corpus": "everyday"})
    assert isinstance(recognizer, PrcEmo)
    for (system, _), said in zip(recognizer.prompter.ask(item.conversation), item.conversation.utterances, strict=True):
        shown = system.content.partition(HEADING)[2]
        assert shown
        assert not [text for text in own - {said.text} if f'"{text}"' in shown]


@pytest.mark.parametrize("options", [{"retrieval": "false"}, {"space": "goemotions"}, {"space": "sentiment3"}])
def test_nothing_is_shown_that_is_not_wanted_or_has_no_words(
    options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentio.retrieval.load", lambda *_: pytest.fail("a repository was opened"))
    assert HEADING not in asked(**options)


def test_labels_are_told_in_the_words_of_the_space() -> None:
    shown = asked(space="iemocap6").partition(HEADING)[2].partition("# Labels")[0]
    assert "happy" in shown
    assert "joy" not in shown


def test_from_a_chat_to_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text("Ada: We won! I love this.\nBo: 太好了！😀\n")
    call = ["sentio", "recognize", str(chat), "--system", "prc_emo", "--llm", "scripted/lexicon", "--format", "jsonl"]
    for more in ([], ["--retrieval", "false"], ["--demos", "everyday"]):
        monkeypatch.setattr(sys, "argv", [*call, *more])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0, capsys.readouterr().err
        first, second = map(json.loads, capsys.readouterr().out.splitlines())
        assert first["emotion"] == "joy"
        assert second["text"] == "太好了！😀"


@pytest.mark.parametrize(
    ("options", "split", "chosen"),
    [
        ({}, "train", "this split"),
        ({}, "validation", "another split"),
        ({"retrieval": "false"}, "train", "nothing"),
        ({"demos": "everyday"}, "train", "this split"),
    ],
)
def test_what_is_shown_by_default_counts_as_seen(options: dict[str, object], split: str, chosen: str) -> None:
    everyday = corpora.load("everyday")
    task = tasks.for_target(everyday, "emotion", [next(everyday.conversations("test"))])
    assert predictors.system("prc_emo", task, everyday, options, split).chosen_on(f"everyday/{split}") == chosen
