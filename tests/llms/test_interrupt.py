"""A job that is interrupted from the keyboard, as a real process."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.llms.servers import Reply, parrot, serving

JOB = """
import sys, threading
from sentio import llms
from tests.llms.servers import asked
try:
    for answer in llms.open(sys.argv[1], concurrency=4).ask(asked(number) for number in range(100)):
        print(answer.text, flush=True)
except KeyboardInterrupt:
    print([thread.name for thread in threading.enumerate()])
"""


def test_an_interrupt_ends_the_wait_and_the_thread() -> None:
    gate = threading.Event()

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        if body and body["messages"][0]["content"] != "say 0":
            gate.wait(30)
        return parrot(path, body)

    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with serving(answering) as loopback:
        command = [sys.executable, "-W", "error", "-c", JOB, loopback.address()]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, text=True, env=environment, stdout=pipe, stderr=pipe) as job:
            assert job.stdout is not None
            assert job.stdout.readline() == "say 0\n"
            job.send_signal(signal.SIGINT)
            said, complaints = job.communicate(timeout=20)
        gate.set()
    assert said == "['MainThread']\n"
    assert complaints == ""
    assert job.returncode == 0
