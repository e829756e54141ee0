"""What `sentio respond` does with a conversation, and how it is written."""

from collections.abc import Iterable, Iterator, Sequence

from sentio.cli.answering import Verb
from sentio.cli.inputs import Inputs
from sentio.cli.progress import Progress
from sentio.cli.unanswered import unanswered
from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.responses import Responder, respond_stream
from sentio.results import AnsweredConversation
from sentio.results.columns import REPLIES


def replying(
    responder: Responder, speaker: str | None, recognizer: str, inputs: Inputs, progress: Progress
) -> Verb[AnsweredConversation]:
    """The verb. A reply that could not be made is written with the reason, and told."""

    def answer(conversations: Iterable[Conversation]) -> Iterator[AnsweredConversation]:
        for done in respond_stream(responder, conversations, speaker):
            if done.reply.error:
                cause = f"conversation {done.conversation.id!r}: no reply: {done.reply.error}"
                inputs.problem(InputError(cause), what="failed")
            progress.advance(inputs.source, len(done.conversation))
            yield done

    def page(done: Sequence[AnsweredConversation]) -> str:
        from sentio import recognition, report

        hears = recognition.load(recognizer)
        heard = recognition.recognize_stream(hears, (one.conversation for one in done))
        return report.render(list(heard), replies=[one.reply for one in done])

    from sentio.cli import shown

    return Verb(
        answer=answer,
        columns=REPLIES,
        rows=lambda done: [done.row()],
        shown=shown.reply,
        page=page,
        left=unanswered,
        fault=lambda conversation: None if conversation.utterances else "nobody says anything; nothing to reply to",
    )
