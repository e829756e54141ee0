"""What every registered system that replies promises."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sentio import Conversation, Utterance, labels, registry
from sentio.gold import AnnotatedConversation
from sentio.responses import NextTurn, Responder, answerer, load, respond_stream
from sentio.results import AnsweredConversation, Reply

SYSTEMS = registry.components("responses")
ASKING = [name for name, system in SYSTEMS.items() if "llm" in system.options()]
TRAINED = [name for name, system in SYSTEMS.items() if system.card.extra == "train"]
"""What has no model of its own unless it is trained: the fixture `trained_NAME` gives the run folder."""

EDGES = """
from sentio.card import Card
from sentio.llms import Answer
from sentio.llms.scripted import Scripted

card = Card(title="Edges", summary="fails, falls silent, or says its prompt")
ASKED = []

class Edge:
    name = "edge"

    def __init__(self, way):
        self.way = way

    def ask(self, questions):
        for question in questions:
            ASKED.append(question)
            told = "\\n".join(message.content for message in question.messages)
            if self.way == "fails" or (self.way == "sometimes" and "Go away" in told):
                yield Answer(question, error="the server went away")
            elif self.way == "sometimes":
                yield next(Scripted().ask([question]))
            elif question.choices:
                yield Answer(question, text=question.choices[0], choice=question.choices[0])
            else:
                yield Answer(question, text="" if self.way == "silent" else told, valid=question.schema is None)

    def close(self):
        pass

def load(address, concurrency):
    return Edge(address.model)
"""


@pytest.fixture(scope="module", autouse=True)
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Language models at the edges of what models do, installed as a plug-in."""
    site = tmp_path_factory.mktemp("site")
    metadata = site / "edges-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: edges\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[sentio.llms]\nedges = edges\n")
    (site / "edges.py").write_text(EDGES)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        yield
    sys.modules.pop("edges", None)


def named(name: str, request: pytest.FixtureRequest) -> str:
    """The system's name, or the run folder of one that has to be trained."""
    return str(request.getfixturevalue(f"trained_{name}")) if name in TRAINED else name


def opened(name: str, llm: str | None, request: pytest.FixtureRequest) -> Responder:
    return load(named(name, request), {} if llm is None else {"llm": llm})


WAYS = [(name, way) for name in SYSTEMS for way in (["scripted", "tiny"] if name in ASKING else ["trained"])]


@pytest.fixture(scope="module", params=WAYS, ids="-".join)
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(scope="module")
def responder(way: tuple[str, str], request: pytest.FixtureRequest) -> Responder:
    """Each system at work; one that asks a language model asks the script, and a tiny real one."""
    name, kind = way
    models = {"scripted": "scripted/lexicon", "trained": None}
    llm = f"hf/{request.getfixturevalue('tiny_qwen3')}" if kind == "tiny" else models[kind]
    return opened(name, llm, request)


def chat(name: str, *texts: str, speakers: Sequence[str] = ("Ada", "Bo")) -> NextTurn:
    said = tuple(Utterance(id=f"u{n}", speaker=speakers[n % len(speakers)], text=text) for n, text in enumerate(texts))
    conversation = Conversation(id=name, utterances=said)
    return NextTurn(conversation, answerer(conversation))


EDGY = [
    chat("one", "Go away."),
    chat("one speaker", "I won.", "I really won!", speakers=["Ada"]),
    chat("Chinese", "我的猫死了。", "太可怜了！", "我很难过。😢", speakers=["小雨", "妈妈"]),
    chat("odd", "", "   ", "\x00", "🎉🎉🎉", "x" * 3_000, "مرحبا كيف حالك", "no " * 400, "\ud800 half"),
    chat("names", "Hi.", "Hm.", speakers=['Ada: "the first"\n', "\ud800"]),
    chat("nothing", ""),
]


@pytest.fixture(scope="module")
def everything(talks: list[AnnotatedConversation]) -> list[NextTurn]:
    """Somebody who needs support first, and the beginning of that conversation, under the same id, last."""
    seeking = next(item.conversation for item in talks if item.facts["setting"] == "emotional support")
    begun = seeking.model_copy(update={"utterances": seeking.utterances[:2]})
    return [NextTurn(seeking, answerer(seeking)), *EDGY, NextTurn(begun, answerer(begun))]


@pytest.fixture(scope="module")
def turns(way: tuple[str, str], everything: list[NextTurn]) -> list[NextTurn]:
    """All of them; those that a real model must have seen, where each takes a second."""
    return everything[:5] if way[1] == "tiny" else everything


@pytest.fixture(scope="module")
def replies(responder: Responder, turns: list[NextTurn]) -> list[Reply]:
    return list(responder.respond(turns))


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_card_says_what_it_is(name: str) -> None:
    card = SYSTEMS[name].card
    assert card.title
    assert card.summary
    assert card.labels is None or card.labels in labels.SPACES
    assert card.paper


def test_one_reply_a_turn_in_order(replies: list[Reply], turns: list[NextTurn]) -> None:
    assert [reply.speaker for reply in replies] == [turn.speaker for turn in turns]


