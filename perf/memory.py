"""Peak memory and time of `sentio recognize` over JSONL files of 10 k, 100 k and 1 M utterances.

    python perf/memory.py [--largest 1000000] [--length 20]

Every line has words of its own, so that nothing is saved by repetition. The cost must be linear and
the peak under 700 MB whatever the size, also when all lines are one conversation.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

WORDS = (
    "i you we they he she it really never always just still maybe love hate want need think know said went saw "
    "coffee train mother friend work money night rain party phone dog house again tomorrow yesterday because but and "
    "so happy angry tired sorry great awful fine thanks please stop look listen wait wrong right late early"
).split()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="memory and time by size")
    parser.add_argument("--largest", type=int, default=1_000_000)
    parser.add_argument("--length", type=int, default=20, help="utterances a conversation")
    wanted = parser.parse_args()
    size = 10_000
    while size <= wanted.largest:
        with TemporaryDirectory() as folder:
            path = Path(folder, "input.jsonl")
            _write(path, size, wanted.length)
            seconds, peak = _run(path, Path(folder, "output.jsonl"))
        rate = size / seconds
        print(f"{size:>9,} utterances  {seconds:7.1f} s  {rate:6.0f} a second  peak {peak:4.0f} MB", flush=True)
        size *= 10


def _write(path: Path, size: int, length: int) -> None:
    draw = random.Random(0)
    with path.open("w") as file:
        for number in range(size):
            text = " ".join(draw.choices(WORDS, k=draw.randint(3, 15)))
            line = {"conversation": str(number // length), "speaker": "AB"[number % 2], "text": text}
            file.write(json.dumps(line) + "\n")


def _run(path: Path, out: Path) -> tuple[float, float]:
    """Seconds and peak resident memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "sentio", "recognize", str(path), "--out", str(out), "--quiet"])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"sentio failed with status {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
