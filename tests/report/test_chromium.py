"""The page in a real browser."""

from pathlib import Path

import pytest
from tests.chromium import BINARY, Browser

from sentio.evaluation.comparison import Comparison
from sentio.report import comparison as comparisons
from sentio.report import render
from sentio.results import RecognizedConversation

pytestmark = pytest.mark.skipif(BINARY is None, reason="no Chromium on the PATH: apt-get install chromium")


SHOWN = """(() => { const note = document.querySelector('#c1u4 .mood > div');
return note.checkVisibility({contentVisibilityAuto: false}) && note.getBoundingClientRect().height > 40 })()"""


def test_no_console_error_and_no_request(browser: Browser, kitchen: RecognizedConversation, tmp_path: Path) -> None:
    browser.open(render([kitchen]), tmp_path / "kitchen.html")
    assert browser.seen("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []
    asked = {request["request"]["url"].split(",")[0] for request in browser.seen("Network.requestWillBeSent")}
    assert asked <= {(tmp_path / "kitchen.html").as_uri(), "data:"}


@pytest.mark.parametrize("width", [320, 360, 700, 1300])
def test_nothing_sticks_out_at_any_width(
    browser: Browser, kitchen: RecognizedConversation, tmp_path: Path, width: int
) -> None:
    browser.size(width, 800)
    browser.open(render([kitchen]), tmp_path / "kitchen.html")
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value("[...document.querySelectorAll('.timeline svg')].filter(s => s.checkVisibility()).length") == 1


def test_the_distribution_shows_under_pointer_focus_and_touch(
    browser: Browser, kitchen: RecognizedConversation, tmp_path: Path
) -> None:
    browser.size(800, 700)
    browser.open(render([kitchen]), tmp_path / "kitchen.html")
    browser.value("document.querySelector('#c1u4').scrollIntoView({block: 'center', behavior: 'instant'})")
    assert not browser.value(SHOWN)
    browser.value("document.querySelector('#c1u4 summary').focus()")
    assert browser.value(SHOWN), "focus"
    browser.value("document.activeElement.blur()")
    assert not browser.value(SHOWN)
    place = browser.value(
        "(r => ({x: r.x + 9, y: r.y + 9}))(document.querySelector('#c1u4 summary').getBoundingClientRect())"
    )
    browser.ask("Input.dispatchMouseEvent", type="mouseMoved", **place)
    assert browser.value(SHOWN), "pointer"
    browser.ask("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)
    assert not browser.value(SHOWN)
    for kind in ("mousePressed", "mouseReleased"):
        browser.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)
    assert browser.value("document.querySelector('#c1u4 details').open"), "a click, touch or Enter opens it"
    assert browser.value(SHOWN)


def test_a_screen_reader_hears_the_turn_the_chip_and_the_picture(
    browser: Browser, kitchen: RecognizedConversation, tmp_path: Path
) -> None:
    browser.size(1000, 6000)
    browser.open(render([kitchen]), tmp_path / "kitchen.html")
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    heard = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if "role" in node}
    first, second = (kitchen.recognitions[i].emotion for i in (8, 11))
    assert ("link", f"{first} to {second} “Tejas! Oh, thank God, thank God. You're soaking.”") in heard
    assert ("image", "Valence over time") in heard
    assert {"main", "navigation", "contentinfo", "list"} <= {role for role, _ in heard}
    assert any(role == "DisclosureTriangle" and f"turned from {first}" in name for role, name in heard)


def test_light_and_dark_follow_the_reader(browser: Browser, kitchen: RecognizedConversation, tmp_path: Path) -> None:
    browser.open(render([kitchen]), tmp_path / "kitchen.html")
    grounds = []
    for mode in ("light", "dark"):
        browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": mode}])
        grounds.append(browser.value("getComputedStyle(document.documentElement).backgroundColor"))
    browser.ask("Emulation.setEmulatedMedia", features=[])
    assert grounds == ["rgb(251, 250, 247)", "rgb(23, 24, 27)"]


def test_5000_utterances_open_in_under_3_seconds(
    browser: Browser, long_talk: RecognizedConversation, tmp_path: Path
) -> None:
    browser.size(1300, 900)
    empty = browser.open("<!doctype html><title>empty</title>", tmp_path / "empty.html")
    long = browser.open(render([long_talk]), tmp_path / "long.html")
    assert browser.value("document.querySelectorAll('.transcript > li').length") == 5_000
    print(f"5,000 utterances: {long - empty:.2f} s more than an empty page")
    assert long - empty < 3


@pytest.mark.parametrize("width", [320, 700, 1300])
def test_a_comparison_is_quiet_fits_and_its_links_lead_somewhere(
    browser: Browser, comparison: Comparison, tmp_path: Path, width: int
) -> None:
    browser.size(width, 900)
    browser.open(comparisons.render(comparison), tmp_path / "comparison.html")
    assert browser.seen("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []
    asked = {request["request"]["url"].split(",")[0] for request in browser.seen("Network.requestWillBeSent")}
    assert asked <= {(tmp_path / "comparison.html").as_uri(), "data:"}
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value("[...document.querySelectorAll('a')].every(a => document.querySelector(a.hash))")
    # A bar to the right of the middle where the first is better, to the left where the second is.
    middle, ends = "(r => r.x + r.width / 2)", "document.querySelectorAll('.halves b')"
    sides = (
        f"[...{ends}].map(b => {middle}(b.getBoundingClientRect()) > {middle}(b.parentNode.getBoundingClientRect()))"
    )
    assert browser.value(sides) == [True, False]


def test_a_comparison_is_light_and_dark(browser: Browser, comparison: Comparison, tmp_path: Path) -> None:
    browser.open(comparisons.render(comparison), tmp_path / "comparison.html")
    colours = []
    for mode in ("light", "dark"):
        browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": mode}])
        colours.append(browser.value("getComputedStyle(document.querySelector('.run')).color"))
    browser.ask("Emulation.setEmulatedMedia", features=[])
    assert colours == ["rgb(0, 103, 168)", "rgb(109, 181, 242)"]