def test_there_are_words_or_a_reason_why_not(replies: list[Reply]) -> None:
    for reply in replies:
        assert bool(reply.text.strip()) != bool(reply.error), reply
        assert "Traceback" not in (reply.error or "")


def test_a_reply_is_a_row(replies: list[Reply], turns: list[NextTurn]) -> None:
    for turn, reply in zip(turns, replies, strict=True):
        row = AnsweredConversation(conversation=turn.conversation, reply=reply).row()
        assert json.loads(json.dumps(row)) == row


def test_cause_words_are_words_of_the_conversation(replies: list[Reply], turns: list[NextTurn]) -> None:
    for turn, reply in zip(turns, replies, strict=True):
        said = " ".join(utterance.text for utterance in turn.conversation.utterances).casefold()
        assert all(word.casefold() in said for word in reply.cause_words)


def test_neighbours_do_not_change_a_reply(responder: Responder, replies: list[Reply], turns: list[NextTurn]) -> None:
    assert [next(iter(responder.respond([turn]))) for turn in turns] == replies


def test_an_endless_stream_gives_replies(responder: Responder, way: tuple[str, str]) -> None:
    if way[1] == "tiny":
        pytest.skip("reading ahead does not depend on the model, and takes a real one long")

    def endless() -> Iterator[NextTurn]:
        while True:
            yield EDGY[0]

    found = responder.respond(endless())
    assert next(found) == next(found)


def test_silence_is_left_out_of_a_stream(responder: Responder, turns: list[NextTurn]) -> None:
    empty = Conversation(id="empty", utterances=())
    (done,) = respond_stream(responder, [empty, turns[0].conversation, empty])
    assert done.conversation == turns[0].conversation


@pytest.mark.parametrize("name", SYSTEMS)
def test_2000_utterances_are_answered(name: str, request: pytest.FixtureRequest) -> None:
    said = ("I lost my keys again.", "Where did you look?", "Everywhere. I am so tired of it.", "Sit down first.")
    turn = chat("long", *(said * 500), speakers=["Ada", "Bo"])
    (reply,) = opened(name, "scripted/lexicon" if name in ASKING else None, request).respond([turn])
    assert bool(reply.text) != bool(reply.error)


@pytest.mark.parametrize("name", ASKING)
def test_no_failing_question_raises(name: str, everything: list[NextTurn], request: pytest.FixtureRequest) -> None:
    replies = list(opened(name, "edges/fails", request).respond(everything))
    assert [reply.speaker for reply in replies] == [turn.speaker for turn in everything]
    assert all("the server went away" in (reply.error or "") and not reply.text for reply in replies)


@pytest.mark.parametrize("name", ASKING)
def test_a_question_that_fails_spoils_no_other(
    name: str, everything: list[NextTurn], request: pytest.FixtureRequest
) -> None:
    well = list(opened(name, "scripted/lexicon", request).respond(everything))
    partly = list(opened(name, "edges/sometimes", request).respond(everything))
    assert [place for place, reply in enumerate(partly) if reply.error] == [1]
    assert [reply for place, reply in enumerate(partly) if place != 1] == [
        reply for place, reply in enumerate(well) if place != 1
    ]


@pytest.mark.parametrize("name", ASKING)
def test_a_model_that_says_nothing_gets_a_fallback_that_is_labelled(
    name: str, everything: list[NextTurn], request: pytest.FixtureRequest
) -> None:
    for reply in opened(name, "edges/silent", request).respond(everything):
        assert "text" in reply.fallbacks
        assert reply.text
        assert reply.error is None


@pytest.mark.parametrize("name", ASKING)
def test_a_reply_never_holds_the_prompt(name: str, everything: list[NextTurn], request: pytest.FixtureRequest) -> None:
    """Of a model that says its whole prompt nothing is repeated but, perhaps, words of the conversation."""
    asking = opened(name, "edges/parrot", request)
    asked = sys.modules["edges"].ASKED
    for turn in everything:
        asked.clear()
        (reply,) = asking.respond([turn])
        assert "text" in reply.fallbacks, reply.text[:200]
        told = " ".join(message.content for question in asked for message in question.messages)
        said = " ".join(utterance.text for utterance in turn.conversation.utterances)
        assert not (runs(told) - runs(said)) & runs(reply.text)


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[㐀-鿿]|\w+", text.casefold())
    return set(zip(*(words[start:] for start in range(6)), strict=False))


@pytest.mark.parametrize("name", TRAINED)
def test_what_has_to_be_trained_says_so(name: str) -> None:
    with pytest.raises(Exception, match=f"{name} has to be trained: sentio train recipes/.*toml") as caught:
        load(name, {"llm": "scripted/lexicon"} if name in ASKING else {})
    assert "\n" not in str(caught.value)
    recipe = re.findall(r"recipes/[\w-]+\.toml", str(caught.value))[0]
    assert (Path(__file__).parents[2] / recipe).is_file()
