"""The utterances with what was decided on them: the verified, the adjudicated and the others, with all votes."""

from collections.abc import Iterator, Mapping
from typing import Any

from sentio.annotation.poll import Poll
from sentio.annotation.verdicts import decide
from sentio.annotation.votes import AUTHOR
from sentio.results.columns import Columns

DECIDED: Columns = {
    "source": str,
    "conversation": str,
    "utterance_id": str,
    "speaker": str,
    "text": str,
    "verdict": str,
    "label": str,
    "votes": dict,
}
"""The columns of `rows`; they are found by their names where the file is read as a table with labels."""


def rows(poll: Poll) -> Iterator[Mapping[str, Any]]:
    """A row an utterance, in the order of the sources; `label` is None where it is disputed or open.

    >>> from sentio.annotation.utterances import sources
    >>> from sentio.annotation.poll import poll
    >>> next(rows(poll(sources(["everyday:test"]))))["votes"]
    {'author': 'neutral', 'r6': 'neutral', 'r8': 'neutral'}
    """
    for place, (one, votes) in enumerate(zip(poll.utterances, poll.votes, strict=True)):
        said = one.conversation.utterances[one.place]
        verdict, label = decide(votes.get(AUTHOR), poll.independent(place))
        cells = (one.source, one.conversation.id, said.id, said.speaker, said.text, verdict, label, dict(votes))
        yield dict(zip(DECIDED, cells, strict=True))
