"""The small model of a training run: the mean of its seeds' probabilities, words weighted by gradient x input."""

from pathlib import Path

import numpy as np
import torch

from sentio.errors import SentioError
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.responses.hef import manifest as files
from sentio.responses.hef.context import Context
from sentio.responses.hef.network import Reader, Upper, empty, token_weights
from sentio.responses.hef.small_model import SPACE, Floats
from sentio.training.tuned_encoder import LOWER, TOKENIZER
from sentio.training.weights_file import read_tensors, restored, seed_file


class Trained:
    """See `SmallModel`. A context is read by itself and in 32 bits: an answer depends on nothing else."""

    def __init__(self, model: Path) -> None:
        """Raises `SentioError` where the folder is incomplete or damaged."""
        manifest = files.read(model)
        self._reader = Reader(model / TOKENIZER, manifest.window)
        try:
            self._networks = [_network(model, manifest.upper, seed) for seed in manifest.seeds]
        except (RuntimeError, KeyError) as error:
            raise SentioError(f"{model}: damaged: {str(error).splitlines()[0]}") from error

    def probabilities(self, context: Context) -> Floats:
        """See `SmallModel.probabilities`."""
        block = torch.tensor(self._reader.ids([context.text]))
        with torch.no_grad():
            found = [network(block, torch.ones_like(block))[0].softmax(-1) for network in self._networks]
        shares = torch.stack(found).double().mean(0)
        normed: Floats = (shares / shares.sum()).numpy()
        return normed

    def weights(self, context: Context, emotion: str) -> Floats:
        """See `SmallModel.weights`: the sum over a word's tokens, the mean over seeds; 0 for what was not read."""
        ids, owners = self._reader.words(context)
        weights = torch.stack([token_weights(network, ids, emotion) for network in self._networks]).mean(0)
        found = np.zeros(len(context.spans))
        for owner, weight in zip(owners, weights.tolist(), strict=True):
            if owner >= 0:
                found[owner] += weight
        return found


def _network(model: Path, upper: int, seed: int) -> EmotionEncoder:
    weights = read_tensors(model / LOWER)
    words, places = (weights[f"encoder.embeddings.{kind}_embeddings.weight"] for kind in ("word", "position"))
    network = empty(len(words), len(places), words.shape[1], 0.0, torch.full((len(SPACE),), 1 / len(SPACE)))
    restored(Upper(network, upper), seed_file(model, seed))
    network.load_state_dict(network.state_dict() | weights)
    return network.eval().requires_grad_(False)
