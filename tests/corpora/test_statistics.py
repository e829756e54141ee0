"""What is counted of a split is what counting by hand finds, for any conversations."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.corpora.statistics import Range, Statistics, statistics, tokens
from sentio.gold import AnnotatedConversation, GoldCause, Question, Value

ORDER = ("joy", "anger", "calm")
LABEL = st.none() | st.sampled_from(ORDER[:2]) | st.lists(st.sampled_from(ORDER[:2]), unique=True).map(tuple)
TURNS = st.lists(
    st.tuples(st.sampled_from(["Ada", "Bo", ""]), st.sampled_from(["", "a cake", "no"]), LABEL), max_size=9
)


def chat(name: str, turns: Sequence[tuple[str, str, Value | None]]) -> AnnotatedConversation:
    said = tuple(Utterance(id=f"u{i}", speaker=speaker, text=text) for i, (speaker, text, _) in enumerate(turns))
    gold = {f"u{i}": label for i, (_, _, label) in enumerate(turns) if label is not None}
    return AnnotatedConversation(conversation=Conversation(id=name, utterances=said), gold={"emotion": gold})


@given(st.lists(TURNS, max_size=4))
def test_counts_are_those_of_counting_by_hand(dialogues: list[list[tuple[str, str, Value | None]]]) -> None:
    found = statistics([chat(str(n), turns) for n, turns in enumerate(dialogues)], {"emotion": ORDER})
    turns = [turn for dialogue in dialogues for turn in dialogue]
    values = [value for _, _, value in turns if value is not None]
    labels = Counter(label for value in values for label in ([value] if isinstance(value, str) else value))  # type: ignore[union-attr]
    emotion = found.layers["emotion"]
    assert (found.conversations, found.utterances) == (len(dialogues), len(turns))
    assert found.speakers == len({speaker for speaker, _, _ in turns if speaker})
    assert emotion.annotated == len(values)
    assert emotion.labels == {label: labels[label] for label in ORDER}
    assert list(emotion.labels) == list(ORDER)
    assert emotion.several == numbers([len(value) for value in values if isinstance(value, tuple)])
    assert found.tokens == numbers([len(text.split()) for _, text, _ in turns])
    assert found.utterances_per_conversation == numbers([len(dialogue) for dialogue in dialogues])
    compared = [pair for dialogue in dialogues for pair in pairs(dialogue)]
    assert emotion.compared == len(compared)
    assert emotion.shifts == sum(alike(one) != alike(other) for one, other in compared)
    assert Statistics.model_validate(found.model_dump(exclude=MEANS)) == found


MEANS = {
    name: {"mean"} for name in ("utterances_per_conversation", "speakers_per_conversation", "tokens", "choices")
} | {"layers": {"emotion": {"several": {"mean"}, "scores": {"mean"}}}}  # computed, so not read back


def numbers(found: Sequence[float]) -> Range | None:
    return Range(n=len(found), total=sum(found), low=min(found), high=max(found)) if found else None


def pairs(turns: Sequence[tuple[str, str, Value | None]]) -> list[tuple[Value, Value]]:
    """Each annotated utterance of somebody with a name, and the same one's annotated utterance before it."""
    named = [(speaker, value) for speaker, _, value in turns if speaker and value is not None]
    before = [[value for who, value in named[:place] if who == speaker] for place, (speaker, _) in enumerate(named)]
    return [(earlier[-1], value) for earlier, (_, value) in zip(before, named, strict=True) if earlier]


def alike(value: Value) -> object:
    return set(value) if isinstance(value, tuple) else value


def test_scores_texts_votes_causes_and_machine_labels_are_counted_apart() -> None:
    item = chat("kitchen", [("Ada", "You baked a cake?", "joy"), ("Bo", "I forgot the sugar.", None)]).model_copy(
        update={
            "gold": {"empathy": {"u0": 2.0, "u1": 3.5}, "explanation": {"u1": "no sugar"}},
            "machine": {"emotion": {"u1": "anger"}},
            "votes": {"emotion": {"u0": {"1": "joy", "2": "calm"}, "u1": {"1": "joy"}}},
            "causes": (GoldCause(target="u0", evidence="u0"),),
        }
    )
    found = statistics([item], {"emotion": ORDER, "empathy": (), "explanation": ()})
    assert found.layers["empathy"].scores == Range(n=2, total=5.5, low=2.0, high=3.5)
    assert found.layers["empathy"].compared == 0
    assert (found.layers["explanation"].annotated, found.layers["explanation"].labels) == (1, {})
    assert found.layers["emotion"].annotated == 0
    assert found.machine["emotion"].labels == {"joy": 0, "anger": 1, "calm": 0}
    assert found.votes == {"emotion": Range(n=2, total=3, low=1, high=2)}
    assert (found.causes, found.counts["votes"]) == (1, 3)


def test_questions_are_counted_with_their_scenarios() -> None:
    asked = [
        Question(id=str(n), context="Ada hums.", question="Why?", choices=choices, answers=("joy",), facts=facts)
        for n, (choices, facts) in enumerate([(("joy", "anger"), {"scenario": "1"}), ((), {"scenario": "1"}), ((), {})])
    ]
    found = statistics(asked, {})
    assert (found.questions, found.scenarios, found.conversations) == (3, 1, 0)
    assert found.choices == Range(n=1, total=2, low=2, high=2)
    assert found.tokens == Range(n=3, total=9, low=3, high=3)


def test_nothing_is_no_number() -> None:
    found = statistics([], {"emotion": ORDER})
    assert found.tokens is None
    assert found.utterances_per_conversation is None
    assert found.layers["emotion"].labels == dict.fromkeys(ORDER, 0)
    assert set(found.counts.values()) == {0}


@pytest.mark.parametrize(
    ("text", "n"), [("", 0), (" a  cake ", 2), ("C’est ça !", 3), ("我喜欢 cake 吗", 5), ("ケーキ", 3)]
)
def test_words_of_languages_without_blanks_are_characters(text: str, n: int) -> None:
    assert tokens(text) == n


def test_meld_is_what_its_authors_count(data: Path) -> None:
    """The published statistics have 4,003 shifts in train, two more than the released file; all else is theirs."""
    meld = corpora.load("meld", data)
    train, validation = (statistics(meld.read(split), meld.card.layers) for split in ("train", "validation"))
    assert (train.utterances, validation.utterances) == (9989, 1109)
    assert (train.layers["emotion"].shifts, validation.layers["emotion"].shifts) == (4001, 427)
    assert (train.speakers, validation.speakers) == (260, 47)
    assert train.tokens is not None
    assert validation.tokens is not None
    assert (train.tokens.high, validation.tokens.high) == (69, 37)
    assert train.layers["emotion"].labels == {
        "neutral": 4710, "surprise": 1205, "fear": 268, "sadness": 683, "joy": 1743, "disgust": 271, "anger": 1109,
    }  # fmt: skip


def test_counting_costs_less_than_reading(data: Path) -> None:
    emocontext = corpora.load("emocontext", data)
    start = time.process_time()
    items = list(emocontext.read("train"))
    read = time.process_time()
    statistics(items, emocontext.card.layers)
    assert time.process_time() - read < read - start
