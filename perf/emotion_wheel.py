"""Open-vocabulary scores a second: `wheel_scores` and `hit_rate` beside a loop over the samples.

    python perf/emotion_wheel.py --samples 1000000

The loop is what the released scorers do (zeroQiaoba/MERTools, my_affectgpt/evaluation/wheel.py): sets of
one sample after the other, twice a grouping. Released scorers look every label up again each time; the
loop here remembers, which makes it some times faster, and both are shown. Loops are run on fewer samples
(`--loop`) and scaled. Tables and samples are drawn at random, in the size of the released ones.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from functools import cache, partial

from sentio.metrics.emotion_wheel import wheel_scores
from sentio.metrics.hit_rate import hit_rate
from sentio.metrics.wheels import GROUPINGS, LEVEL_1, Wheels

Labels = Sequence[tuple[str, ...]]
Group = Callable[[str], str | None]


def loop(gold: Labels, predicted: Labels, group: Group, strict: bool = False) -> tuple[float, float, int]:
    """Mean precision, mean recall and kept samples in one grouping, by definition."""
    precision = recall = 0.0
    kept = 0
    for of_gold, of_predicted in zip(gold, predicted, strict=True):
        wanted, given = {group(label) for label in of_gold}, {group(label) for label in of_predicted}
        missed = {label for label in of_gold if group(label) is None} if strict else set()
        wanted, given = wanted - {None}, given - {None}
        if wanted or missed:
            kept += 1
            recall += len(wanted & given) / (len(wanted) + len(missed))
            precision += len(wanted & given) / len(given) if given else 0
    return (precision / kept, recall / kept, kept) if kept else (float("nan"), float("nan"), 0)


def random_tables(random: random.Random) -> Wheels:
    """Tables in the size of the released ones: 253 wheel words, 1,255 words, some 7,000 forms."""
    words = [f"word{number}" for number in range(1255)]
    forms = [(word, ",".join(f"{word}{ending}" for ending in ("", "s", "ed", "ing", "ly", "ness"))) for word in words]
    synonyms = [(word, ",".join(random.choices(words, k=20))) for word in words[:253]]
    tables = []
    for _ in range(5):
        chosen = random.sample(words[:253], 114)
        inner, middle, outer = chosen[:6], chosen[6:42], chosen[42:]
        tables.append([(inner[i // 12], middle[i // 2], outer[i]) for i in range(72)])
    return Wheels.from_tables("random", forms, synonyms, tables)


def random_labels(random: random.Random, wheels: Wheels, samples: int) -> list[tuple[str, ...]]:
    """One to six labels a sample, of 640 different ones, an eighth of them outside the vocabulary.

    OV-MERD's gold and the answers of ten models to it have 644 different labels (measured).
    """
    pool = [*random.sample(sorted(wheels.words), 560), *(f"outside{number}" for number in range(80))]
    return [tuple(random.choices(pool, k=random.randint(1, 6))) for _ in range(samples)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="open-vocabulary scores beside a loop")
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=50_000, help="samples for the loops, whose time is scaled")
    wanted = parser.parse_args()
    source = random.Random(0)
    wheels = random_tables(source)
    gold, predicted = (random_labels(source, wheels, wanted.samples) for _ in range(2))
    few, scale = (gold[: wanted.loop], predicted[: wanted.loop]), wanted.samples / wanted.loop
    for name, groupings in (("F_s, 5 groupings", LEVEL_1), ("M-avg, 12 groupings", GROUPINGS)):
        ours = _seconds(partial(wheel_scores, gold, predicted, wheels, groupings=groupings))
        remembered = scale * _seconds(partial(_loops, *few, wheels, groupings, cache))
        released = scale * _seconds(partial(_loops, *few, wheels, groupings, lambda group: group))
        loops = f"loop {remembered:6.1f} s ({remembered / ours:4.0f}x)   released way {released:6.1f} s"
        print(f"{name:<20} {ours:6.2f} s   {loops} ({released / ours:4.0f}x)")
    single = [labels[0] for labels in gold]
    print(f"{'HIT, 5 groupings':<20} {_seconds(partial(hit_rate, single, predicted, wheels)):6.2f} s")


def _loops(
    gold: Labels, predicted: Labels, wheels: Wheels, groupings: Sequence[str], remembering: Callable[[Group], Group]
) -> None:
    for grouping in groupings:
        loop(gold, predicted, remembering(partial(_group, wheels, grouping)))


def _group(wheels: Wheels, grouping: str, label: str) -> str | None:
    return wheels.group(label, grouping)


def _seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Processor time, the best of some runs: whatever else the machine does only adds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
