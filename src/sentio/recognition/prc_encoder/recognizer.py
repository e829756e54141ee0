"""`PrcEncoder`: conversations in, predictions out, as a stream."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from sentio import labels, retrieval
from sentio.conversation import Conversation
from sentio.errors import SentioError
from sentio.nn.conversation_encoder import ConversationEncoder, Lower
from sentio.recognition.base import Prediction
from sentio.recognition.prc_encoder import manifest as files
from sentio.recognition.prc_encoder.evidence import Witness, nothing
from sentio.recognition.prc_encoder.reading import Reader
from sentio.retrieval import Target


class PrcEncoder:
    """The recogniser of a training run.

    It answers with the mean of the probabilities of all seeds, or with those of one. A conversation is read by itself
    and in 32 bits: an answer does not depend on its neighbours, to the last bit. Of a very long utterance the first
    tokens are read, as many as the window holds.
    """

    def __init__(self, model: Path, seed: int | None = None, corpus: str | None = None) -> None:
        manifest = files.read(model)
        if seed is not None and seed not in manifest.seeds:
            raise SentioError(f"{model} has no seed {seed}; it has {', '.join(map(str, manifest.seeds))}")
        self.space = labels.space(manifest.space)
        try:
            self._reader = Reader(model / files.TOKENIZER, _lower(model, manifest), manifest.names, manifest.window)
            self._models = [_upper(model, manifest, each) for each in (manifest.seeds if seed is None else [seed])]
        except (RuntimeError, KeyError, SafetensorError) as error:
            raise SentioError(f"{model}: damaged: {str(error).splitlines()[0]}") from error
        self._witness, self._labels = None, manifest.shape.labels
        if manifest.evidence:
            target = Target(corpus or manifest.corpus, self.space.labels)
            self._witness = Witness(retrieval.load(model / files.DEMOS), target, manifest.evidence)

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order, one after the other."""
        for conversation in conversations:
            if not len(conversation):
                yield Prediction(np.zeros((0, self._labels)))
                continue
            told = self._witness.tell([conversation])[0] if self._witness else nothing(len(conversation), self._labels)
            (turns,) = self._reader.read([conversation], [told], exact=True)
            with torch.no_grad():
                found = [model(turns)[0].softmax(-1) for model in self._models]
            yield Prediction(torch.stack(found).double().mean(0).numpy())


def _lower(model: Path, manifest: files.Manifest) -> Lower:
    weights = load_file(model / files.LOWER)
    lower = Lower(manifest.shape, len(weights["words.weight"]), len(weights["places.weight"]))
    lower.load_state_dict(weights)
    return lower


def _upper(model: Path, manifest: files.Manifest, seed: int) -> ConversationEncoder:
    encoder = ConversationEncoder(manifest.shape, dropout=0.0, context_dropout=0.0)
    encoder.load_state_dict(load_file(files.weights(model, seed)))
    return encoder.eval()
