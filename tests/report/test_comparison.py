"""The page of a comparison: what it says, and that what people write stays text."""

import re
from html import unescape
from pathlib import Path

import pytest

from sentio.errors import OutputError
from sentio.evaluation.comparison import Comparison
from sentio.report.comparison import render, write

ATTACK = "</style><script>alert(1)</script><img src=x onerror='alert(1)'>\0"


def words(html: str) -> str:
    """What a reader sees."""
    body = html[html.index("<body>") :]
    return " ".join(unescape(re.sub(r"<[^>]*>", "", re.sub("</(?:d[dt]|t[dh])>", " ", body))).split())


def test_the_page_says_who_is_better_and_how_far_that_can_be_believed(comparison: Comparison) -> None:
    text = words(render(comparison))
    assert (
        "mini is better in weighted_f1: mini has 0.6200, dice 0.5000, and the 95 % interval of the difference, "
        "+0.0300 to +0.2100, leaves out 0."
    ) in text
    assert "kitchens/validation, emotion: 1,200 targets in 12 conversations; seed 0 of both" in text
    assert "10,000 draws of whole conversations" in text
    assert "what dice was trained and chosen on is unknown" in text


@pytest.mark.parametrize(
    ("interval", "told"),
    [((-0.1, 0.2), "Neither is better in weighted_f1"), ((-0.2, -0.1), "dice is better in"), (None, "is unknown")],
)
def test_the_verdict_is_that_of_the_interval(
    comparison: Comparison, interval: tuple[float, float] | None, told: str
) -> None:
    headline = comparison.metrics[0].model_copy(update={"interval": interval})
    assert told in words(render(comparison.model_copy(update={"metrics": (headline,)})))


def test_every_metric_label_and_seed_has_its_figures(comparison: Comparison) -> None:
    html = render(comparison)
    assert [words("<body>" + row) for row in re.findall(r"<tr><th.*?</tr>", html, re.DOTALL)][1:] == [
        "weighted_f1 0.6200 0.5000 +0.1200 +0.0300 to +0.2100 0.0123 undefined 0.5000 ± 0.0125",
        "accuracy 0.4000 0.5000 −0.1000 −0.3000 to +0.1000 0.2500 undefined 0.5000 ± 0.0125",
        "ece less is better undefined 0.5000 undefined 0.5000 ± 0.0125",
    ]
    text = words(html)
    assert "joy 700 0.6200 and 0.5000: +0.1200" in text
    assert "anger 500 0.4000 and 0.5000: −0.1000" in text
    # The widest end of an interval, -0.3, is the end of its half.
    assert re.findall(r"--from:([\d.]+)%;--wide:([\d.]+)%", html) == [
        ("50.0", "20.0"), ("55.0", "30.0"), ("33.33", "16.67"), ("0.0", "66.67"),
    ]  # fmt: skip


def test_disagreements_say_who_was_right_and_how_many_there_are(comparison: Comparison) -> None:
    text = words(render(comparison))
    assert "Both are right 600 times, only mini 200 times, only dice 100 times, neither 300 times." in text
    assert "400 targets of 1,200 answered differently; 3 shown." in text
    assert "gold anger mini ✓ anger dice ✗ joy" in text
    assert "gold anger mini ✗ fear dice ✗ joy" in text
    assert "gold 2 mini 1.5 dice 2.5" in text


def test_what_people_write_is_text(comparison: Comparison) -> None:
    everywhere = ("speaker", "text", "conversation", "utterance", "evidence", "gold", "first", "second")
    row = comparison.disagreements[0].model_copy(update=dict.fromkeys(everywhere, ATTACK))
    side = comparison.first.model_copy(update={"name": ATTACK})
    label = comparison.labels[0].model_copy(update={"label": ATTACK})
    html = render(comparison.model_copy(update={"disagreements": (row,), "first": side, "labels": (label,)}))
    assert "<script" not in html
    assert "<img" not in html
    assert "\0" not in html
    assert unescape(html).count(ATTACK.strip("\0")) >= 10


def test_runs_of_one_system_are_called_by_their_folders(comparison: Comparison) -> None:
    same = comparison.model_copy(update={"second": comparison.second.model_copy(update={"name": "mini"})})
    assert "runs/mini is better in weighted_f1" in words(render(same))


def test_a_comparison_of_texts_has_neither_labels_nor_a_right_answer(comparison: Comparison) -> None:
    html = render(comparison.model_copy(update={"labels": (), "agreement": None, "disagreements": ()}))
    assert "F1 by label" not in html
    assert "Both are right" not in html
    assert 'href="#labels"' not in html


def test_nothing_is_loaded_from_elsewhere(comparison: Comparison) -> None:
    html = render(comparison)
    assert not re.findall(r"https?://|@import|url\(|<script|\ssrc=", html)
    assert "default-src 'none'" in html


def test_writing_makes_a_file_or_says_why_not(comparison: Comparison, tmp_path: Path) -> None:
    write(comparison, tmp_path / "comparison.html")
    assert (tmp_path / "comparison.html").read_text("utf8") == render(comparison)
    with pytest.raises(OutputError, match="not a folder that exists"):
        write(comparison, tmp_path / "no" / "comparison.html")
