"""Which splits hold the same conversations, and that a system which has seen one is marked on the other."""

from pathlib import Path

import pytest

from sentio import registry
from sentio.card import CorpusCard
from sentio.evaluation import evaluate, overlaps
from sentio.evaluation.predictors import Contender


@pytest.mark.parametrize(
    ("scored", "seen", "same"),
    [
        ("meld/validation", "meld/validation", True),
        ("meld/validation", "meld/train", False),
        ("meld/validation", "meld_json/validation", True),
        ("meld_json/validation", "meld/validation", True),
        ("meld/validation", "meld_json/train", False),
        ("emorynlp/test", "emorynlp_7551/test", True),
        ("mintrec2/validation", "mintrec2_mmla/validation", True),
        ("mintrec2/validation", "mintrec/validation", False),
        ("meld/test", "peld/train", True),
        ("peld/validation", "emorynlp/train", True),
        ("reccon/validation", "dailydialog/train", True),
        ("dailydialog/train", "reccon/validation", True),
        ("esconv_ppdpp/validation", "esconv_multiesc/train", True),
        ("esconv/all", "esconv_ppdpp/train", True),
        ("dailydialog/validation_filtered", "dailydialog/validation", True),
        ("dailydialog/validation_filtered", "dailydialog/train", False),
        ("peld/validation", "peld/train", False),
        ("peld/dialogue_validation", "peld/dialogue_train", False),
        ("peld/dialogue_validation", "peld/train", True),
        ("peld/validation", "peld/dialogue_train", True),
        ("iemocap/session1", "iemocap/train", True),
        ("iemocap/session1", "iemocap/session2", False),
        ("iemocap/test", "iemocap/session4", False),
        ("calls/all", "meld/train", False),
        ("calls/all", "calls/all", True),
    ],
)
def test_splits_overlap_where_they_may_hold_the_same_conversations(scored: str, seen: str, same: bool) -> None:
    assert overlaps.seen(scored, [seen]) is same
    assert overlaps.seen(scored, ["goemotions/train", seen]) is same
    assert overlaps.seen(seen, [scored]) is same, "the same, whichever was first"
    assert Contender("kettle", "system", False, "", seen=(seen,)).chosen_on(scored) == (
        "this split" if same else "another split"
    )


def test_what_has_seen_nothing_has_seen_no_split() -> None:
    assert not overlaps.seen("meld/validation", [])
    assert Contender("kettle", "system", False, "").chosen_on("meld/validation") == "nothing"
    assert Contender("kettle", "system", False, "", seen=None).chosen_on("meld/validation") == "unknown"


def test_cards_share_with_corpora_that_there_are() -> None:
    known = registry.components("corpora")
    for name, component in known.items():
        assert isinstance(component.card, CorpusCard)
        shared = {one.removesuffix("/*") for one in component.card.shares}
        assert shared <= known.keys() - {name}
        assert len(shared) == len(component.card.shares)


def test_baselines_learn_from_the_training_split_of_the_cut_that_is_scored(miniatures: Path, tmp_path: Path) -> None:
    outcome = evaluate("majority", "peld", split="dialogue_validation", data=miniatures, out=tmp_path / "run")
    assert {row.learned for row in outcome.rows} == {"dialogue_train"}
    assert not any(map(outcome.learned_from_scored, outcome.rows))
    assert outcome.chosen_on == "another split"
