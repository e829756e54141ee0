"""What every registered system that finds causes promises."""

from collections.abc import Iterator, Mapping

import pytest

from sentio import Conversation, Utterance, labels, registry
from sentio.causes import Candidate, CauseFinder, Felt, Judgement, find_stream, load
from sentio.gold import AnnotatedConversation

SYSTEMS = registry.components("causes")


@pytest.fixture(scope="module", params=SYSTEMS)
def finder(request: pytest.FixtureRequest) -> CauseFinder:
    """Each system as it comes; one that asks a language model gets a tiny one, one that has to be trained is."""
    name: str = request.param
    options = SYSTEMS[name].options()
    if "model" in options:
        return load(str(request.getfixturevalue("trained_finder")))
    if "llm" not in options:
        return load(name)
    return load(name, {"llm": f"hf/{request.getfixturevalue('tiny_qwen3')}"})


def chat(name: str, *texts: str, speakers: str = "AB") -> Conversation:
    turns = [Utterance(id=f"u{i}", speaker=speakers[i % len(speakers)], text=text) for i, text in enumerate(texts)]
    return Conversation(id=name, utterances=turns)


def felt(conversation: Conversation, *emotions: str) -> Felt:
    """The emotions of the first utterances; "" for one that is not asked about."""
    ids = (utterance.id for utterance in conversation.utterances)
    return Felt(conversation, {name: mood for name, mood in zip(ids, emotions, strict=False) if mood})


def begun(item: AnnotatedConversation) -> Felt:
    """Its first three utterances, and the emotions that its author wrote down, in the words of DailyDialog."""
    names = {"joy": "happiness", "neutral": ""}
    first = item.conversation.model_copy(update={"utterances": item.conversation.utterances[:3]})
    emotions = (str(item.gold["emotion by author"][turn.id]) for turn in first.utterances)
    return felt(first, *(names.get(emotion, emotion) for emotion in emotions))


EDGES = [
    felt(chat("empty")),
    felt(chat("nothing felt", "It is noon.", "So it is.")),
    felt(chat("one", "Go away!"), "anger"),
    felt(chat("one speaker", "I won.", "I really won!", speakers="A"), "happiness", "happiness"),
    felt(
        chat("odd", "", "   ", "\x00", "🎉🎉🎉", "x" * 1_000, "مرحبا كيف حالك", "no " * 200, "\ud800 half"),
        *("surprise", *[""] * 6, "surprise"),
    ),
    felt(chat("Chinese", "我的猫死了。", "太可怜了，我很难过！"), "", "sadness"),
]


@pytest.fixture(scope="module")
def asked(talks: list[AnnotatedConversation]) -> list[Felt]:
    return [begun(talks[2]), *EDGES]


@pytest.fixture(scope="module")
def judgements(finder: CauseFinder, asked: list[Felt]) -> list[Judgement]:
    return list(finder.find(asked))


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_card_names_a_label_space(name: str) -> None:
    card = SYSTEMS[name].card
    assert card.labels in labels.SPACES
    assert card.title
    assert card.summary


def test_every_utterance_up_to_the_emotional_one_is_judged(asked: list[Felt], judgements: list[Judgement]) -> None:
    assert len(judgements) == len(asked)
    for asking, judgement in zip(asked, judgements, strict=True):
        order = [utterance.id for utterance in asking.conversation.utterances]
        assert set(judgement) == set(asking.emotions)
        for target, candidates in judgement.items():
            assert [one.utterance for one in candidates] == order[: order.index(target) + 1]


def test_probabilities_and_spans_are_what_they_say(asked: list[Felt], judgements: list[Judgement]) -> None:
    for asking, judgement in zip(asked, judgements, strict=True):
        texts = {utterance.id: utterance.text for utterance in asking.conversation.utterances}
        for candidates in judgement.values():
            for one in candidates:
                assert 0 <= one.probability <= 1
                assert one.span in texts[one.utterance]


def test_neighbours_do_not_change_an_answer(
    finder: CauseFinder, asked: list[Felt], judgements: list[Judgement]
) -> None:
    for asking, together in zip(reversed(asked), reversed(judgements), strict=True):
        # To the last bit: a job that is resumed must end with the bytes of one that was not stopped.
        assert _plain(next(iter(finder.find([asking])))) == _plain(together)


def test_an_endless_stream_gives_answers(finder: CauseFinder, asked: list[Felt]) -> None:
    def endless() -> Iterator[Felt]:
        while True:
            yield asked[0]

    answers = finder.find(endless())
    assert _plain(next(answers)) == _plain(next(answers))


def test_what_is_found_is_a_result(finder: CauseFinder, asked: list[Felt]) -> None:
    some = asked[:4]
    for asking, done in zip(some, find_stream(finder, some), strict=True):
        assert done.conversation == asking.conversation
        assert [(effect.utterance, effect.emotion) for effect in done.effects] == list(asking.emotions.items())
        assert len(list(done.rows())) >= len(asking.emotions)


def _plain(judgement: Judgement) -> Mapping[str, list[Candidate]]:
    return {target: list(candidates) for target, candidates in judgement.items()}
