"""The annotations: counted where the corpus is at hand, broken in every way on a miniature of them."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentio import corpora
from sentio.corpora import Corpus
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, GoldCause

EXAMPLE = Path(__file__).parent / "examples"
EVIDENCE, SPAN = "expanded emotion cause evidence", "expanded emotion cause span"
TRAIN = "original_annotation/dailydialog_train.json"

# dialogues, utterances, targets, spans of turns up to the target, latent causes
COUNTS = {"train": (834, 8206, 4562, 7269, 359), "validation": (47, 493, 200, 347, 5)}
KINDS = {
    "train": {"no-context": 2575, "inter-personal": 1880, "hybrid": 661, "self-contagion": 570, "latent": 351},
    "validation": {"no-context": 127, "inter-personal": 90, "hybrid": 32, "self-contagion": 15, "latent": 5},
}
EMOTIONS = {
    "train": {
        "neutral": 3644, "happiness": 3550, "surprise": 365, "anger": 275, "sadness": 209, "disgust": 106, "fear": 45,
        "happy": 5, "sad": 3, "excited": 2, "surprised": 1, "angry": 1,
    },
    "validation": {
        "neutral": 293, "happiness": 127, "anger": 26, "sadness": 23, "surprise": 18, "fear": 4, "disgust": 2,
    },
}  # fmt: skip
NOTES = {"train": (243, 239), "validation": (11, 3)}
# The published 7,029 pairs of train are with the two whose evidence is said after the target.
PAIRS = {"train": (7029, 7027), "validation": (328, 328)}
DISTANCES = {"train": [2655, 2242, 966, 457, 369, 580], "validation": [136, 116, 41, 26, 12, 16]}
REPEATED_ROWS = {"train": 36, "validation": 1}
FUTURE = {"train": [("tr_5961", "7", "9"), ("tr_2313", "2", "3")], "validation": []}

each_split = pytest.mark.parametrize("split", ["train", "validation"])


@pytest.fixture(scope="module")
def reccon(data: Path) -> Corpus:
    if not (data / "reccon").is_dir():
        pytest.skip("no copy of reccon at hand")
    return corpora.load("reccon", data)


def heard(items: list[AnnotatedConversation]) -> list[tuple[str, GoldCause]]:
    """The causes that make a positive row: said, and not after the target."""
    return [(i.id, c) for i in items for c in i.causes if c.evidence is not None and int(c.evidence) <= int(c.target)]


@each_split
def test_counts(reccon: Corpus, split: str) -> None:
    items = list(reccon.conversations(split))
    causes = [(item.id, cause) for item in items for cause in item.causes]
    targets = {(dialogue, cause.target): cause.kinds for dialogue, cause in causes}
    latent = [cause for _, cause in causes if cause.evidence is None]
    assert COUNTS[split] == (
        len(items), sum(len(item.conversation) for item in items), len(targets), len(heard(items)), len(latent)
    )  # fmt: skip
    assert Counter(kind for kinds in targets.values() for kind in kinds) == KINDS[split]
    assert len(causes) == reccon.card.counts[split]["causes"]
    said = [(dialogue, cause) for dialogue, cause in causes if cause.evidence is not None]
    assert PAIRS[split] == tuple(len({(d, c.target, c.evidence) for d, c in some}) for some in (said, heard(items)))
    assert len(heard(items)) - len({(dialogue, c) for dialogue, c in heard(items)}) == REPEATED_ROWS[split]
    later = [(d, c.target, c.evidence) for d, c in said if int(c.evidence or 0) > int(c.target)]
    assert later == FUTURE[split]


@each_split
def test_emotions_and_notes(reccon: Corpus, split: str) -> None:
    items = list(reccon.conversations(split))
    assert Counter(label for item in items for label in item.gold["released emotion"].values()) == EMOTIONS[split]
    mapped = Counter(label for item in items for label in item.gold["emotion"].values())
    strays = {"happiness": 7, "sadness": 3, "surprise": 1, "anger": 1} if split == "train" else {}
    assert mapped == {label: EMOTIONS[split][label] + strays.get(label, 0) for label in reccon.card.layers["emotion"]}
    assert NOTES[split] == tuple(sum(len(item.gold[layer]) for item in items) for layer in ("explanation", "flag"))


@each_split
def test_distances(reccon: Corpus, split: str) -> None:
    found = Counter(min(int(c.target) - int(c.evidence or 0), 5) for _, c in heard(list(reccon.conversations(split))))
    assert [found[distance] for distance in range(6)] == DISTANCES[split]


def test_no_dialogue_is_in_two_splits(reccon: Corpus) -> None:
    train, validation = ({item.id for item in reccon.read(split)} for split in ("train", "validation"))
    assert not train & validation
    # DailyDialog's own splits are not kept: nine validation dialogues are from its train split.
    assert Counter(dialogue[:3] for dialogue in validation) == {"va_": 38, "tr_": 9}


@pytest.fixture
def example() -> Any:  # noqa: ANN401  (JSON)
    return json.loads((EXAMPLE / "reccon" / TRAIN).read_text("utf8"))


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Any], list[AnnotatedConversation]]:
    def written(released: object) -> list[AnnotatedConversation]:
        file = tmp_path / "reccon" / TRAIN
        file.parent.mkdir(parents=True)
        file.write_text(released if isinstance(released, str) else json.dumps(released), "utf8")
        return list(corpora.load("reccon", tmp_path).conversations("train"))

    return written


Read = Callable[[Any], list[AnnotatedConversation]]


def test_what_an_annotation_becomes(example: Any, read: Read) -> None:  # noqa: ANN401  (JSON)
    first, second = read(example)
    assert first.conversation.speakers == ("A", "B")
    assert [u.id for u in first.conversation.utterances] == ["1", "2", "3", "4", "5"]
    assert first.gold["emotion"] == dict(
        zip("12345", ("neutral", "happiness", "happiness", "surprise", "neutral"), strict=True)
    )
    assert first.gold["released emotion"]["3"] == "happy"
    assert (first.gold["explanation"], first.gold["flag"]) == ({"3": "A is proud of the find"}, {"4": "F"})
    both = ("no-context", "inter-personal")
    assert first.causes[:2] == (
        GoldCause(target="2", evidence="1", span="found your keys", kinds=both),
        GoldCause(target="2", evidence="2", span="about to call the locksmith", kinds=both),
    )
    # A latent cause has no words; what is said later stays a cause and gives no row.
    assert first.causes[3] == GoldCause(target="3", evidence=None, kinds=("latent", "inter-personal"))
    assert first.causes[5] == GoldCause(target="4", evidence="5", span="the movers", kinds=("no-context",))
    assert second.causes[0].evidence is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({EVIDENCE: [1, 6]}, "turn 2: evidence 6 is no turn"),
        ({EVIDENCE: [0, 2]}, "turn 2: evidence 0 is no turn"),
        ({EVIDENCE: [1]}, "turn 2: 1 turns of evidence, but 2 spans"),
        ({EVIDENCE: []}, "turn 2, 'expanded emotion cause evidence'"),
        ({EVIDENCE: ["c", 2]}, "turn 2, 'expanded emotion cause evidence'"),
        ({EVIDENCE: [True, 2]}, "turn 2, 'expanded emotion cause evidence'"),
        ({SPAN: ["lost your keys", "a relief"]}, "turn 2: the span is not in turn 1: 'lost your keys'"),
        ({SPAN: ["", "a relief"]}, "turn 2: the span is not in turn 1: ''"),
        ({"emotion": "hapiness"}, "turn 2: 'hapiness' is no emotion"),
        ({"emotion": None}, "turn 2, 'emotion'"),
        ({"utterance": 5}, "turn 2, 'utterance'"),
        ({"type": ["outer"]}, "turn 2, 'type'"),
        ({"turn": 3}, "turn 3 stands where turn 2 is expected"),
    ],
)
def test_a_turn_that_does_not_fit_is_named(
    example: Any,  # noqa: ANN401  (JSON)
    read: Read,
    changed: dict[str, object],
    message: str,
) -> None:
    example["tr_1"][0][1].update(changed)
    with pytest.raises(InputError) as error:
        read(example)
    assert f"dailydialog_train.json: item tr_1: does not fit: {message}" in str(error.value)


def test_a_missing_key_is_named(example: Any, read: Read) -> None:  # noqa: ANN401  (JSON)
    del example["tr_2"][0][0]["speaker"]
    with pytest.raises(InputError, match="item tr_2: does not fit: turn 1, 'speaker', Field required"):
        read(example)


@pytest.mark.parametrize("released", [[], [[]], [[], []], {}, "turns", None])
def test_a_dialogue_that_is_no_list_of_one_list(released: object, example: Any, read: Read) -> None:  # noqa: ANN401
    example["tr_2"] = released
    with pytest.raises(InputError, match=r"dailydialog_train.json: item tr_2: does not fit: "):
        read(example)


def test_a_list_is_no_corpus(read: Read) -> None:
    with pytest.raises(InputError, match=r"dailydialog_train.json:1: an object of items is expected"):
        read([])


def test_a_truncated_file_names_its_line(read: Read) -> None:
    text = (EXAMPLE / "reccon" / TRAIN).read_text("utf8")
    cut = text[: text.index("What a relief !") + 6]
    with pytest.raises(InputError) as error:
        read(cut)
    assert f"dailydialog_train.json:{cut.count(chr(10)) + 1}: not JSON" in str(error.value)
