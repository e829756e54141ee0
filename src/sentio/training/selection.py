"""Of each seed the epoch that is best on validation: its weights are kept, and what every epoch was worth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic

import numpy as np
from safetensors.torch import save_file

from sentio.training.epochs import Epoch, Network
from sentio.training.run_folder import Arrays, RunFolder, replacing


@dataclass(frozen=True)
class Selection(Generic[Network]):
    """Chooses in a run folder's checkpoints; `score` judges a model, higher is better. With `patience` a training ends
    after so many epochs in a row that were no better than the best, those behind epoch `whole`: the first, from 1,
    that reads everything. `part` names what is chosen where a run chooses several things one after the other."""

    run: RunFolder
    score: Callable[[Network], float]
    patience: int | None = None
    whole: int = 1
    part: str = ""

    def weights(self, seed: int) -> Path:
        """Where the best weights of a seed are."""
        return self.run.checkpoints / f"{self.part}best-{seed}.safetensors"

    def study(
        self, seeds: Iterable[int], train: Callable[[int, Path], Iterable[Epoch[Network]]]
    ) -> dict[int, list[float]]:
        """Train each seed and keep its best weights; the scores of its epochs, by seed.

        `train` gives the epochs of a seed, with its checkpoint at the path. A seed that is finished is not repeated.
        """
        found = {}
        for seed in seeds:
            checkpoint = self.run.checkpoints / f"{self.part}seed-{seed}.safetensors"
            found[seed] = self.run.once(f"{self.part}study-{seed}", partial(self._studied, seed, train, checkpoint))
            checkpoint.unlink(missing_ok=True)
        return {seed: scores["history"].tolist() for seed, scores in found.items()}

    def _studied(self, seed: int, train: Callable[[int, Path], Iterable[Epoch[Network]]], checkpoint: Path) -> Arrays:
        written = len(list(self.run.checkpoints.glob(f"{self._stage(seed, '*')}.npz")))
        if len(self._judged(seed)) < written:
            checkpoint.unlink(missing_ok=True)  # a score is damaged or gone: the seed is trained again
        return {"history": np.array(self.choose(seed, train(seed, checkpoint)))}

    def choose(self, seed: int, epochs: Iterable[Epoch[Network]]) -> list[float]:
        """The score of each epoch; of equal ones the first is kept. Killed, it goes on with the same `epochs`."""
        for epoch in epochs:
            scores = self._judge(seed, epoch)
            since = max(1 + int(np.argmax(scores)), self.whole)
            if self.patience is not None and len(scores) - since >= self.patience:
                break
        return self._judged(seed)

    def _judge(self, seed: int, epoch: Epoch[Network]) -> list[float]:
        """Scores up to this epoch, whose weights are kept where it is the best so far."""
        now = self.score(epoch.model)
        if now > max(self._judged(seed)[: epoch.number - 1], default=-1.0):
            with replacing(self.weights(seed)) as beside:
                save_file(epoch.model.state_dict(), beside)
        self.run.once(self._stage(seed, epoch.number), lambda: {"score": np.array(now)})
        return self._judged(seed)[: epoch.number]

    def _judged(self, seed: int) -> list[float]:
        """What the epochs so far were worth."""
        found: list[float] = []
        while (stored := self.run.stored(self._stage(seed, len(found) + 1))) is not None:
            found.append(float(stored["score"]))
        return found

    def _stage(self, seed: int, number: int | str) -> str:
        return f"{self.part}best-{seed}-{number}"
