"""Utterances a second through M2FNet's audio extractor, by the ways there are, and what the rest of a clip costs.

    OMP_NUM_THREADS=1 python perf/extractors.py --count 48

Sounds of 1 to 10 seconds, most of them short as in a conversation, pass the log-mel front end and ResNet18:

- `by length`: sounds of like length together, what stands behind an end set to zero after every layer (ours);
- `as they come`: batches of as many in the order of the conversation;
- `ten seconds`: every sound filled up to ten seconds, the usual way, which needs no mask;
- `one by one`: a batch for each.

Then the log-mel front end beside that of transformers, of as many bands. Processor time of the best of some rounds.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import audio_utils

from sentio.nn.log_mel import BANDS, HOP, RATE, WINDOW, LogMel
from sentio.nn.resnet18 import ResNet18
from sentio.recognition.m2fnet.extractors import TOGETHER
from sentio.recognition.m2fnet.recordings import pictures_of
from sentio.training.batches import by_length

Sounds = list[NDArray[np.float32]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="the audio extractor beside its alternatives")
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--repeats", type=int, default=2)
    wanted = parser.parse_args()
    dice = np.random.default_rng(0)
    seconds = np.clip(dice.gamma(2.0, 1.6, wanted.count), 1, 10)
    sounds: Sounds = [dice.normal(0, 0.1, round(RATE * each)).astype(np.float32) for each in seconds]
    torch.manual_seed(0)
    network = ResNet18(channels=1).eval()
    rows, some = np.arange(wanted.count), TOGETHER["audio"]
    sizes = np.array([len(sound) for sound in sounds])
    orders = {
        "by length": list(by_length(sizes, some)),
        "as they come": [rows[i : i + some] for i in range(0, wanted.count, some)],
        "one by one": [rows[i : i + 1] for i in range(wanted.count)],
    }
    works: dict[str, Callable[[], object]] = {
        name: partial(_passed, network, sounds, order) for name, order in orders.items()
    }
    filled = [np.pad(sound, (0, 10 * RATE - len(sound))) for sound in sounds]
    works["ten seconds"] = partial(_passed, network, filled, orders["as they come"])
    print(f"{wanted.count} utterances of {seconds.mean():.1f} s on average")
    _compared(works, wanted.repeats, wanted.count)
    fronts: dict[str, Callable[[], object]] = {
        "log-mel": partial(_log_mels, sounds, list(by_length(sizes, some))),
        "log-mel of transformers": partial(_of_peer, sounds),
    }
    _compared(fronts, wanted.repeats, wanted.count)


def _passed(network: ResNet18, sounds: Sounds, order: list[NDArray[np.int64]]) -> None:
    with torch.inference_mode():
        for images, widths in _pictures(sounds, order):
            network(images, widths if int(widths.min()) < images.shape[-1] else None)


def _pictures(sounds: Sounds, order: list[NDArray[np.int64]]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    log_mel = LogMel()
    for rows in order:
        yield pictures_of([sounds[row] for row in rows], log_mel)


def _log_mels(sounds: Sounds, order: list[NDArray[np.int64]]) -> None:
    for _ in _pictures(sounds, order):
        pass


def _of_peer(sounds: Sounds) -> None:
    filters = audio_utils.mel_filter_bank(WINDOW // 2 + 1, BANDS, 0, RATE / 2, RATE, norm=None, mel_scale="slaney")
    window = audio_utils.window_function(WINDOW, "hann")
    for sound in sounds:
        audio_utils.spectrogram(
            sound, window, WINDOW, HOP, power=1.0, center=False, mel_filters=filters, log_mel="log", mel_floor=1e-5
        )


def _compared(works: dict[str, Callable[[], object]], repeats: int, count: int) -> None:
    """Print each work's best round, beside the first one's."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            started = time.process_time()
            work()
            times[name].append(time.process_time() - started)
    ours = min(next(iter(times.values())))
    for name, took in times.items():
        print(f"{name:24} {count / min(took):8.1f} utterances/s   {min(took) / ours:5.2f} times the first one's time")


if __name__ == "__main__":
    main()
