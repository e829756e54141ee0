"""`EmotionTransformer`: turns in, replies out, with the sessions of the conversations that go on."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from copy import copy
from pathlib import Path

from sentio.responses.base import Decision, NextTurn
from sentio.responses.emotion_transformer import manifest as files
from sentio.responses.emotion_transformer.decoding import Search
from sentio.responses.emotion_transformer.detector import Detector, Ear
from sentio.responses.emotion_transformer.network import Network
from sentio.responses.emotion_transformer.session import Session, Voice
from sentio.responses.emotion_transformer.tokens import Tokens
from sentio.responses.wording import fallback
from sentio.results import Reply
from sentio.training.manifest_file import asked_seeds
from sentio.training.weights_file import restored, seed_file

KEPT = 16
"""Conversations whose session is kept for when they come again with more turns, as a chat's do. Our choice."""

Said = tuple[tuple[str, str | None], ...]
"""Turns of a conversation: the text, and the emotion where it is known."""


class EmotionTransformer:
    """Replies with one of a run's seeds, the best on validation or the one that is named.

    A conversation that goes on where an earlier one ended is not read again: only the new turns are.
    """

    hears = "emotion"

    def __init__(self, model: Path, seed: int | None = None, beam: int = 1, length_penalty: float = 1.0) -> None:
        self._voice = read_voice(model, seed)
        self._search = Search(beam, length_penalty)
        self._sessions: OrderedDict[Said, Session] = OrderedDict()

    @property
    def choices(self) -> tuple[str, ...]:
        """The emotions it tells apart."""
        return self._voice.labels

    def hear(self, turns: Iterable[NextTurn]) -> Iterator[Decision]:
        """What the detector hears in the turn that is answered, in order; see `Hearing`."""
        for turn in turns:
            shares = self._voice.shares([one.text for one in turn.conversation.utterances] or [""])
            yield Decision(self.choices[int(shares.argmax())], tuple(shares.tolist()))

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        """One reply a turn, in order, one after the other."""
        for turn in turns:
            if not len(turn.conversation):
                yield Reply(speaker=turn.speaker, text="", error="nothing has been said that could be answered")
                continue
            session = self._session(turn)
            text = session.reply(self._search)
            fallbacks = () if text else ("text",)
            yield Reply(
                speaker=turn.speaker, text=text or fallback(turn.conversation), feels=session.feels, fallbacks=fallbacks
            )

    def _session(self, turn: NextTurn) -> Session:
        """One that has read all that was said; it goes on from the longest that has read the beginning."""
        said: Said = tuple((one.text, turn.felt.get(one.id)) for one in turn.conversation.utterances)
        known = [begin for begin in self._sessions if begin == said[: len(begin)]]
        begin = max(known, key=len, default=())
        # What a session holds is replaced, never changed: a copy goes its own way.
        session = copy(self._sessions[begin]) if begin else Session(self._voice)
        session.take([text for text, _ in said[len(begin) :]], [felt for _, felt in said[len(begin) :]])
        self._sessions[said] = session
        self._sessions.move_to_end(said)
        while len(self._sessions) > KEPT:
            self._sessions.popitem(last=False)
        return session


def read_voice(model: Path, seed: int | None = None) -> Voice:
    """Who replies, from a run's model folder; the seed with the lowest perplexity by default.

    Raises `SentioError` where the folder is damaged or has no such seed.
    """
    manifest = files.read(model)
    best = min(manifest.seeds, key=lambda each: manifest.seeds[each])
    (chosen,) = asked_seeds(model, manifest.seeds, best if seed is None else seed)
    tokens = Tokens.read(model / files.TOKENS)
    emotions = 0 if manifest.source == "none" else len(manifest.labels)
    network = Network(manifest.size, manifest.words, emotions, p=0.0)
    detector = Detector(len(manifest.labels), manifest.hidden, p=0.0)
    restored(network, seed_file(model, chosen))
    restored(detector, files.detector(model, chosen))
    return Voice(network, detector, Ear(), tokens, manifest.labels, manifest.source, manifest.window)
