"""Diversity: how many words, turns of phrase and ways of saying it a corpus has, beside another one of equal size.

Every measure of it moves with size: distinct-n falls and self-BLEU rises as texts are added. So conversations are
drawn, by chance and with a seed, up to as many tokens as the smaller corpus has, several times. Tokens are
`phrases.words`: without case and punctuation, each Chinese or Japanese character one.

>>> from sentio.conversation import Conversation, Utterance
>>> def chat(name: str, *texts: str) -> AnnotatedConversation:
...     turns = tuple(Utterance(id=str(i), speaker="Ada", text=text) for i, text in enumerate(texts))
...     return AnnotatedConversation(conversation=Conversation(id=name, utterances=turns))
>>> cake = texts_of([chat("a", "You baked a cake?", "I did.", "A cake for me!")])
>>> soup = texts_of([chat("b", "No soup.", "No soup!"), chat("c", "No soup at all, no soup.", "No.")])
>>> found = compare([cake, soup], samples=3)
>>> found.tokens, found.scores["distinct_2"][0].mean.__round__(2), found.scores["distinct_2"][1].mean.__round__(2)
(10, 0.86, 0.67)
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from random import Random

from sentio.corpora.phrases import words
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation
from sentio.metrics.self_bleu import self_bleu
from sentio.metrics.spread import Spread, spread
from sentio.metrics.text import distinct

SAMPLES = 5
"""Draws of each corpus; enough to see that chance moves the figures in the third digit (our choice)."""

Texts = list[list[str]]
"""The tokens of each utterance of a conversation."""


@dataclass(frozen=True)
class Diversity:
    """The figures of one collection: `length` in tokens an utterance, distinct-n 0..1, self-BLEU 0..100.

    Of vocabulary and distinct-n more is more diverse, of self-BLEU less.
    """

    utterances: float
    length: float
    vocabulary: float
    distinct_1: float
    distinct_2: float
    self_bleu_2: float
    self_bleu_3: float
    self_bleu_4: float


@dataclass(frozen=True)
class Comparison:
    """By the name of a field of `Diversity` the spread of it over samples of `tokens` tokens, for each corpus."""

    tokens: int
    scores: dict[str, tuple[Spread, ...]]


def texts_of(items: Iterable[AnnotatedConversation]) -> list[Texts]:
    """The conversations as tokens; utterances without a word are left out, as are conversations of these.

    >>> texts_of([])
    []
    """
    talks = ([words(turn.text) for turn in item.conversation.utterances] for item in items)
    return [spoken for texts in talks if (spoken := [text for text in texts if text])]


def measure(texts: Sequence[Sequence[str]]) -> Diversity:
    """The figures of utterances as tokens; raises `ScoreError` where there are no two, or none of two tokens.

    >>> found = measure([["so", "it", "goes"], ["so", "it", "went"]])
    >>> found.distinct_2, found.vocabulary, found.length
    (0.75, 4, 3.0)
    """
    joined = [" ".join(text) for text in texts]
    tokens = sum(map(len, texts))
    bleu = {n: self_bleu(joined, order=n).score for n in (2, 3, 4)}
    return Diversity(
        utterances=len(texts),
        length=tokens / len(texts),
        vocabulary=len({word for text in texts for word in text}),
        distinct_1=distinct(joined, 1),
        distinct_2=distinct(joined, 2),
        self_bleu_2=bleu[2],
        self_bleu_3=bleu[3],
        self_bleu_4=bleu[4],
    )


def compare(corpora: Sequence[Sequence[Texts]], *, samples: int = SAMPLES, seed: int = 0) -> Comparison:
    """The figures of corpora at the size of the smallest, mean and spread over samples of whole conversations.

    The last conversation of a sample is cut, so that all have equally many tokens. The smallest corpus is the same in
    every sample: its spread is none. Raises `InputError` for a corpus without words, `ScoreError` as `measure` does.
    """
    sizes = [sum(len(text) for texts in talks for text in texts) for talks in corpora]
    if not all(sizes):
        raise InputError("a corpus without words has no diversity")
    size, random = min(sizes), Random(seed)
    drawn = [[asdict(measure(sample(talks, size, random))) for _ in range(samples)] for talks in corpora]
    names = drawn[0][0]
    return Comparison(size, {name: tuple(spread([one[name] for one in of]) for of in drawn) for name in names})


def sample(talks: Sequence[Texts], tokens: int, random: Random) -> Texts:
    """Utterances of conversations in a random order, up to so many tokens in all.

    >>> sample([[["so", "it", "goes"], ["on"]]], 2, Random(0))
    [['so', 'it']]
    """
    taken: Texts = []
    for talk in random.sample(talks, len(talks)):
        for text in talk:
            if not tokens:
                return taken
            taken.append(text[:tokens])
            tokens -= len(taken[-1])
    return taken
