"""`Mini`: conversations in, predictions out, as a stream."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio import labels
from sentio.conversation import Conversation
from sentio.encoders.mini.model_folder import read_manifest
from sentio.encoders.onnx_graph import Array, Encoder
from sentio.errors import SentioError
from sentio.recognition.base import Prediction

BLOCK = 4096
"""Utterances computed together: then most lengths fill whole batches, and repeated texts meet."""
FIRST_BLOCK = 64
"""The first block is small, each next one twice as large: the first answer comes at once."""
BLOCK_CHARACTERS = 4_000_000
"""A block also ends here, so that long texts do not pile up in memory."""
REMEMBERED = 50_000
"""Texts whose scores are kept for when they come again ("Okay.", "What?"): about 20 MB."""
REPEATED = 200
"""Longer texts hardly ever come again and are not remembered."""


class Mini:
    """The default recogniser: reads each utterance by itself.

    A label's probability is its score (a sigmoid of its own) divided by the sum of all scores; it is
    active where the score reaches its threshold. An utterance without a single token (empty, only
    spaces) is neutral with score 1.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        manifest = read_manifest(folder)
        self.space = labels.space("goemotions")
        if manifest.labels != self.space.labels or len(manifest.thresholds) != len(self.space):
            raise SentioError(f"{folder / 'model.json'}: labels and thresholds are not those of {self.space.name}")
        self._thresholds = np.array(manifest.thresholds, np.float32)
        self._silence = np.array([label == self.space.neutral for label in self.space.labels], np.float32)
        self._encoder = Encoder(folder, manifest.window, threads)
        self._memory: OrderedDict[str, Array] = OrderedDict()

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order; reads ahead one block at most."""
        for block in _blocks(conversations):
            scores = self.scores([utterance.text for conversation in block for utterance in conversation.utterances])
            probabilities, active = scores / scores.sum(axis=1, keepdims=True), scores >= self._thresholds
            start = 0
            for conversation in block:
                end = start + len(conversation)
                yield Prediction(probabilities[start:end], active[start:end])
                start = end

    def scores(self, texts: Sequence[str]) -> Array:
        """The score of each label, each in 0..1 by itself: shape (texts, 28)."""
        parts = [self._block_scores(texts[start : start + BLOCK]) for start in range(0, len(texts), BLOCK)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.space)), np.float32)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The mean of the token vectors, for search: shape (texts, 384). Zero where there is no token."""
        return self._encoder.encode(texts)[1]

    def _block_scores(self, texts: Sequence[str]) -> Array:
        """Repeated texts are computed once, and not at all when they came a short while ago."""
        unseen = [text for text in dict.fromkeys(texts) if text not in self._memory]
        scores = self._encoder.encode(unseen)[0]
        scores[~scores.any(axis=1)] = self._silence
        fresh = dict(zip(unseen, scores, strict=True))
        answer = np.stack([fresh[text] if text in fresh else self._recalled(text) for text in texts])
        self._remember(fresh)
        return answer

    def _recalled(self, text: str) -> Array:
        self._memory.move_to_end(text)
        return self._memory[text]

    def _remember(self, fresh: dict[str, Array]) -> None:
        for text, row in fresh.items():
            if len(text) <= REPEATED:
                self._memory[text] = row.copy()
        while len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)


def _blocks(conversations: Iterable[Conversation]) -> Iterator[list[Conversation]]:
    block: list[Conversation] = []
    utterances = characters = 0
    limit = FIRST_BLOCK
    for conversation in conversations:
        block.append(conversation)
        utterances += len(conversation)
        characters += sum(len(utterance.text) for utterance in conversation.utterances)
        if utterances >= limit or len(block) >= BLOCK or characters >= BLOCK_CHARACTERS:
            yield block
            block, utterances, characters = [], 0, 0
            limit = min(2 * limit, BLOCK)
    if block:
        yield block
