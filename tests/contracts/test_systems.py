"""What every registered recogniser promises."""

from collections.abc import Iterator

import numpy as np
import pytest
from tests.invented import CHARACTERS, NETWORKS

from sentio import Conversation, Utterance, labels, registry
from sentio.gold import AnnotatedConversation
from sentio.recognition import Recognizer, load, recognize_stream

SYSTEMS = registry.components("recognition")


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> Recognizer:
    """Each system as it comes; one that asks a language model gets a tiny one, one that has to be trained is."""
    name: str = request.param
    if name == "prc_encoder":
        return load(str(request.getfixturevalue("trained_encoder")))
    if name in NETWORKS:
        return load(str(request.getfixturevalue("trained_networks")(name)))
    if name in CHARACTERS:
        return load(str(request.getfixturevalue("trained_characters")(name)))
    if "llm" not in SYSTEMS[name].options():
        return load(name)
    return load(name, {"llm": f"hf/{request.getfixturevalue('tiny_qwen3')}"})


def chat(name: str, *texts: str) -> Conversation:
    turns = [Utterance(id=str(i), speaker="AB"[i % 2], text=text) for i, text in enumerate(texts)]
    return Conversation(id=name, utterances=turns)


ODD = ("", "   ", "\x00", "🎉🎉🎉", "x" * 10_000, "مرحبا كيف حالك", "no " * 3_000, "\ud800 half a character")


@pytest.fixture(scope="module")
def chats(talks: list[AnnotatedConversation]) -> list[Conversation]:
    return [talks[0].conversation, chat("empty"), chat("one", "Go away."), chat("odd", *ODD)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_card_names_a_label_space(name: str) -> None:
    card = SYSTEMS[name].card
    assert card.labels in labels.SPACES
    assert card.title
    assert card.summary
    assert card.licence


def test_one_prediction_a_conversation_in_order(system: Recognizer, chats: list[Conversation]) -> None:
    predictions = list(system.predict(chats))
    assert [p.probabilities.shape for p in predictions] == [(len(c), len(system.space)) for c in chats]
    for prediction in predictions:
        assert np.isfinite(prediction.probabilities).all()
        assert (prediction.probabilities >= 0).all()
        np.testing.assert_allclose(prediction.probabilities.sum(axis=1), 1.0, atol=1e-5)
        if system.space.multi_label:
            assert prediction.active is not None
            assert prediction.active.shape == prediction.probabilities.shape


def test_neighbours_do_not_change_an_answer(system: Recognizer, chats: list[Conversation]) -> None:
    together = list(system.predict(chats))
    alone = [next(iter(system.predict([c]))) for c in chats]
    for a, b in zip(together, alone, strict=True):
        # To the last bit: a job that is resumed must end with the bytes of one that was not stopped.
        np.testing.assert_array_equal(a.probabilities, b.probabilities)


def test_an_endless_stream_gives_answers(system: Recognizer, chats: list[Conversation]) -> None:
    def endless() -> Iterator[Conversation]:
        while True:
            yield chats[0]

    answers = system.predict(endless())
    first, second = next(answers), next(answers)
    np.testing.assert_array_equal(first.probabilities, second.probabilities)


@pytest.mark.parametrize("target", labels.SPACES)
def test_every_label_space_can_be_answered(system: Recognizer, chats: list[Conversation], target: str) -> None:
    if system.space.name != "goemotions":
        pytest.skip("only GoEmotions is mapped to every space")
    done = list(recognize_stream(system, chats, labels.space(target)))
    for conversation in done:
        for mood in conversation.recognitions:
            assert sum(mood.probabilities.values()) == pytest.approx(1.0, abs=1e-9)
            assert mood.emotion == max(mood.probabilities, key=lambda label: mood.probabilities[label])
            assert -1 <= mood.valence <= 1
            assert (mood.active is None) == (target != "goemotions")
