"""Reads what the encoder made of turns in the light of the turns before them, without torch."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sentio.conversation import Conversation
from sentio.encoders.onnx_graph import Array, session
from sentio.recognition.mini.history import Places, turns_before

ROWS = 4096
"""Turns read together; more cost memory and gain nothing."""
TAILS = 1000
"""Conversations whose last turns are kept, for those that come in parts."""


class ContextReader:
    """The last `span` turns of a conversation, as far as they bear on the next."""

    def __init__(self, graph: Path, span: int) -> None:
        self._session, self._span = session(graph), span
        self._tails: OrderedDict[str, tuple[list[str], Array]] = OrderedDict()

    def scores(self, talks: Sequence[Conversation], words: Array, labels: int) -> Array:
        """The score of each label for each turn, shape (turns of all talks, labels).

        `words` is what the encoder made of them by themselves: the logit of each label, then what else later turns
        read, shape (turns, labels + wide). A conversation that comes in parts goes on where its last part here ended.
        """
        rows, spoken, wanted, first = [], [], [], 0
        for talk in talks:
            before, known = self._before(talk)
            own = words[first : first + len(talk)]
            speakers = before + [turn.speaker for turn in talk.utterances]
            rows.append(np.concatenate([known, own]) if before else own)
            spoken.append(turns_before(speakers, self._span))
            wanted.append(np.arange(len(speakers)) >= len(before))
            self._keep(talk, speakers, rows[-1])
            first += len(talk)
        starts = np.cumsum([0, *map(len, rows)])
        history = np.concatenate(
            [np.where(places >= 0, places + start, -1) for start, (places, _) in zip(starts, spoken, strict=False)]
        )
        same = np.concatenate([same for _, same in spoken])
        return self._read(np.concatenate(rows), history, same, labels)[np.concatenate(wanted)]

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

    def _before(self, talk: Conversation) -> tuple[list[str], Array | None]:
        """Who spoke last in the part before this one, and what the encoder made of it."""
        if talk.offset and (tail := self._tails.get(talk.id)):
            return tail
        return [], None

    def _keep(self, talk: Conversation, speakers: list[str], words: Array) -> None:
        self._tails[talk.id] = speakers[-self._span :], words[-self._span :].copy()
        self._tails.move_to_end(talk.id)
        while len(self._tails) > TAILS:
            self._tails.popitem(last=False)
