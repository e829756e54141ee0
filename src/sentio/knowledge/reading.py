"""Knowledge looked up while a corpus is read: the file stays on disk, where each answer begins is kept.

>>> knowledge = Knowledge(Path("meld.jsonl"))  # doctest: +SKIP
>>> knowledge.insight(conversation, 3).implicit  # doctest: +SKIP
'Behind the joke she would like to be asked to stay.'
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.knowledge.items import Key, Kind, digest
from sentio.knowledge.records import Record, read
from sentio.prompts.parts import Insight


class Knowledge:
    """A knowledge file, open for reading. Some 300 bytes of memory an answer, whatever its length.

    `models`, `prompts` and `kinds` say what was asked of whom; `causal` is False where some characteristics were
    written with the whole dialogue in view: a system that is told them knows the future.
    """

    def __init__(self, path: Path) -> None:
        """Raises `InputError` for a file that cannot be read, or holds anything else or nothing."""
        self._path = path
        self._places: dict[Key, tuple[int, int]] = {}
        models, prompts, kinds = set(), set(), set()
        self.causal = True
        for offset, length, record in read(path):
            models.add(record.model)
            prompts.add(record.prompt)
            kinds.add(record.kind)
            self._places[record.key] = (offset, length)
            self.causal &= record.utterance is not None
        if not self._places:
            raise InputError("holds no knowledge yet; `sentio knowledge build` writes it", path=path)
        self.kinds: frozenset[Kind] = frozenset(kinds)
        self.models, self.prompts = tuple(sorted(models)), tuple(sorted(prompts))
        self._file = path.open("rb")
        self._hashed: tuple[Conversation, str] | None = None

    def __enter__(self) -> "Knowledge":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many utterances and speakers something was asked about."""
        return len(self._places)

    def __iter__(self) -> Iterator[Key]:
        """What is on file something about, in the order in which it came."""
        return iter(self._places)

    def close(self) -> None:
        self._file.close()

    def record(self, key: Key) -> Record | None:
        """What is on file about an utterance or a speaker, an answer, a gap or an error."""
        place = self._places.get(key)
        if place is None:
            return None
        offset, length = place
        self._file.seek(offset)
        return Record.model_validate_json(self._file.read(length))

    def insight(self, conversation: Conversation, place: int) -> Insight:
        """What is known about the utterance at `place` and its speaker; "" for what is not.

        Raises `InputError` where the file is about another utterance or conversation of that id.
        """
        utterance = conversation.utterances[place]
        interpretation = self.record(Key("interpretation", conversation.id, utterance.id))
        characteristics = self.record(Key("characteristics", conversation.id, utterance.id))
        for found in (interpretation, characteristics):
            if found is not None and found.of != digest(utterance.text):
                raise self._foreign(f"utterance {utterance.id!r} of {conversation.id!r}")
        if characteristics is None:
            characteristics = self.record(Key("characteristics", conversation.id, speaker=utterance.speaker))
            if characteristics is not None and characteristics.of != self._whole(conversation):
                raise self._foreign(f"an utterance of {conversation.id!r}")
        explicit, implicit = interpretation.texts if interpretation and interpretation.texts else ("", "")
        described = characteristics.texts[0] if characteristics and characteristics.texts else ""
        return Insight(explicit=explicit, implicit=implicit, characteristics=described)

    def _whole(self, conversation: Conversation) -> str:
        """The hash of a conversation, kept for its next utterance."""
        if self._hashed is None or self._hashed[0] is not conversation:
            self._hashed = conversation, digest(*(utterance.text for utterance in conversation.utterances))
        return self._hashed[1]

    def _foreign(self, where: str) -> InputError:
        return InputError(f"is about another conversation: {where} says something else there", path=self._path)
