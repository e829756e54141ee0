"""A conversation as it goes on: each turn is read once, and costs what the first did."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sentio.responses.emotion_transformer.decoding import Search
from sentio.responses.emotion_transformer.detector import Detector, Ear, Floats, shares, with_turns_before
from sentio.responses.emotion_transformer.lessons import Source
from sentio.responses.emotion_transformer.network import Heard, Network
from sentio.responses.emotion_transformer.tokens import BEGIN, END, Tokens


@dataclass(frozen=True)
class Voice:
    """Who replies: the network with everything it needs to hear. `labels` are the emotions, `source` says how the
    network is told of them, `window` how many tokens it reads at once."""

    network: Network
    detector: Detector
    ear: Ear
    tokens: Tokens
    labels: tuple[str, ...]
    source: Source
    window: int

    def shares(self, texts: Sequence[str]) -> Floats:
        """How probable each emotion is in the last of these turns, (emotions,), the detector's opinion."""
        found: Floats = shares(self.detector, with_turns_before(self.ear.told(texts[-2:])))[-1]
        return found

    def emotion(self, number: int, found: Tensor) -> Tensor | None:
        """What the network is told: the emotion `number`, or the detector's shares (1, emotions)."""
        if self.source == "none":
            return None
        return found if self.source == "soft" else torch.tensor([number])


class Session:
    """A conversation up to now. What it holds does not grow with the conversation."""

    def __init__(self, voice: Voice) -> None:
        network = voice.network.eval()
        self._voice = voice
        self._ears, self._hands = network.encoder.nothing(1), network.decoder.nothing(1)
        self._heard: Heard | None = None
        self._told: Floats | None = None
        self.feels = ""
        """The emotion of the last turn."""

    def take(self, texts: Sequence[str], felt: Sequence[str | None] | None = None) -> None:
        """Read the next turns; `felt` says what is known of their emotions, the detector hears the others."""
        if not texts:
            return
        voice = self._voice
        told = voice.ear.told(texts)
        found = shares(voice.detector, with_turns_before(told, self._told))
        self._told = told[-1]
        with torch.no_grad():
            for text, row, known in zip(texts, torch.from_numpy(found), felt or [None] * len(texts), strict=True):
                share, number = row[None], int(row.argmax())
                if known in voice.labels:
                    number = voice.labels.index(known)
                    share = torch.eye(len(voice.labels))[[number]]
                self.feels = voice.labels[number]
                self._read(voice.tokens.ids(text), voice.emotion(number, share))

    def reply(self, search: Search) -> str:
        """What could be said next; it is not taken as said. Raises `ValueError` before anything was."""
        if self._heard is None:
            raise ValueError("nothing has been said that could be answered")
        (ids,) = search.replies(self._voice.network, self._heard, self._hands)
        return self._voice.tokens.text(ids)

    def memory(self) -> int:
        """Bytes of what is held."""
        held = [*self._ears.states, *self._hands.states, *(self._heard[:1] if self._heard else ())]
        return sum(tensor.nbytes for tensor in held)

    def _read(self, ids: list[int], emotion: Tensor | None) -> None:
        """A turn goes by the decoder as a reply to the turn before, then it is heard itself."""
        network = self._voice.network
        if self._heard is not None:
            for piece in self._pieces([BEGIN, *ids]):
                written = network.write(piece, torch.ones_like(piece, dtype=torch.bool), self._heard, self._hands)
                self._hands = self._hands.then(written.segment, network.size.memory)
        for piece in self._pieces([*ids, END]):
            self._heard = network.hear(piece, torch.ones_like(piece, dtype=torch.bool), emotion, self._ears)
            self._ears = self._heard.memory

    def _pieces(self, ids: list[int]) -> list[Tensor]:
        """A long turn is read in pieces, the memory holds them together."""
        window = self._voice.window
        return [torch.tensor([ids[start : start + window]]) for start in range(0, len(ids), window)]
