"""What an earlier run has written need not be recognised again, if it is of this input."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sentio import files
from sentio.conversation import Conversation
from sentio.errors import OutputError
from sentio.files.writers.output import encodable
from sentio.recognition import Moods, Tails
from sentio.results import RecognizedConversation


class Resumed:
    """Drops the utterances that are in the output, and remembers how their speakers felt.

    A conversation of which only a part is written is recognised whole once more, because what was said before may
    decide what is felt later; `fresh` drops what is written of it. Every written turn must be of the conversation and
    the speaker that the input has at its place: going on with the output of another input would leave out what nobody
    has recognised.
    """

    def __init__(self, out: Path | None, written: files.Progress) -> None:
        self._out, self._rows, self._done = out, written.rows, 0
        self._turns = iter(written.turns)
        self._known: deque[int] = deque()

    def rest(self, conversations: Iterator[Conversation], moods: Moods, tails: Tails) -> Iterator[Conversation]:
        """The conversations that are not done; how speakers felt in those that are goes into `moods`, what was said
        last in them into `tails`.

        Raises `OutputError` at a turn that is not of this input.
        """
        for conversation in conversations:
            felt: list[str] = []
            for turn in islice(self._turns, len(conversation)):
                self._compare(turn, conversation, len(felt))
                felt.append(turn.emotion)
            self._done += len(felt)
            if len(felt) < len(conversation) or not felt:
                self._known.append(len(felt))
                yield conversation
            else:
                tails.continued(conversation)
                # The names as the input has them: the output may not have been able to hold them.
                for utterance, emotion in zip(conversation.utterances, felt, strict=True):
                    moods.turn(conversation.id, utterance.speaker, emotion)

    def fresh(self, done: RecognizedConversation) -> RecognizedConversation:
        """What is not in the output of the next conversation that `rest` gave."""
        known = self._known.popleft()
        if not known:
            return done
        conversation = done.conversation
        left = conversation.model_copy(
            update={"offset": conversation.offset + known, "utterances": conversation.utterances[known:]}
        )
        return RecognizedConversation.model_construct(conversation=left, recognitions=done.recognitions[known:])

    def finish(self) -> None:
        """The input is over; raises `OutputError` where the output has more rows than it."""
        if self._done < self._rows:
            raise self._foreign(f"holds {self._rows} utterances, the input only {self._done}")

    def _compare(self, turn: files.Written, conversation: Conversation, place: int) -> None:
        expected = encodable(conversation.id), encodable(conversation.utterances[place].speaker)
        if (encodable(turn.conversation), encodable(turn.speaker)) != expected:
            raise self._foreign(
                f"row {self._done + place + 1} is by {turn.speaker!r} in {turn.conversation!r}, "
                f"the input has {expected[1]!r} in {expected[0]!r} there"
            )

    def _foreign(self, difference: str) -> OutputError:
        return foreign(self._out, difference)


def foreign(out: Path | None, difference: str) -> OutputError:
    """What is told of an output that was not made of these inputs."""
    return OutputError(f"{out}: {difference}; resume with the same inputs and options, or name another file with --out")
