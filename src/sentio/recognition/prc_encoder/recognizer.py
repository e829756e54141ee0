"""`PrcEncoder`: conversations in, predictions out, as a stream."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from sentio import labels, retrieval
from sentio.conversation import Conversation
from sentio.nn.conversation_encoder import ConversationEncoder, EncoderShape
from sentio.recognition.base import Prediction
from sentio.recognition.prc_encoder import manifest as files
from sentio.recognition.prc_encoder.evidence import Witness, nothing
from sentio.recognition.prc_encoder.reading import Reader
from sentio.retrieval import Target
from sentio.training.manifest_file import asked_seeds
from sentio.training.tuned_encoder import TOKENIZER, read_lower
from sentio.training.weights_file import restored, seed_file


class PrcEncoder:
    """The recogniser of a training run.

    It answers with the mean of the probabilities of all seeds, or with those of one. A conversation is read by itself
    and in 32 bits: an answer does not depend on its neighbours, to the last bit. Of a very long utterance the first
    tokens are read, as many as the window holds.
    """

    def __init__(self, model: Path, seed: int | None = None, corpus: str | None = None) -> None:
        manifest = files.read(model)
        seeds = asked_seeds(model, manifest.seeds, seed)
        self.space = labels.space(manifest.space)
        lower = read_lower(model, manifest.shape)
        self._reader = Reader(model / TOKENIZER, lower, manifest.names, manifest.window)
        self._models = [_upper(model, manifest.shape, each) for each in seeds]
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


def _upper(model: Path, shape: EncoderShape, seed: int) -> ConversationEncoder:
    return restored(ConversationEncoder(shape, dropout=0.0, context_dropout=0.0), seed_file(model, seed))
