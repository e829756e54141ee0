"""How long a user waits: `import sentio`, `sentio --help`, the first result; beside bare Python.

    python perf/startup.py

Each is run in a process of its own, in turns; medians are printed. Limits: import under 50 ms over
bare Python, help under 0.4 s, first result under 2 s.
"""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

EXAMPLE = Path(__file__).parents[1] / "examples" / "kitchen.txt"
REPEATS = 9
COMMANDS = {
    "bare python": ["-c", "pass"],
    "import sentio": ["-c", "import sentio"],
    "sentio --help": ["-m", "sentio", "--help"],
    "first result": ["-m", "sentio", "recognize", str(EXAMPLE)],
}


def main() -> None:
    """Measure and print."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(REPEATS + 1):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - start)
    bare = median(times["bare python"][1:])
    for name, seconds in times.items():
        middle = median(seconds[1:])  # the first round fills the disk cache
        print(f"{name:<14} {middle * 1000:6.0f} ms   {(middle - bare) * 1000:+6.0f} ms over bare Python")


if __name__ == "__main__":
    main()
