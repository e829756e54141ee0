"""Labels verified by annotators who see the context and not the label; docs/verification.md is the protocol.

>>> from sentio import annotation
>>> poll = annotation.poll(annotation.sources(["everyday:test"]))
>>> annotation.verification(poll).verdicts["open"]
0
"""

from sentio.annotation.agreement import Verification, verification
from sentio.annotation.poll import Poll, poll
from sentio.annotation.utterances import Labelled, Source, sources
from sentio.annotation.verdicts import Decision, Verdict, decide
from sentio.annotation.votes import Vote

__all__ = [
    "Decision",
    "Labelled",
    "Poll",
    "Source",
    "Verdict",
    "Verification",
    "Vote",
    "decide",
    "poll",
    "sources",
    "verification",
]
