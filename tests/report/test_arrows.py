"""Causes and suggested replies on the page: in words, marked, as arrows that begin and end where they should."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chromium import BINARY, Browser

from sentio.conversation import Conversation, Utterance
from sentio.report import render, write
from sentio.report.reasons import LANES, Arrow, Because, Why, arrows, marked, whys
from sentio.report.summary import stories
from sentio.results import Effect, RecognizedConversation, Reply
from sentio.results.causes import Cause

Talk = Callable[..., RecognizedConversation]
NOTICE = "Are you in danger? Call the number of your country for emergencies."
in_browser = pytest.mark.skipif(BINARY is None, reason="no Chromium on the PATH: apt-get install chromium")


def effect(utterance: int, *causes: tuple[int, str], emotion: str = "joy") -> Effect:
    found = tuple(Cause(utterance=str(place), span=span, probability=0.83) for place, span in causes)
    return Effect(utterance=str(utterance), emotion=emotion, causes=found)


EFFECTS = [
    effect(2, (2, "Class finishes at seven only")),
    effect(5, (2, "seven")),
    effect(6, (2, "seven"), (6, "Call somebody!")),
    effect(9, (9, "Where is the torch?")),
    effect(13, (9, "I am going down"), (12, "Wrong bus")),
    effect(14),
    effect(16, (10, ""), (15, "Your mother was finished here!")),
]


@pytest.fixture
def page(kitchen: RecognizedConversation) -> str:
    return render([kitchen], effects=[EFFECTS])


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_the_causes_of_an_emotion_are_told_in_words_with_links(page: str) -> None:
    told = [words(why) for why in re.findall(r'<p class="why">.*?</p>', page, re.DOTALL)]
    assert len(told) == len(EFFECTS)
    assert told[1].endswith("because of 3 Bhavna seven 83 % (inter-personal)")
    assert told[2].endswith("because of 3 Bhavna seven 83 % and Call somebody! 83 % (no-context, self-contagion)")
    assert told[5] == "nothing that was said caused the joy"
    assert told[6].endswith(
        "because of 11 Tejas 83 % and 16 Nitin Your mother was finished here! 83 % (inter-personal)"
    )
    assert 'href="#c1u16"' in page


def test_the_causing_words_are_marked_where_they_were_said(page: str) -> None:
    assert re.findall("<mark>(.*?)</mark>", page) == [
        "Class finishes at seven only", "Call somebody!", "Where is the torch?", "I am going down", "Wrong bus",
        "Your mother was finished here!",
    ]  # fmt: skip


def test_a_cause_as_a_whole_is_not_marked(talk: Talk) -> None:
    done = talk([("A", "No cake.", {"joy": 0.9}), ("B", "Oh.", {"sadness": 0.9})])
    html = render([done], effects=[[effect(1, (0, "No cake."))]])
    assert "<mark>" not in html
    assert words(html).count("because of 1 A 83 % (inter-personal)") == 1


def test_without_effects_and_replies_there_is_nothing_of_them(kitchen: RecognizedConversation) -> None:
    html = render([kitchen])
    for name in ('class="arrows"', 'class="why"', "<mark>", 'class="reply', "An arrow leads"):
        assert name not in html


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a\x00\x1b[0m\ud800"]
)
def test_what_models_and_people_write_is_only_text(talk: Talk, attack: str) -> None:
    done = talk([(attack, attack + " why", {"joy": 0.9}), ("B", "Oh.", {"sadness": 0.9})])
    reply = Reply(
        speaker=attack, text=attack, feels=attack, cause_words=(attack,), strategy=attack, persona={attack: attack},
        notice=attack, fallbacks=(attack,),
    )  # fmt: skip
    html = render([done], effects=[[effect(1, (0, attack), emotion=attack)]], replies=[reply])
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search("[\x00\x1b\ud800]", html)
    html.encode()


def test_the_notice_stands_before_the_reply_and_the_reply_before_what_it_was_built_on(
    kitchen: RecognizedConversation,
) -> None:
    reply = Reply(speaker="Bhavna", text="Sit down first.", feels="fear", strategy="question", notice=NOTICE)
    html = render([kitchen], replies=[reply])
    section = words(html[html.index('id="c1reply"') :])
    places = [section.index(text) for text in (NOTICE, "Bhavna could say", "Sit down first.", "feels", "question")]
    assert places == sorted(places)
    assert 'role="note"' in html
    assert 'href="#c1reply"' in html


def test_a_reply_that_could_not_be_made_says_why(kitchen: RecognizedConversation) -> None:
    html = render([kitchen], replies=[Reply(speaker="Bhavna", text="", error="the server went away")])
    assert "No reply: the server went away" in html
    assert "could say" not in html


def test_parts_of_a_conversation_keep_their_causes_and_the_last_reply(talk: Talk) -> None:
    first = talk([("A", "one", {"joy": 0.9}), ("B", "two", {"fear": 0.9})], id="x")
    second = talk([("A", "three", {"anger": 0.9}), ("B", "four", {"anger": 0.9})], id="x", offset=2)
    replies = [Reply(speaker="A", text="early"), Reply(speaker="A", text="late")]
    (story,) = stories([first, second], [[effect(1, (0, "one"))], [effect(3, (2, "thr"))]], replies)
    assert [(why.number, why.causes[0].number) for why in story.whys] == [(2, 1), (4, 3)]
    assert story.reply == replies[1]


def test_a_file_is_written_with_both(kitchen: RecognizedConversation, tmp_path: Path) -> None:
    write([kitchen], tmp_path / "r.html", [EFFECTS], [Reply(speaker="Bhavna", text="Well then.")])
    text = (tmp_path / "r.html").read_text("utf8")
    assert "Well then." in text
    assert 'class="arrows"' in text


def test_more_effects_than_conversations_are_a_mistake(kitchen: RecognizedConversation) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        render([kitchen], effects=[[], []])


@given(st.text("ab ", max_size=12), st.lists(st.text("ab ", min_size=1, max_size=4), max_size=4))
def test_marking_changes_no_letter_and_marks_the_first_of_each(text: str, spans: Sequence[str]) -> None:
    pieces = marked(text, spans)
    assert "".join(piece for piece, _ in pieces) == text
    flags = [marks for piece, marks in pieces for _ in piece]
    places = {text.find(span) + i for span in spans if span in text for i in range(len(span))}
    assert flags == [place in places for place in range(len(text))]
    assert all(one[1] != other[1] for one, other in pairwise(pieces)), "no piece is cut in two"


@st.composite
def reasons(draw: st.DrawFn) -> list[Why]:
    found = []
    for row in draw(st.sets(st.integers(1, 14), max_size=14)):
        causes = sorted(draw(st.sets(st.integers(1, row), max_size=4)))
        found.append(Why(row, "joy", (), tuple(Because(c, "", 1.0, c == row) for c in causes)))
    return found


@given(reasons())
def test_arrows_of_different_emotions_never_lie_over_each_other(found: list[Why]) -> None:
    drawn = arrows(found, {row: row for row in range(1, 15)})
    assert all(arrow.cause < arrow.effect and arrow.lane < LANES for arrow in drawn)
    asked = {(c.number, why.number) for why in found for c in why.causes if not c.itself}
    got = {(arrow.cause, arrow.effect) for arrow in drawn}
    assert got <= asked
    effects = {arrow.effect for arrow in drawn}
    assert got == {pair for pair in asked if pair[1] in effects}, "all causes of an emotion or none"
    for one in drawn:
        for other in drawn:
            if one.effect != other.effect and one.lane == other.lane:
                assert one.effect <= other.cause or other.effect <= one.cause
    if len({row for _, row in asked}) <= LANES:
        assert got == asked


def test_short_arrows_lie_inside() -> None:
    found = [Why(row, "joy", (), (Because(cause, "", 1.0, False),)) for cause, row in [(1, 6), (2, 3), (3, 4)]]
    assert arrows(found, {row: row for row in range(1, 7)}) == [Arrow(2, 3, 0), Arrow(3, 4, 0), Arrow(1, 6, 1)]


def test_words_and_numbers_of_a_part() -> None:
    said = tuple(Utterance(id=id, speaker="A", text=text) for id, text in [("x", " Hm. "), ("y", "Who ate it?")])
    talk = Conversation(id="c", utterances=said, offset=7)
    effects = [
        Effect(
            utterance="y", emotion="anger",
            causes=(
                Cause(utterance="x", span=" Hm. ", probability=0.5), Cause(utterance="y", span="ate", probability=1),
            ),
        )
    ]  # fmt: skip
    (why,) = whys(talk, effects, first=8)
    assert why == Why(
        9, "anger", ("no-context", "self-contagion"), (Because(8, "", 0.5, False), Because(9, "ate", 1.0, True))
    )


ENDS = """[...document.querySelectorAll('.arrows i')].map(arrow => {
const [cause, effect] = arrow.style.gridRow.split('/').map(Number);
const box = arrow.getBoundingClientRect(), rows = document.querySelectorAll('.transcript > li');
const one = rows[cause - 1].querySelector('.said').getBoundingClientRect();
const other = rows[effect - 1].querySelector('.said').getBoundingClientRect();
return one.top < box.top && box.top < one.bottom && other.top < box.bottom && box.bottom < other.bottom
  && box.right <= one.left + 1 && box.left >= 0 })"""


@in_browser
@pytest.mark.parametrize("width", [320, 700, 1300])
def test_arrows_begin_and_end_at_the_words(browser: Browser, page: str, tmp_path: Path, width: int) -> None:
    browser.size(width, 6000)
    browser.open(page, tmp_path / "why.html")
    assert browser.value(ENDS) == [True] * 6
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.seen("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []


@in_browser
def test_arrows_stay_on_paper(browser: Browser, page: str, tmp_path: Path) -> None:
    browser.size(794, 6000)
    browser.ask("Emulation.setEmulatedMedia", media="print")
    browser.open(page, tmp_path / "why.html")
    found = browser.value(ENDS)
    browser.ask("Emulation.setEmulatedMedia", media="")
    assert found == [True] * 6


@in_browser
def test_arrows_are_for_eyes_and_words_for_ears(browser: Browser, page: str, tmp_path: Path) -> None:
    browser.size(1000, 6000)
    browser.open(page, tmp_path / "why.html")
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    links = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "link"]
    assert "3 Bhavna “seven”" in links
    assert browser.value("document.querySelector('.arrows').getAttribute('aria-hidden')") == "true"


@in_browser
def test_thousands_of_arrows_open_at_once(browser: Browser, long_talk: RecognizedConversation, tmp_path: Path) -> None:
    browser.size(1300, 900)
    effects = [effect(place, (place - 1, ""), (max(0, place - 3), "")) for place in range(1, 5_000, 2)]
    plain = browser.open(render([long_talk]), tmp_path / "plain.html")
    drawn = browser.open(render([long_talk], effects=[effects]), tmp_path / "why.html")
    assert browser.value("document.querySelectorAll('.arrows i').length") > 4_000
    print(f"5,000 utterances: {plain:.2f} s, with 2,500 emotions explained {drawn:.2f} s")
    assert drawn < 4 * plain + 1
