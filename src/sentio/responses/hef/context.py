"""What the small model reads: the words of the one who is answered, and which of them count as cause words."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentio.conversation import Conversation

WORDS = 120
"""The last words that are read: three or four times what a speaker says in a dialogue of EmpatheticDialogues (turns of
about 20 words), and a bound on the work where one word after the other is left out. Our choice."""

WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)*")
"""A word; in Chinese, where no spaces tell, a character."""

STOP_WORDS = frozenset(
    "a about after again all also although am an and another any anyway are aren't around as at be because been before "
    "being but by can can't could couldn't did didn't do does doesn't doing don't done down each either else ever "
    "every few for from get gets getting go goes going gonna got gotten had hadn't has hasn't have haven't having he "
    "he'd he'll he's her here hers herself hey hi him himself his how i i'd i'll i'm i've if in into is isn't it it'd "
    "it'll it's its itself just kind last let let's like lot lots made make many may maybe me might mine more most "
    "much my myself now of off oh ok okay on once one only onto or other our ours ourselves out over own pretty "
    "probably quite rather really said same say she she'd she'll she's should so some somehow something sort still "
    "such sure than that that's the their theirs them themselves then there there's these they they'd they'll they're "
    "they've thing things think this those though through to today together too two um under until up us very was "
    "wasn't we we'd we'll we're we've well went were weren't what when where whether which while who who's whom whose "
    "why will with would wouldn't yeah yes yesterday yet you you'd you'll you're you've your yours yourself "
    "did not know knew came come put take took see saw seem seems way day week year time people".split()
)
"""Words that carry no cause: function words, fillers, and the commonest verbs and nouns. Ours; "never", "nobody",
"alone" and the like are not among them."""


@dataclass(frozen=True)
class Context:
    """One speaker's words of a conversation: `text`, and where in it each word is, from and to which character.

    >>> Context.of_text("Rex didn't come home.").words
    ('Rex', "didn't", 'come', 'home')
    """

    text: str
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of_text(cls, text: str) -> "Context":
        """The last `WORDS` words of a text."""
        spans = [found.span() for found in WORD.finditer(text)][-WORDS:]
        first = spans[0][0] if len(spans) == WORDS else 0
        return cls(text[first:], tuple((start - first, end - first) for start, end in spans))

    @classmethod
    def of_speaker(cls, conversation: Conversation, speaker: str) -> "Context":
        """What a speaker has said so far, each utterance on one line.

        >>> from sentio.conversation import Utterance
        >>> said = [("Ada", "Rex ran off."), ("Bo", "Who is Rex?"), ("Ada", "My old dog!")]
        >>> chat = Conversation(id="c", utterances=[Utterance(id=t, speaker=s, text=t) for s, t in said])
        >>> Context.of_speaker(chat, "Ada").text
        'Rex ran off. My old dog!'
        """
        own: list[str] = []
        room = WORDS
        for utterance in reversed(conversation.utterances):
            if utterance.speaker == speaker and room > 0:
                own.append(" ".join(utterance.text.split()).encode("utf8", "replace").decode("utf8"))
                room -= len(WORD.findall(own[-1]))
        return cls.of_text(" ".join(filter(None, reversed(own))))

    @property
    def words(self) -> tuple[str, ...]:
        """The words, in order."""
        return tuple(self.text[start:end] for start, end in self.spans)

    def without(self) -> list[str]:
        """For each word the text without it.

        >>> Context.of_text("Rex ran off.").without()
        [' ran off.', 'Rex  off.', 'Rex ran .']
        """
        return [self.text[:start] + self.text[end:] for start, end in self.spans]


def cause_words(
    context: Context, weights: NDArray[np.floating], most: int, names: Collection[str] = ()
) -> tuple[str, ...]:
    """The words of greatest weight, at most so many, in the order of the text; each once.

    `weights` of shape (words,), >= 0. Left out are stop words, the speakers' `names`, numbers, and words without any
    weight; a word that comes again has the greatest of its weights.

    >>> context = Context.of_text("I lost my keys, my good keys, and I cried")
    >>> cause_words(context, np.array([9, 3, 9, 1, 9, 0, 2, 9, 9, 4]), most=2)
    ('lost', 'cried')
    >>> cause_words(context, np.array([9, 3, 9, 1, 9, 0, 2, 9, 9, 0]), most=3)
    ('lost', 'keys')
    """
    out = STOP_WORDS.union(part.casefold() for name in names for part in WORD.findall(name))
    best: dict[str, float] = {}
    shown: dict[str, str] = {}
    for word, weight in zip(context.words, weights.tolist(), strict=True):
        key = word.casefold().replace("’", "'")
        if weight > 0 and key not in out and not key.isnumeric():
            best[key] = max(weight, best.get(key, 0.0))
            shown.setdefault(key, word)
    heaviest = set(sorted(best, key=lambda key: -best[key])[:most])
    return tuple(word for key, word in shown.items() if key in heaviest)
