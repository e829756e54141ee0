"""The votes of one annotator on their way to a file, each of them there before the next utterance is looked at."""

import os
from collections import deque
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from sentio.annotation.poll import Poll, by_id
from sentio.annotation.votes import AUTHOR, AnnotatorKind, Vote, cut, read
from sentio.errors import InputError, OutputError
from sentio.files.lock import lock
from sentio.files.writers.output import Output, reported


class VotesFile:
    """A votes file that one process appends to: a new one, or one that is gone on with."""

    def __init__(self, path: Path) -> None:
        """Open and lock the file, and remove a last line that a kill has cut. Raises `OutputError` where the file
        belongs to another process or cannot be written, `InputError`, with the line, where it holds anything but votes:
        then nothing in it is changed."""
        self.path = path
        with reported(path):
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise OutputError(f"{path}: is no regular file and cannot be gone on with; name one with --votes")
            self._held = path.open("ab")
        try:
            lock(self._held, path, "--votes")
            deque(read(path), maxlen=0)
            lines = path.read_bytes()
            self._output = Output(path, keep=cut(lines))
            if lines and cut(lines) == len(lines) and not lines.endswith(b"\n"):  # as an editor leaves it
                self._output.write(b"\n")
        except BaseException:
            self._held.close()
            raise

    def __enter__(self) -> "VotesFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._output.close()
        with reported(self.path), self._held:
            os.fsync(self._held.fileno())

    def append(self, vote: Vote) -> None:
        """Write a vote: all of it, or nothing and an `OutputError`."""
        self._output.write(vote.line())


class Ballot:
    """What an annotator has said of the utterances of a poll, and says."""

    def __init__(
        self, poll: Poll, file: VotesFile, annotator: str, kind: AnnotatorKind, model: str | None = None
    ) -> None:
        """Raises `InputError` where the annotator's name is another's: the author's, one of the corpora's own, or that
        of one of another kind or model whose votes are there; and where two conversations have one id, whose votes
        could not be read back."""
        by_id(poll.utterances)
        _require_free(poll, annotator, kind, model)
        self._poll, self._file = poll, file
        self._annotator, self._kind, self._model = annotator, kind, model
        self._said = {place: votes[annotator] for place, votes in enumerate(poll.votes) if annotator in votes}

    def __len__(self) -> int:
        """How many utterances the annotator has labelled, now and before."""
        return len(self._said)

    def label(self, place: int) -> str | None:
        """What the annotator has said of the utterance at this place of the poll."""
        return self._said.get(place)

    def cast(self, place: int, label: str, seconds: float | None = None) -> None:
        """Keep a vote, in the place of an earlier one where there is one. Raises `OutputError`."""
        before = self._said.get(place)
        if label == before:
            return
        one = self._poll.utterances[place]
        conversation, utterance = one.key
        self._file.append(
            Vote(
                conversation=conversation,
                utterance=utterance,
                annotator=self._annotator,
                kind=self._kind,
                label=label,
                instead_of=before,
                of=one.of,
                model=self._model,
                seconds=seconds,
            )
        )
        self._said[place] = label


def order(poll: Poll, annotator: str) -> list[int]:
    """The places of the poll as this annotator gets them: conversations shuffled, their utterances in order.

    By hashes of the annotator's name and the conversation's id: the same on every machine, and whatever else is added.
    """

    def shuffled(place: int) -> tuple[bytes, int]:
        told = f"{annotator}\0{poll.utterances[place].conversation.id}"
        return sha256(told.encode("utf8", "surrogatepass")).digest(), place

    return sorted(range(len(poll.utterances)), key=shuffled)


def _require_free(poll: Poll, annotator: str, kind: AnnotatorKind, model: str | None) -> None:
    if not annotator.strip():
        raise InputError("an annotator needs a name; say --annotator NAME")
    if annotator == AUTHOR or any(annotator in one.votes for one in poll.utterances):
        raise InputError(f"{annotator!r} has labelled this corpus already; name another --annotator")
    if (before := poll.kinds.get(annotator, kind)) != kind:
        raise InputError(f"{annotator!r} has voted as a {before}; name another --annotator")
    if (known := poll.models.get(annotator, model)) != model:
        raise InputError(f"{annotator!r} has voted as the model {known}; name another --annotator")
