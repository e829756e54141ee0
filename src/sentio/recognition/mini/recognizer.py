"""`Mini`: conversations in, predictions out, as a stream."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio import labels
from sentio.conversation import Conversation
from sentio.encoders.mini.model_folder import HISTORY, read_manifest
from sentio.encoders.onnx_graph import Array, Encoder
from sentio.errors import SentioError
from sentio.recognition.base import Prediction
from sentio.recognition.mini.context import ContextReader
from sentio.recognition.mini.remembered import BLOCK, Remembered

FIRST_BLOCK = 64
"""The first block is small, each next one twice as large: the first answer comes at once."""
BLOCK_CHARACTERS = 4_000_000
"""A block also ends here, so that long texts do not pile up in memory."""


class Mini:
    """The default recogniser: reads each utterance in the light of those before it.

    A label's probability is its score (a sigmoid of its own) divided by the sum of all scores; it is
    active where the score reaches its threshold, and in a conversation the most probable one is anyhow.
    An utterance without a single token (empty, only spaces) is neutral with score 1. What stands alone
    is read as GoEmotions' comments are, and so is every utterance without `context`. A part of a
    conversation is read with the `context_turns` before it; a first part of one utterance stands alone.
    """

    def __init__(self, folder: Path, threads: int | None = None, *, context: bool = True) -> None:
        manifest = read_manifest(folder)
        self.space = labels.space("goemotions")
        wanted = [manifest.thresholds, *([manifest.context.thresholds] if manifest.context else [])]
        if manifest.labels != self.space.labels or any(len(each) != len(self.space) for each in wanted):
            raise SentioError(f"{folder / 'model.json'}: labels and thresholds are not those of {self.space.name}")
        self._thresholds = np.array(manifest.thresholds, np.float32)
        self._silence = np.array([label == self.space.neutral for label in self.space.labels], np.float32)
        self._encoder = Encoder(folder, manifest.window, threads)
        self.scores = Remembered(self._of_texts, len(self.space))
        self._context = manifest.context if context else None
        self.context_turns = self._context.span if self._context else 0
        if self._context:
            self._words = Remembered(self._of_words, len(self.space) + self._encoder.width("turns"))
            self._reader = ContextReader(folder / HISTORY, self.context_turns)
            self._context_thresholds = np.array(self._context.thresholds, np.float32)

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order; reads ahead one block at most."""
        for block in _blocks(conversations):
            together = [bool(self._context) and (len(talk) > 1 or talk.offset > 0) for talk in block]
            alone = [talk for talk, answered in zip(block, together, strict=True) if not answered]
            talks = [talk for talk, answered in zip(block, together, strict=True) if answered]
            by_themselves = self._alone(alone)
            heard = self._heard(talks) if talks else iter(())
            for answered in together:
                yield next(heard if answered else by_themselves)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The mean of the token vectors, for search: shape (texts, 384). Zero where there is no token."""
        return self._encoder.encode(texts, "vectors")[0]

    def scores_in(self, talks: Sequence[Conversation]) -> Array:
        """The score of each label for each turn in its conversation, each in 0..1 by itself: shape (turns of all, 28).

        Raises `SentioError` where the model reads no conversations.
        """
        if self._context is None:
            raise SentioError("this model reads each utterance by itself")
        words = self._words(_texts(talks))
        scores = self._reader.scores(talks, words, len(self.space))
        scores[~words.any(axis=1)] = self._silence
        return scores

    def _alone(self, talks: Sequence[Conversation]) -> Iterator[Prediction]:
        scores = self.scores(_texts(talks))
        return _answers(talks, scores, scores >= self._thresholds)

    def _heard(self, talks: Sequence[Conversation]) -> Iterator[Prediction]:
        scores = self.scores_in(talks)
        return _answers(talks, scores, active_in_conversation(scores, self._context_thresholds))

    def _of_texts(self, texts: Sequence[str]) -> Array:
        """The score of each label, each in 0..1 by itself: shape (texts, 28)."""
        (scores,) = self._encoder.encode(texts, "scores")
        scores[~scores.any(axis=1)] = self._silence
        return scores

    def _of_words(self, texts: Sequence[str]) -> Array:
        """What the words of turns say: the logit of each label, then what else later turns read. Zeros without a
        token."""
        return np.concatenate(self._encoder.encode(texts, "own", "turns"), axis=1)


def active_in_conversation(scores: Array, thresholds: Array) -> NDArray[np.bool_]:
    """The labels that are active in a conversation, shape (turns, labels) as the scores: those that reach their
    threshold, shape (labels,), and the most probable one."""
    active: NDArray[np.bool_] = (scores >= thresholds) | (scores == scores.max(axis=1, keepdims=True))
    return active


def _answers(talks: Sequence[Conversation], scores: Array, active: NDArray[np.bool_]) -> Iterator[Prediction]:
    probabilities, start = scores / scores.sum(axis=1, keepdims=True), 0
    for talk in talks:
        end = start + len(talk)
        yield Prediction(probabilities[start:end], active[start:end])
        start = end


def _texts(talks: Iterable[Conversation]) -> list[str]:
    return [turn.text for talk in talks for turn in talk.utterances]


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
