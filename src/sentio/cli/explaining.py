"""What `sentio causes` does with a conversation, and how it is written."""

from collections.abc import Iterable, Iterator, Sequence

from sentio.causes import CauseFinder, emotional, find_stream
from sentio.cli.answering import Verb
from sentio.cli.inputs import Inputs
from sentio.cli.progress import Progress
from sentio.cli.unanswered import unexplained
from sentio.conversation import Conversation
from sentio.recognition import Recognizer, recognize_stream
from sentio.results import CausedConversation, RecognizedConversation
from sentio.results.columns import CAUSES


def explaining(
    recognizer: Recognizer, finder: CauseFinder, inputs: Inputs, progress: Progress
) -> Verb[tuple[RecognizedConversation, CausedConversation]]:
    """The verb: emotions as the recogniser hears them, in the label space of the finder, and their causes."""

    def answer(
        conversations: Iterable[Conversation],
    ) -> Iterator[tuple[RecognizedConversation, CausedConversation]]:
        waiting: list[RecognizedConversation] = []

        def heard() -> Iterator[RecognizedConversation]:
            for done in recognize_stream(recognizer, conversations, finder.space):
                waiting.append(done)
                yield done

        for caused in find_stream(finder, map(emotional, heard())):
            progress.advance(inputs.source, len(caused.conversation))
            yield waiting.pop(0), caused

    def page(done: Sequence[tuple[RecognizedConversation, CausedConversation]]) -> str:
        from sentio import report

        return report.render([heard for heard, _ in done], effects=[caused.effects for _, caused in done])

    from sentio.cli import shown

    return Verb(
        answer=answer,
        columns=CAUSES,
        rows=lambda done: list(done[1].rows()),
        shown=lambda done, width: shown.causes(done[1], width),
        page=page,
        left=unexplained,
        fault=fault,
    )


def fault(conversation: Conversation) -> str | None:
    """Causes are named by the ids of utterances.

    >>> from sentio.conversation import Utterance
    >>> twice = (Utterance(id="1", speaker="Ada", text="Hi"), Utterance(id="1", speaker="Bo", text="Hi"))
    >>> fault(Conversation(id="hall", utterances=twice))
    "two utterances have the id '1'; give each its own, or leave out the column"
    """
    seen: set[str] = set()
    for said in conversation.utterances:
        if said.id in seen:
            return f"two utterances have the id {said.id!r}; give each its own, or leave out the column"
        seen.add(said.id)
    return None
