"""MIntRec2.0 in both releases: counts of MMLA's validation file, order and gaps of the original on the miniature."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.corpora import mintrec2, mintrec2_mmla
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

PROMPT = "You are presented with a video in which the speaker says: hm. Based on the text, what is the intent?"


def read(name: str, data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load(name, data).conversations(split))


def test_counts_of_mmla(data: Path) -> None:
    items = read("mintrec2_mmla", data, "validation")
    counted = Counter(value for item in items for value in item.gold["intent"].values())
    assert counted == {
        "inform": 106, "explain": 88, "doubt": 79, "oppose": 63, "complain": 60, "confirm": 59, "introduce": 58,
        "praise": 57, "greet": 47, "acknowledge": 40, "agree": 37, "asking for opinions": 37, "advise": 34, "taunt": 32,
        "comfort": 31, "thank": 30, "apologise": 29, "care": 28, "plan": 27, "criticize": 22, "arrange": 18,
        "leave": 18, "joke": 17, "warn": 17, "invite": 16, "ask for help": 16, "prevent": 15, "emphasize": 10,
        "flaunt": 8, "refuse": 7,
    }  # fmt: skip
    assert (len(items), counted.total()) == (125, 1106)
    assert round(max(counted.values()) / counted.total(), 4) == 0.0958


def test_the_first_row_of_mmla(data: Path) -> None:
    first = read("mintrec2_mmla", data, "validation")[0]
    assert (first.id, first.conversation.utterances[0].id, first.gold["intent"]["0"]) == ("2", "0", "prevent")


def test_both_releases_name_intents_alike() -> None:
    assert mintrec2.card.layers["intent"] == (*mintrec2_mmla.card.layers["intent"], "unk")


def test_out_of_scope_and_speakers(miniatures: Path) -> None:
    first, second = read("mintrec2", miniatures, "train")
    assert first.conversation.speakers == ("Monica", "Joey")
    assert first.gold["intent"] == {"0": "doubt", "1": "unk", "3": "asking for opinions"}
    assert first.conversation.utterances[2].text == 'any ideas for "my" wall?'
    assert (first.facts, second.facts) == ({"source": "friends"}, {"source": "superstore"})


def test_utterances_are_put_in_order(miniatures: Path) -> None:
    (item,) = read("mintrec2", miniatures, "validation")
    assert [u.id for u in item.conversation.utterances] == ["4", "5"]


def test_mmla_is_the_in_scope_part(miniatures: Path) -> None:
    whole, part = (read(name, miniatures, "train") for name in ("mintrec2", "mintrec2_mmla"))
    for full, asked in zip(whole, part, strict=True):
        known = {own: intent for own, intent in full.gold["intent"].items() if intent != "unk"}
        assert (asked.id, asked.gold["intent"]) == (full.id, known)


@pytest.mark.parametrize(
    ("query", "response", "video", "cause"),
    [
        ("What is meant?", "intent: doubt", "MIntRec2.0_1_0.mp4", r"dev.jsonl:1: .*is not of the form"),
        (PROMPT, "doubt", "MIntRec2.0_1_0.mp4", r"dev.jsonl:1: .*'doubt' is not of the form"),
        (PROMPT, "intent: ponder", "MIntRec2.0_1_0.mp4", r"dev.jsonl:1: .*'ponder' is none of acknowledge"),
        (PROMPT, "intent: doubt", "MELD_1_0.mp4", r"dev.jsonl:1: .*'MELD_1_0.mp4' is not of the form"),
    ],
)
def test_other_prompts_are_refused(tmp_path: Path, query: str, response: str, video: str, cause: str) -> None:
    folder = tmp_path / "mintrec" / "mintrec2"
    folder.mkdir(parents=True)
    record = f'{{"query": "{query}", "response": "{response}", "videos": ["{video}"]}}'
    (folder / "dev.jsonl").write_text(record)
    with pytest.raises(InputError, match=cause):
        read("mintrec2_mmla", tmp_path, "validation")
