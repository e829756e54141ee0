"""Why they feel it: `sentio.find_causes` and how a system is found by its name or its run folder."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sentio import files, loading
from sentio.causes.base import Candidate, CauseFinder, Felt, Judgement, find_stream
from sentio.conversation import Conversation
from sentio.recognition import Recognizer, recognize_stream
from sentio.recognition import load as load_recognizer
from sentio.results import Causes, RecognizedConversation

__all__ = ["Candidate", "CauseFinder", "Felt", "Judgement", "emotional", "felt", "find_causes", "find_stream", "load"]

DEFAULT = "position"


def load(system: str = DEFAULT, options: Mapping[str, object] | None = None) -> CauseFinder:
    """The system of that name, or the one trained in that run folder; see `loading.load` for errors."""
    finder: CauseFinder = loading.load("causes", system, options or {})
    return finder


def felt(recognizer: Recognizer, finder: CauseFinder, conversations: Iterable[Conversation]) -> Iterator[Felt]:
    """Each conversation with the emotions that the recogniser hears in it, the neutral utterances left out.

    Raises `MappingError` where no documented way leads from the recogniser's labels to the finder's.
    """
    yield from map(emotional, recognize_stream(recognizer, conversations, finder.space))


def emotional(done: RecognizedConversation) -> Felt:
    """A recognised conversation with the emotions to explain: all but the neutral ones."""
    moods = zip(done.conversation.utterances, done.recognitions, strict=True)
    return Felt(done.conversation, {said.id: mood.emotion for said, mood in moods if mood.emotion != "neutral"})


def find_causes(
    conversation: Conversation | Iterable[Conversation] | str | Path,
    *,
    system: str | CauseFinder = DEFAULT,
    recognizer: str | Recognizer = "mini",
) -> Causes:
    """Say why the speakers of a conversation, of several, or of those of a file feel what they feel.

    `system` finds the causes of what `recognizer` hears; each is a name, a run folder, or loaded (load once, call
    often). Raises `InputError` for files that cannot be read and `MappingError` where the two share no labels.
    """
    if isinstance(conversation, (str, Path)):
        conversation = files.read(conversation)
    elif isinstance(conversation, Conversation):
        conversation = [conversation]
    finder = load(system) if isinstance(system, str) else system
    hears = load_recognizer(recognizer) if isinstance(recognizer, str) else recognizer
    return Causes(list(find_stream(finder, felt(hears, finder, conversation))))
