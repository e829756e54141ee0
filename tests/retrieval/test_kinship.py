"""Which corpora are cut from the same conversations."""

from sentio.retrieval.kinship import kin

FRIENDS = {"meld", "meld_json", "peld", "emorynlp", "emorynlp_7551"}


def test_the_corpora_of_one_series_are_kin() -> None:
    for corpus in FRIENDS:
        assert kin(corpus) >= FRIENDS - {corpus}


def test_others_are_not() -> None:
    assert not kin("iemocap")
    assert not kin("prc_demonstrations")
    assert not kin("a table of mine")
    assert "dailydialog" in kin("reccon")
