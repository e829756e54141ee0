"""Conversations and results: frozen, JSON both ways, flat rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sentio import Conversation, Recognition, Recognitions, RecognizedConversation, Speaker, Utterance

texts = st.text(st.characters(exclude_categories=["Cs"]))
utterances = st.builds(
    Utterance,
    id=texts,
    speaker=texts,
    text=texts,
    start=st.none() | st.floats(0, 1e6),
    end=st.none(),
    audio=st.none() | texts,
)
conversations = st.builds(
    Conversation,
    id=texts,
    utterances=st.lists(utterances, max_size=5),
    profiles=st.just({"Ada": Speaker(name="Ada", traits={"openness": 0.5})}),
)


def mood(emotion: str = "joy", shift: bool = False) -> Recognition:
    return Recognition(
        space="ekman",
        emotion=emotion,
        probabilities={emotion: 1.0},
        valence=0.9,
        arousal=0.6,
        dominance=0.5,
        shift=shift,
    )


@given(conversations)
def test_conversations_survive_json(conversation: Conversation) -> None:
    assert Conversation.model_validate_json(conversation.model_dump_json()) == conversation


def test_values_are_frozen_and_closed() -> None:
    utterance = Utterance(id="0", speaker="Ada", text="Hi")
    with pytest.raises(ValidationError, match="frozen"):
        utterance.text = "Bye"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="colour"):
        Utterance.model_validate({"id": "0", "speaker": "Ada", "text": "Hi", "colour": "red"})
    with pytest.raises(ValidationError):
        Utterance(id="0", speaker="Ada", text="Hi", start=float("nan"))


def test_rows_have_exactly_the_promised_keys_in_order() -> None:
    chat = Conversation(id="c", utterances=(Utterance(id="u7", speaker="Ada", text="Hi"),), offset=3)
    (row,) = RecognizedConversation(conversation=chat, recognitions=(mood(),)).rows()
    assert list(row) == [
        "conversation", "utterance", "index", "speaker", "text", "labels", "emotion", "probabilities",
        "valence", "arousal", "dominance", "shift",
    ]  # fmt: skip
    assert (row["utterance"], row["index"], row["labels"]) == ("u7", 3, "ekman")


def test_results_are_a_sequence_and_a_frame() -> None:
    chat = Conversation(id="c", utterances=tuple(Utterance(id=str(i), speaker="Ada", text="Hi") for i in range(2)))
    done = RecognizedConversation(conversation=chat, recognitions=(mood("joy"), mood("anger", shift=True)))
    moods = Recognitions([done, done])
    assert len(moods) == 4
    assert [m.emotion for m in moods[1:3]] == ["anger", "joy"]
    frame = moods.to_polars()
    assert frame.height == 4
    assert frame["probabilities"].struct.field("anger").to_list() == [None, 1.0, None, 1.0]
    assert frame["shift"].sum() == 2
