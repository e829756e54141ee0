"""Where a supportive conversation has got to: exploration, comforting, action.

Hill's helping skills (2009) in the order of ESConv (Liu et al., ACL 2021). Where one stage ends nobody has measured:
the rule is ours. It looks at how often the supporter has spoken and at what they have done so far, told by the words.
"""

import re
from collections.abc import Sequence
from typing import Literal

from sentio.conversation import Utterance

Stage = Literal["exploration", "comforting", "action"]

EARLY, LATE = 4, 8
"""Turns of the supporter: a third and two thirds of the 11.6 that a conversation has in the mean (MultiESC's
validation split: 2,257 in 195)."""

ASKED = 3
"""Questions after which the problem is known: exploration may end before its turns are used up. Our choice."""

QUESTION = re.compile(r"[?？]")
SUGGESTION = re.compile(
    r"\b(?:you (?:could|should|might want)|have you (?:tried|thought about|considered)|why don'?t you|how about"
    r"|i(?: would|'d)? suggest|maybe (?:try|you can)|try to)\b"
    r"|\b(?:du könntest|sie könnten|vielleicht hilft)\b|\b(?:tu pourrais|vous pourriez)\b|\b(?:podrías|podría usted)\b"
    r"|你可以|您可以|建议你|不妨",
    re.IGNORECASE,
)

DEFAULT: dict[Stage, str] = {
    "exploration": "question",
    "comforting": "affirmation and reassurance",
    "action": "providing suggestions",
}
"""The strategy by rule where a model names none: the most frequent one of the stage in ESConv."""


def stage(before: Sequence[Utterance], supporter: str) -> Stage:
    """The stage of the next turn of `supporter`.

    >>> said = [Utterance(id="0", speaker="Bo", text="Have you tried to sleep?")]
    >>> stage([], "Bo"), stage(said * 4, "Bo")
    ('exploration', 'action')
    """
    own = [utterance.text for utterance in before if utterance.speaker == supporter]
    if len(own) >= LATE or (len(own) >= EARLY and any(map(SUGGESTION.search, own))):
        return "action"
    asked = sum(QUESTION.search(text) is not None for text in own)
    return "comforting" if len(own) >= EARLY or asked >= ASKED else "exploration"
