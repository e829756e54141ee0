"""Against a server of which three answers in ten are faults, and a process that is killed in the middle."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.llms.servers import Reply, asked, parrot, serving

from sentio import llms
from sentio.llms.address import parse
from sentio.llms.cache import AnswerCache
from sentio.llms.openai import Server
from sentio.llms.retries import Retries

QUESTIONS = 2000
FAULTY = 0.3


class Faults:
    """Answers as `parrot`, but every third or so chat with one of these faults, equally often."""

    def __init__(self) -> None:
        self.dice = random.Random(4)
        self.lock = threading.Lock()
        self.given: Counter[str] = Counter()
        self.faults: dict[str, Reply] = {
            "429": Reply({"error": {"message": "slow down"}}, 429),
            "429 with Retry-After": Reply({"error": {"message": "slow down"}}, 429, {"retry-after": "1"}),
            "500": Reply(b"Internal Server Error", 500),
            "reset": Reply(ending="reset"),
            "truncated": Reply({"choices": [{"message": {"content": "half an answer"}}]}, ending="truncated"),
            "invalid JSON": Reply(b'{"choices": [{"message": {"content": "half an'),
            "no answer in it": Reply({"error": None}),
            "slow": Reply(ending="whole"),
        }

    def __call__(self, path: str, body: Any) -> Reply:  # noqa: ANN401
        if path != "/v1/chat/completions":
            return parrot(path, body)
        with self.lock:
            fault = self.dice.choice(sorted(self.faults)) if self.dice.random() < FAULTY else "none"
            self.given[fault] += 1
        if fault == "none":
            return parrot(path, body)
        if fault == "slow":
            time.sleep(0.6)  # longer than the client waits
            return parrot(path, body)
        return self.faults[fault]


async def hundredfold(seconds: float) -> None:
    """A clock that runs a hundred times as fast."""
    import asyncio

    await asyncio.sleep(seconds / 100)


def test_nothing_is_lost_and_nothing_doubled() -> None:
    faults = Faults()
    with serving(faults) as loopback:
        model = Server(parse(loopback.address()), 32, Retries(attempts=12), timeout=0.4, sleep=hundredfold)
        tally = llms.Tally()
        answers = list(tally.over(model.ask(asked(number) for number in range(QUESTIONS))))
        requests = loopback.count("/v1/chat/completions")
    assert Counter(answer.question.id for answer in answers) == Counter(f"q{number}" for number in range(QUESTIONS))
    assert all(answer.text == answer.question.messages[0].content for answer in answers)
    assert (tally.answered, tally.errors, tally.invalid) == (QUESTIONS, 0, 0)
    assert min(faults.given[name] for name in faults.faults) > 50
    assert tally.attempts == requests == sum(faults.given.values())
    assert faults.given["none"] >= QUESTIONS - faults.given["slow"]


def test_questions_that_are_given_up_are_told_and_the_others_answered() -> None:
    """With two attempts a question nine in a hundred fail; each of them is an answer that says why."""
    faults = Faults()
    with serving(faults) as loopback:
        model = Server(parse(loopback.address()), 32, Retries(attempts=2), timeout=0.4, sleep=hundredfold)
        answers = list(model.ask(asked(number) for number in range(500)))
        requests = loopback.count("/v1/chat/completions")
    assert len({answer.question.id for answer in answers}) == 500
    failed = [answer for answer in answers if answer.error]
    assert 10 < len(failed) < 100
    assert all("no answer after 2 attempts; the last: " in str(answer.error) for answer in failed)
    assert sum(answer.attempts for answer in answers) == requests


JOB = """
import sys
from pathlib import Path
from sentio import llms
from tests.llms.servers import asked
model = llms.open(sys.argv[1], cache=Path(sys.argv[2]), concurrency=8)
for number, answer in enumerate(model.ask(asked(number) for number in range(400))):
    assert answer.error is None, answer
    print(number, answer.cached, flush=True)
model.close()
"""


def test_a_killed_process_asks_only_the_rest(tmp_path: Path) -> None:
    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        time.sleep(0.002)
        return parrot(path, body)

    cache = tmp_path / "answers.sqlite"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with serving(answering) as loopback:
        command = [sys.executable, "-c", JOB, loopback.address(), str(cache)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as killed:
            assert killed.stdout is not None
            seen = [killed.stdout.readline() for _ in range(150)]
            killed.send_signal(signal.SIGKILL)
        assert killed.returncode == -signal.SIGKILL
        time.sleep(0.1)  # what was on its way arrives
        first = loopback.count("/v1/chat/completions")
        kept_file = AnswerCache(cache)
        kept = len(kept_file)
        kept_file.close()
        assert len(seen) <= kept <= first < 400
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, timeout=60)
        second = loopback.count("/v1/chat/completions") - first
        texts = Counter(body["messages"][0]["content"] for path, body, _ in loopback.requests if "chat" in path)
    assert len(done.stdout.splitlines()) == 400
    assert second == 400 - kept
    assert set(texts) == {f"say {number}" for number in range(400)}
    assert sum(texts.values()) - 400 <= 8  # at most what was on its way
