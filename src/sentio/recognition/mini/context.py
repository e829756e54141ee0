"""Reads what the encoder made of turns in the light of the turns before them, without torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sentio.conversation import Conversation
from sentio.encoders.onnx_graph import Array, session
from sentio.recognition.mini.history import Places, turns_before

ROWS = 4096
"""Turns read together; more cost memory and gain nothing."""


class ContextReader:
    """Reads a turn with the last `span` before it, as far as they bear on it."""

    def __init__(self, graph: Path, span: int) -> None:
        self._session, self._span = session(graph), span

    def scores(self, talks: Sequence[Conversation], words: Array, labels: int) -> Array:
        """The score of each label for each turn, shape (turns of all talks, labels).

        `words` is what the encoder made of them by themselves: the logit of each label, then what else later turns
        read, shape (turns, labels + wide).
        """
        starts = np.cumsum([0, *map(len, talks)])
        spoken = [turns_before([turn.speaker for turn in talk.utterances], self._span) for talk in talks]
        history = np.concatenate(
            [np.where(places >= 0, places + start, -1) for start, (places, _) in zip(starts, spoken, strict=False)]
        )
        same = np.concatenate([same for _, same in spoken])
        return self._read(words, history, same, labels)

    def _read(self, words: Array, history: Places, same: Places, labels: int) -> Array:
        found = [np.zeros((0, labels), np.float32)]
        for start in range(0, len(words), ROWS):
            first, end = max(0, start - self._span), start + ROWS
            given = {
                "own": words[first:end, :labels],
                "turns": words[first:end, labels:],
                "history": np.maximum(history[first:end] - first, -1),
                "same": same[first:end],
            }
            (scores,) = self._session.run(["scores"], given)
            found.append(scores[start - first :])
        return np.concatenate(found)
