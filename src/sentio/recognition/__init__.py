"""Recognisers: `load` one by name or run folder, `recognize` a conversation or a file with it.

>>> import sentio
>>> chat = sentio.read("examples/kitchen.txt")[0]  # doctest: +SKIP
>>> sentio.recognize(chat, labels="ekman")[2].emotion  # doctest: +SKIP
'sadness'
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from sentio import files, labels, loading
from sentio.conversation import Conversation
from sentio.recognition.base import Moods, Prediction, Recognizer, recognize_stream, tails_for
from sentio.recognition.tails import Tails
from sentio.results import Recognitions

__all__ = ["Moods", "Prediction", "Recognizer", "Tails", "load", "recognize", "recognize_stream", "tails_for"]

DEFAULT = "mini"


def load(system: str = DEFAULT, options: Mapping[str, object] | None = None) -> Recognizer:
    """The recogniser of that name, or the one trained in that run folder; see `loading.load` for errors."""
    recognizer: Recognizer = loading.load("recognition", system, options or {})
    return recognizer


def recognize(
    conversation: Conversation | Iterable[Conversation] | str | Path,
    *,
    system: str | Recognizer = DEFAULT,
    labels: str | None = None,
) -> Recognitions:
    """Recognise a conversation, several, or those of a file, in the label space `labels`.

    `system` is a name, a run folder, or a loaded recogniser (load once, call often). Raises
    `InputError` for files that cannot be read and `MappingError` for label spaces the system's own
    cannot be carried over to.
    """
    if isinstance(conversation, (str, Path)):
        conversation = files.read(conversation)
    elif isinstance(conversation, Conversation):
        conversation = [conversation]
    recognizer = load(system) if isinstance(system, str) else system
    return Recognitions(list(recognize_stream(recognizer, conversation, _space(labels))))


def _space(name: str | None) -> labels.LabelSpace | None:
    return None if name is None else labels.space(name)
