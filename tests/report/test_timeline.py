import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.report import timeline
from sentio.report.summary import stories
from sentio.results import RecognizedConversation

Talk = Callable[..., RecognizedConversation]

SVG = "{http://www.w3.org/2000/svg}"


def draw(done: RecognizedConversation, width: int = 700) -> str:
    (story,) = stories([done])
    styles = {name: i for i, name in enumerate(story.speakers)}
    (picture,) = timeline.draw(story.lines, styles, widths=[width], description="mean <0 & falling")
    return picture


def test_the_picture_has_a_line_and_a_mark_shape_for_each_speaker(kitchen: RecognizedConversation) -> None:
    tree = ElementTree.fromstring(draw(kitchen))
    lines = [path for path in tree.iter(f"{SVG}path") if path.get("stroke", "").startswith("var(--s")]
    assert [line.get("stroke") for line in lines] == ["var(--s0)", "var(--s1)", "var(--s2)"]
    assert len({line.get("stroke-dasharray") for line in lines}) == 3
    marks = [path for path in tree.iter(f"{SVG}path") if path.get("fill", "").startswith("var(--s")]
    assert len(marks) == len(kitchen.recognitions)


def test_the_picture_is_one_image_with_words(kitchen: RecognizedConversation) -> None:
    tree = ElementTree.fromstring(draw(kitchen))
    assert tree.get("role") == "img"
    assert tree.findtext(f"{SVG}desc") == "mean <0 & falling"
    assert tree.get("width") == "700" or float(tree.get("width", "0")) == pytest.approx(700, abs=12)


def test_colours_follow_the_page_and_the_background_is_the_page(kitchen: RecognizedConversation) -> None:
    picture = draw(kitchen)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', picture)) <= {
        "none", "transparent", "currentColor", "var(--s0)", "var(--s1)", "var(--s2)",
    }  # fmt: skip


def test_thousands_of_utterances_are_averaged_into_a_small_picture(long_talk: RecognizedConversation) -> None:
    picture = draw(long_talk)
    assert len(picture) < 60_000
    (story,) = stories([long_talk])
    assert timeline.step(story.lines) == 32


def test_an_averaged_mark_is_the_speakers_own_mean(talk: Talk) -> None:
    rows = [("A", "", {"joy": 1.0}), ("B", "", {"sadness": 1.0})] * timeline.POINTS
    (story,) = stories([talk(rows)])
    marks = timeline._marks(story.lines, {"A": 0, "B": 1})
    assert {(mark["speaker"], mark["valence"]) for mark in marks} == {("A", 0.96), ("B", -0.896)}
    assert len(marks) == 2 * timeline.POINTS


def test_names_of_any_kind_are_only_names(talk: Talk) -> None:
    names = ["</svg><script>alert(1)</script>", '"quoted"', "أحمد", "🎉", "datum.x", "1", "true"]
    picture = draw(talk([(name, "", {"joy": 0.9}) for name in names]))
    ElementTree.fromstring(picture)
    assert "<script" not in picture
    assert "أحمد" in picture


@given(st.integers(1, 10**7), st.integers(0, 10**6))
def test_ticks_are_few_distinct_and_on_the_axis(first: int, length: int) -> None:
    found = timeline.ticks(first, first + length)
    assert len(found) <= 7
    assert len(set(found)) == len(found)
    assert all(first <= tick <= first + length for tick in found)
