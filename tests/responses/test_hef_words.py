"""The words that carry an emotion, by `mini` projected to the 32 emotions, and which of them are told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio import Conversation, Utterance
from sentio.responses.hef.context import STOP_WORDS, WORD, WORDS, Context, cause_words
from sentio.responses.hef.projected import Projected
from sentio.responses.hef.small_model import SPACE, proposed


@pytest.fixture(scope="module")
def small() -> Projected:
    return Projected()


@pytest.mark.parametrize(
    ("text", "emotion", "decisive"),
    [
        ("My brother was really terrified of the water.", "terrified", "terrified"),
        ("We went to the beach and I am so grateful to them.", "grateful", "grateful"),
        ("The soup there was disgusting and the bread was old.", "disgusted", "disgusting"),
    ],
)
def test_a_decisive_word_weighs_most(small: Projected, text: str, emotion: str, decisive: str) -> None:
    context = Context.of_text(text)
    assert emotion in proposed(small.probabilities(context), 3)
    weights = small.weights(context, emotion)
    assert context.words[int(weights.argmax())] == decisive
    assert cause_words(context, weights, 1) == (decisive,)


def test_weights_are_what_leaving_out_costs(small: Projected) -> None:
    context = Context.of_text("I miss my grandmother, her kitchen was warm.")
    emotion = SPACE.index("sad")
    logs = [
        np.log(small.probabilities(Context(text, ()))[emotion] + 1e-6) for text in (context.text, *context.without())
    ]
    expected = [max(0.0, logs[0] - without) for without in logs[1:]]
    np.testing.assert_allclose(small.weights(context, "sad"), expected, rtol=1e-9)


@settings(max_examples=20)
@given(text=st.text(min_size=1, max_size=30).filter(WORD.search))
def test_any_text_has_shares_that_sum_to_one_and_a_weight_a_word(small: Projected, text: str) -> None:
    context = Context.of_text(text)
    shares, weights = small.probabilities(context), small.weights(context, "joyful")
    assert shares.shape == (32,)
    assert (shares >= 0).all()
    assert shares.sum() == pytest.approx(1)
    assert weights.shape == (len(context.words),)
    assert (weights >= 0).all()


@given(st.text(max_size=400), st.integers(0, 6), st.data())
def test_cause_words_are_content_words_in_the_order_of_the_text(text: str, most: int, data: st.DataObject) -> None:
    context = Context.of_text(text)
    sizes = st.lists(st.floats(0, 9), min_size=len(context.words), max_size=len(context.words))
    words = cause_words(context, np.array(data.draw(sizes), float), most, names=("Ada",))
    assert len(words) <= most
    assert len({word.casefold() for word in words}) == len(words)
    places = [context.words.index(word) for word in words]
    assert places == sorted(places)
    assert not {word.casefold() for word in words} & {*STOP_WORDS, "ada"}


def test_only_the_words_of_who_tells_are_read_and_of_long_ones_the_last() -> None:
    said = [("Ada", "First. "), ("Bo", "Really?"), ("Ada", "no " * 500), ("Bo", "Hm."), ("Ada", "The last word.")]
    chat = Conversation(
        id="c", utterances=tuple(Utterance(id=str(n), speaker=who, text=text) for n, (who, text) in enumerate(said))
    )
    context = Context.of_speaker(chat, "Ada")
    assert len(context.words) == WORDS
    assert context.text.startswith("no no")
    assert context.text.endswith("no The last word.")
    assert "Really" not in context.text


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "?!", "🎉🎉"])
def test_texts_without_words_have_none(text: str) -> None:
    chat = Conversation(id="c", utterances=(Utterance(id="0", speaker="Ada", text=text),))
    assert Context.of_speaker(chat, "Ada").words in ((), ("?",))
    assert Context.of_speaker(chat, "Bo").text == ""


def test_chinese_is_read_character_by_character() -> None:
    context = Context.of_text("我的猫不见了，我很难过。")
    assert context.words == tuple("我的猫不见了我很难过")
    assert cause_words(context, np.eye(10)[2] + np.eye(10)[8], 5) == ("猫", "难")
