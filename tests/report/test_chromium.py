"""The page in a real browser, spoken to over its debugging pipe, so that no driver has to be installed."""

import json
import os
import shutil
from collections.abc import Iterator
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from signal import SIGKILL
from time import perf_counter
from typing import Any

import pytest

from sentio.evaluation.comparison import Comparison
from sentio.report import comparison as comparisons
from sentio.report import render
from sentio.results import RecognizedConversation

BINARY = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
]

pytestmark = pytest.mark.skipif(BINARY is None, reason="no Chromium on the PATH: apt-get install chromium")


class Browser:
    """One tab. Commands of the Chrome DevTools protocol go out on its file descriptor 3, answers come on 4."""

    def __init__(self, profile: Path) -> None:
        assert BINARY
        down, self.out = os.pipe()
        self.back, up = os.pipe()
        # Away from 3 and 4, so that neither is overwritten before it is copied.
        far = [fcntl(each, F_DUPFD, 20) for each in (down, up)]
        actions = [(os.POSIX_SPAWN_DUP2, far[0], 3), (os.POSIX_SPAWN_DUP2, far[1], 4)]
        arguments = [BINARY, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.pid = os.posix_spawn(BINARY, arguments, os.environ, file_actions=actions, setpgroup=0)
        for each in (down, up, *far):
            os.close(each)
        self.pending = b""
        self.asked = 0
        self.session: str | None = None
        self.events: list[dict[str, Any]] = []
        tab = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=tab["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        os.killpg(self.pid, SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.out)
        os.close(self.back)

    def read(self) -> dict[str, Any]:
        while b"\0" not in self.pending:
            more = os.read(self.back, 1 << 20)
            assert more, "the browser has gone"
            self.pending += more
        message, _, self.pending = self.pending.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def ask(self, method: str, /, **params: object) -> dict[str, Any]:
        self.asked += 1
        message = {"id": self.asked, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while (answer := self.read()).get("id") != self.asked:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, html: str, file: Path) -> float:
        """Show the page; seconds until it was loaded and its first screen painted."""
        file.write_text(html, "utf8")
        self.events.clear()
        begin = perf_counter()
        self.ask("Page.navigate", url=file.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.read())
        self.ask("Page.captureScreenshot")
        return perf_counter() - begin

    def value(self, expression: str) -> Any:  # noqa: ANN401 - what JavaScript answers
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def seen(self, *methods: str) -> list[dict[str, Any]]:
        return [event["params"] for event in self.events if event.get("method") in methods]

    def size(self, width: int, height: int) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


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
    first, second = (kitchen.recognitions[i].emotion for i in (10, 12))
    assert ("link", f"{first} to {second} “Seriously? Mum, you're the best!”") in heard
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
