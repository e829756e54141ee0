"""PELD: the released split to the triple, its leaks, and that MELD and EmoryNLP give its triples."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.corpora import peld
from sentio.corpora.peld_triples import Triple, triples
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

EXAMPLES = Path(__file__).parent / "examples"
EMOTIONS = ("neutral", "joy", "anger", "surprise", "sadness", "fear", "disgust")
TABLE = {
    "train": (2244, 910, 695, 514, 400, 394, 116),
    "validation": (250, 101, 77, 57, 44, 44, 13),
    "test": (277, 112, 86, 63, 49, 49, 15),
}
"""Third emotions of each split in the order of `EMOTIONS`."""


@cache
def split(name: str, data: Path) -> list[AnnotatedConversation]:
    return list(corpora.load("peld", data).conversations(name))


def whole(data: Path) -> list[AnnotatedConversation]:
    return [item for name in ("train", "validation", "test") for item in split(name, data)]


def third(items: Iterable[AnnotatedConversation]) -> Counter[object]:
    return Counter(item.gold["emotion"]["2"] for item in items)


def third_sentiment(items: Iterable[AnnotatedConversation]) -> Counter[object]:
    return Counter(item.machine["sentiment"]["2"] for item in items)


def texts(item: AnnotatedConversation) -> tuple[str, ...]:
    return tuple(u.text for u in item.conversation.utterances)


def pairs(item: AnnotatedConversation) -> set[tuple[str, ...]]:
    return {texts(item)[:2], texts(item)[1:]}


def dialogue(*turns: tuple[str, str, str]) -> AnnotatedConversation:
    said = tuple(Utterance(id=str(i), speaker=who, text=text) for i, (who, text, _) in enumerate(turns))
    gold = {"emotion": {str(i): emotion for i, (_, _, emotion) in enumerate(turns)}}
    return AnnotatedConversation(conversation=Conversation(id="d", utterances=said), gold=gold)


def test_a_triple_is_read_with_traits() -> None:
    item = next(item for item in whole(EXAMPLES) if item.id == "0")
    assert texts(item) == ("Where s the ladder?", "I lent it to Carl.", "Who is Carl?")
    assert [u.speaker for u in item.conversation.utterances] == ["Ross", "Joey", "Ross"]
    assert item.conversation.profiles["Ross"].traits == {
        "openness": 0.722,
        "conscientiousness": 0.489,
        "extraversion": 0.6,
        "agreeableness": 0.533,
        "neuroticism": 0.356,
    }
    assert set(item.gold) == {"emotion"}
    assert item.machine == {"sentiment": {"0": "neutral", "1": "neutral", "2": "neutral"}}


def test_splits_by_dialogue_follow_the_source_files() -> None:
    found = {name: sorted(int(item.id) for item in split(f"dialogue_{name}", EXAMPLES)) for name in TABLE}
    assert found == {
        "train": [*range(10), *range(19, 27)],
        "validation": [*range(10, 14), *range(27, 30)],
        "test": [*range(14, 19)],
    }


@pytest.mark.parametrize(
    ("cell", "wrong", "cause"),
    [
        ("[0.722, 0.489, 0.6, 0.533, 0.356]", "[0.722, 0.489, 0.6, 0.533]", "shorter"),
        ("[0.722, 0.489, 0.6, 0.533, 0.356]", "[7.22, 0.489, 0.6, 0.533, 0.356]", "not all from 0 to 1"),
        ("[0.722, 0.489, 0.6, 0.533, 0.356]", "__import__('os')", "does not fit"),
        ("neutral\tneutral\tneutral\tneutral", "neutral\tbored\tneutral\tneutral", "'bored' is none of anger"),
        ("\tneutral\n", "\n", "11 cells where 12 are expected"),
    ],
)
def test_what_does_not_fit_names_file_and_line(tmp_path: Path, cell: str, wrong: str, cause: str) -> None:
    table = (EXAMPLES / "peld" / "Dyadic_PELD.tsv").read_text("utf-8")
    (tmp_path / "peld").mkdir()
    (tmp_path / "peld" / "Dyadic_PELD.tsv").write_text(table.replace(cell, wrong, 1), encoding="utf-8")
    with pytest.raises(InputError, match=re.escape("Dyadic_PELD.tsv")) as error:
        split("train", tmp_path)
    assert error.value.line == 2
    assert cause in str(error.value)


def test_triples_need_three_turns_of_a_main_character_and_another() -> None:
    item = dialogue(
        ("Ross", " It’s late. ", "neutral"),
        ("Waiter", "We close.", "neutral"),
        ("Ross", "No!", "anger"),
        ("Waiter", "Yes.", "neutral"),
        ("Waiter", "Now.", "anger"),
    )
    (only,) = triples([item], "meld")
    assert only == Triple(("Ross", "Waiter"), ("It s late.", "We close.", "No!"), ("neutral", "neutral", "anger"))


def test_a_triple_of_emorynlp_with_peaceful_or_powerful_is_dropped() -> None:
    item = dialogue(
        ("Ross Geller, Joey Tribbiani", "Hi.", "joyful"),
        ("Rachel Green", "Hi.", "mad"),
        ("Ross Geller", "What?", "scared"),
        ("Rachel Green", "Nothing.", "powerful"),
    )
    assert [t.emotions for t in triples([item], "emorynlp")] == [("joy", "anger", "fear")]


def test_the_released_split(data: Path) -> None:
    for name, expected in TABLE.items():
        assert third(split(name, data)) == dict(zip(EMOTIONS, expected, strict=True))
    assert third(whole(data)) == dict(zip(EMOTIONS, (2771, 1123, 858, 634, 493, 487, 144), strict=True))


def test_speakers(data: Path) -> None:
    def of(items: list[AnnotatedConversation]) -> Counter[str]:
        return Counter(item.conversation.speakers[0] for item in items)

    names = ("Chandler", "Joey", "Rachel", "Monica", "Phoebe", "Ross")
    assert of(whole(data)) == dict(zip(names, (1085, 1123, 1156, 1051, 972, 1123), strict=True))
    assert of(split("validation", data)) == dict(zip(names, (97, 109, 112, 94, 87, 87), strict=True))


def test_traits(data: Path) -> None:
    traits = {
        name: tuple(person.traits.values())
        for item in whole(data)
        for name, person in item.conversation.profiles.items()
    }
    assert traits == {
        "Chandler": (0.648, 0.375, 0.386, 0.58, 0.477),
        "Joey": (0.574, 0.614, 0.297, 0.545, 0.455),
        "Monica": (0.713, 0.457, 0.457, 0.66, 0.511),
        "Phoebe": (0.6, 0.48, 0.31, 0.46, 0.56),
        "Rachel": (0.635, 0.354, 0.521, 0.552, 0.469),
        "Ross": (0.722, 0.489, 0.6, 0.533, 0.356),
    }
    assert tuple(next(iter(whole(data)[0].conversation.profiles.values())).traits) == peld.TRAITS


def test_sentiment_is_a_function_of_the_emotion(data: Path) -> None:
    items = whole(data)
    assert third_sentiment(items) == {"neutral": 2771, "negative": 1982, "positive": 1757}
    assert third_sentiment(split("validation", data)) == {"neutral": 250, "negative": 178, "positive": 158}
    seen = {(str(item.gold["emotion"][u]), str(item.machine["sentiment"][u])) for item in items for u in "012"}
    negative = {(emotion, "negative") for emotion in ("anger", "disgust", "fear", "sadness")}
    assert seen == negative | {("joy", "positive"), ("surprise", "positive"), ("neutral", "neutral")}


def test_share_of_unchanged_emotion(data: Path) -> None:
    items = whole(data)
    same = sum(item.gold["emotion"]["0"] == item.gold["emotion"]["2"] for item in items)
    assert same / len(items) == pytest.approx(0.42197, abs=5e-6)


def test_the_released_split_leaks(data: Path) -> None:
    """349 of 586 validation triples share a pair of turns with train, 390 answers are spoken there."""
    train, validation = split("train", data), split("validation", data)
    trained_pairs = set().union(*map(pairs, train))
    trained_texts = {text for item in train for text in texts(item)}
    assert sum(not pairs(item).isdisjoint(trained_pairs) for item in validation) == 349
    assert sum(texts(item)[2] in trained_texts for item in validation) == 390


def test_the_split_by_dialogue_leaks_less(data: Path) -> None:
    """71 of 620 and 147: what stays are scenes that MELD and EmoryNLP share, and stock phrases."""
    train, validation = split("dialogue_train", data), split("dialogue_validation", data)
    trained_pairs = set().union(*map(pairs, train))
    trained_texts = {text for item in train for text in texts(item)}
    assert len(validation) == 620
    assert sum(not pairs(item).isdisjoint(trained_pairs) for item in validation) == 71
    assert sum(texts(item)[2] in trained_texts for item in validation) == 147


def test_repeated_triples_carry_conflicting_labels(data: Path) -> None:
    emotions: dict[tuple[str, ...], list[object]] = {}
    for item in whole(data):
        emotions.setdefault(texts(item), []).append(item.gold["emotion"]["2"])
    repeated = [labels for labels in emotions.values() if len(labels) > 1]
    assert (sum(len(set(labels)) > 1 for labels in repeated), len(repeated)) == (118, 189)


def test_every_rebuilt_triple_is_released(data: Path) -> None:
    """MELD train and dev, EmoryNLP train and dev, of the 4,438 and 2,105 with their test parts."""
    released = {
        Triple(
            (item.conversation.utterances[0].speaker, item.conversation.utterances[1].speaker),
            (texts(item)[0], texts(item)[1], texts(item)[2]),
            (str(item.gold["emotion"]["0"]), str(item.gold["emotion"]["1"]), str(item.gold["emotion"]["2"])),
        )
        for item in whole(data)
    }
    assert len(released) == 6510
    rebuilt = {}
    for corpus, source in (("meld", "meld"), ("emorynlp_7551", "emorynlp")):
        for name in ("train", "validation"):
            conversations = corpora.load(corpus, data).conversations(name)
            rebuilt[source, name] = list(triples(conversations, source))  # type: ignore[arg-type]
    assert [len(found) for found in rebuilt.values()] == [3276, 382, 1646, 247]
    for found in rebuilt.values():
        assert set(found) <= released
