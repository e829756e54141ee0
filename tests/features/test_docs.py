"""The page on features: its examples run, and its figures are those of the code."""

import doctest
from pathlib import Path

from sentio.corpora import meld
from sentio.features.address import SUFFIXES
from sentio.features.encoded import AHEAD
from sentio.features.stored import FEW, STRANGE
from sentio.features.table import CONVERSATIONS, IDS, UTTERANCES

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
TEXT = PAGE.read_text("utf8")


def test_the_examples_run() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted == 10
    assert found.failed == 0


def test_the_figures_are_those_of_the_code() -> None:
    assert f"about {AHEAD:,} utterances ahead" in TEXT
    assert (FEW, STRANGE) == (2, 0.1)
    assert f"dev is conversation {meld.FIRST['validation']}, that of test {meld.FIRST['test']}" in TEXT
    for name in (*SUFFIXES, *CONVERSATIONS, *UTTERANCES, IDS):
        assert f"`{name}`" in TEXT
