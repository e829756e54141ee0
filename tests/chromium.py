"""A real browser, spoken to over its debugging pipe, so that no driver has to be installed."""

import json
import os
import shutil
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from signal import SIGKILL
from time import perf_counter
from typing import Any

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
