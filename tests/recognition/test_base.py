"""Mapping, rounding, VAD and shift, on predictions made by hand."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentio import Conversation, Recognitions, Utterance, labels, recognize
from sentio.errors import MappingError
from sentio.recognition import Moods, Prediction, recognize_stream


class Fixed:
    """Answers what it was given."""

    def __init__(self, space: str, *predictions: NDArray[np.float64]) -> None:
        self.space = labels.space(space)
        self._predictions = predictions

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        for _, prediction in zip(conversations, self._predictions, strict=False):
            yield Prediction(prediction)


def chat(*speakers: str, name: str = "c", offset: int = 0) -> Conversation:
    turns = [Utterance(id=str(i), speaker=speaker, text="") for i, speaker in enumerate(speakers)]
    return Conversation(id=name, utterances=turns, offset=offset)


def certain(*emotions: str, space: str = "ekman") -> NDArray[np.float64]:
    return np.eye(len(labels.space(space)))[[labels.space(space).index(emotion) for emotion in emotions]]


def shifts(done: Recognitions) -> list[bool]:
    return [mood.shift for mood in done]


def test_a_shift_is_against_the_same_speakers_previous_emotion() -> None:
    system = Fixed("ekman", certain("joy", "anger", "joy", "joy", "sadness"))
    assert shifts(recognize(chat("A", "B", "A", "B", "A"), system=system)) == [False, False, False, True, True]


def test_moods_go_on_over_parts_but_not_over_conversations() -> None:
    system = Fixed("ekman", certain("joy"), certain("anger"), certain("joy"))
    parts = [chat("A"), chat("A", offset=1), chat("A", name="other")]
    assert shifts(recognize(parts, system=system)) == [False, True, False]


def test_moods_from_before_are_honoured() -> None:
    moods = Moods()
    moods.turn("c", "A", "anger")
    (done,) = recognize_stream(Fixed("ekman", certain("joy")), [chat("A")], moods=moods)
    assert done.recognitions[0].shift


def test_vad_is_the_mean_over_the_distribution() -> None:
    row = np.array([[0.5, 0, 0, 0.25, 0, 0, 0.25]])  # anger, joy, neutral
    (mood,) = recognize(chat("A"), system=Fixed("ekman", row))
    anger, joy = (np.array(labels.coordinates(labels.space("ekman"))[i]) for i in (0, 3))
    expected = 0.5 * anger + 0.25 * joy
    assert (mood.valence, mood.arousal, mood.dominance) == pytest.approx(tuple(expected), abs=1e-4)


def test_answers_are_carried_over_to_the_space_asked_for() -> None:
    (mood,) = recognize(chat("A"), system=Fixed("meld", certain("joy", space="meld")), labels="sentiment3")
    assert (mood.space, mood.emotion, mood.probabilities["positive"]) == ("sentiment3", "positive", 1.0)
    with pytest.raises(MappingError):
        recognize(chat("A"), system=Fixed("sentiment3", np.eye(3)[:1]), labels="ekman")


@given(st.lists(st.floats(0, 1), min_size=28, max_size=28).filter(lambda w: sum(w) > 1e-3))
def test_written_probabilities_sum_to_one_exactly(weights: list[float]) -> None:
    row = np.array([weights]) / sum(weights)
    (mood,) = recognize(chat("A"), system=Fixed("goemotions", row.astype(np.float32)))
    assert round(sum(mood.probabilities.values()), 9) == 1.0
    assert all(value == round(value, 6) for value in mood.probabilities.values())
    assert mood.probabilities[mood.emotion] == max(mood.probabilities.values())
