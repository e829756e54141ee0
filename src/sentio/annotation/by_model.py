"""A language model labels, as one annotator among others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sentio.annotation.ballot import Ballot, order
from sentio.annotation.poll import Poll
from sentio.llms.base import LanguageModel, Question
from sentio.llms.tally import Tally
from sentio.prompts.labelling import messages


@dataclass
class Count:
    """What a call has done: `labelled` utterances, `failed` questions, which are no votes, and why the last one did."""

    tally: Tally
    labelled: int = 0
    failed: int = 0
    last_error: str = ""


def wanted(poll: Poll, ballot: Ballot, annotator: str, limit: int | None = None) -> list[int]:
    """The places of utterances that the annotator has not labelled, `limit` of them, in the annotator's order."""
    return [place for place in order(poll, annotator) if ballot.label(place) is None][:limit]


def label(
    poll: Poll, ballot: Ballot, places: list[int], model: LanguageModel, progress: Callable[[], None] = lambda: None
) -> Count:
    """Ask the model about the utterances at these places; each vote is kept as it comes.

    Raises `LanguageModelError` where the model cannot be asked at all.
    """
    count = Count(Tally())
    for answer in count.tally.over(model.ask(_questions(poll, places))):
        if answer.choice is not None and answer.error is None:
            ballot.cast(int(answer.question.id), answer.choice)
            count.labelled += 1
        else:
            count.failed += 1
            count.last_error = answer.error or "no label in the answer"
        progress()
    return count


def _questions(poll: Poll, places: list[int]) -> Iterator[Question]:
    for place in places:
        one = poll.utterances[place]
        asked = messages(one.conversation, one.place, one.labels, one.layer)
        yield Question(str(place), asked, choices=one.labels)
