"""What the votes on an utterance come to. Our design, after the verification of PRC-Emo's demonstrations (Li et al.,
"Do LLMs Feel?", AAAI 2026), where two annotators label again what was written for a label.

>>> decide("joy", ["joy", "joy"])
Decision(verdict='verified', label='joy')
>>> decide("joy", ["joy", "fear"]), decide("joy", ["fear", "anger"]).verdict
(Decision(verdict='adjudicated', label='joy'), 'disputed')
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

Verdict = Literal["verified", "adjudicated", "disputed", "open"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
INDEPENDENT = 2
"""So many annotators beside the author an utterance needs."""


class Decision(NamedTuple):
    """What becomes of an utterance, and its label: None where it is disputed or open."""

    verdict: Verdict
    label: str | None


def decide(author: str | None, votes: Sequence[str]) -> Decision:
    """The decision on an utterance that its author labelled so, by the votes of independent annotators.

    Verified: all of them, at least two, agree with the author. Adjudicated: more than half of all votes, the author's
    among them, are for one label. Disputed: no label has so many. Open: fewer than two annotators have voted. Without
    an author nothing is verified.
    """
    if len(votes) < INDEPENDENT:
        return Decision("open", None)
    if set(votes) == {author}:
        return Decision("verified", author)
    every = [*votes, author] if author is not None else votes
    (best, most), *_ = Counter(every).most_common(1)
    return Decision("adjudicated", best) if 2 * most > len(every) else Decision("disputed", None)
