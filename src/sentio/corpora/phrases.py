"""Phrases: runs of words that a corpus shares with another one, or repeats over many of its conversations.

Whole utterances that recur are found by `corpora.leaks`; a sentence that was taken over into a longer one, or a turn
of phrase that a writer cannot leave, is found here. Words are those of `words`.

>>> from sentio.conversation import Conversation, Utterance
>>> def chat(name: str, *texts: str) -> AnnotatedConversation:
...     turns = tuple(Utterance(id=str(i), speaker="Ada", text=text) for i, text in enumerate(texts))
...     return AnnotatedConversation(conversation=Conversation(id=name, utterances=turns))
>>> ours = PhraseIndex([chat("a", "Well, you baked a cake — for the dog?")], 4)
>>> ours.shared_with([chat("b", "Nobody said “you baked a cake” yet.")])
(Shared(place=('a', '0'), phrase='you baked a cake', other=('b', '0'), texts=1),)
>>> repeated([chat("a", "So it goes on."), chat("b", "It goes on!")], 3, above=1)
(Repeated(phrase='it goes on', conversations=2),)
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sentio.corpora.leaks import Place, normalised
from sentio.gold import AnnotatedConversation, Item
from sentio.metrics.text import separated

SHARED = 8
"""Words in a row from which on two texts hardly have them in common by chance (the issue's, as contamination checks of
training text have 8 to 13)."""

REPEATED, ABOVE = 5, 3
"""A phrase of so many words in more than so many conversations is a habit of whoever wrote them (our choice)."""

WORD = re.compile(r"\w+(?:'\w+)*")

Gram = tuple[str, ...]


@dataclass(frozen=True)
class Shared:
    """A run of words of an utterance that stands elsewhere, too.

    `phrase` is as long as all its n-grams do; `other` is the first place with its first n words, `texts` how many
    texts there have these.
    """

    place: Place
    phrase: str
    other: Place
    texts: int


@dataclass(frozen=True)
class Repeated:
    """A phrase and in how many conversations it stands."""

    phrase: str
    conversations: int


def words(text: str) -> list[str]:
    """The words of a text, casefolded, without punctuation; each Chinese or Japanese character is one.

    >>> words("It’s you — Bo! 你好")
    ["it's", 'you', 'bo', '你', '好']
    """
    # Most texts are ASCII, which has no mark to make plain and no character to set apart: half the time.
    plain = text.casefold() if text.isascii() else separated(normalised(text))
    return WORD.findall(plain)


def passages(item: Item) -> Iterator[tuple[Place, str]]:
    """The utterances of a conversation, or what a question shows, asks, offers and answers, and where they stand.

    >>> from sentio.gold import Question
    >>> list(passages(Question(id="q", question="Who?", answers=("Bo",))))
    [(('q', 'question'), 'Who?'), (('q', 'answer'), 'Bo')]
    """
    if isinstance(item, AnnotatedConversation):
        for utterance in item.conversation.utterances:
            yield (item.id, utterance.id), utterance.text
        return
    parts = (("context", (item.context,)), ("question", (item.question,)))
    for name, texts in (*parts, ("choice", item.choices), ("answer", item.answers)):
        for text in filter(None, texts):
            yield (item.id, name), text


class PhraseIndex:
    """All runs of `n` words of some conversations, kept to be found elsewhere.

    Takes memory for these only: index the smaller side, whatever it is compared with is streamed. Time is linear in
    both. Raises `ValueError` for n below 1.
    """

    def __init__(self, items: Iterable[Item], n: int = SHARED) -> None:
        if n < 1:
            raise ValueError(f"a phrase has 1 word or more, not {n}")
        self._n = n
        self._texts = [(place, list(map(sys.intern, words(text)))) for item in items for place, text in passages(item)]
        self._grams = {gram for _, said in self._texts for gram in _grams(said, n)}

    def shared_with(self, items: Iterable[Item]) -> tuple[Shared, ...]:
        """The phrases of ours that stand in these items, in our order."""
        found: dict[Gram, tuple[Place, int]] = {}
        for item in items:
            for place, text in passages(item):
                for gram in self._grams.intersection(_grams(words(text), self._n)):
                    first, texts = found.get(gram, (place, 0))
                    found[gram] = first, texts + 1
        return tuple(run for place, said in self._texts for run in self._runs(place, said, found)) if found else ()

    def _runs(self, place: Place, said: Sequence[str], found: Mapping[Gram, tuple[Place, int]]) -> Iterator[Shared]:
        """The longest runs of words whose n-grams were all found."""
        begun: int | None = None
        for start, gram in enumerate([*_grams(said, self._n), ()]):
            if gram in found and begun is None:
                begun = start
            elif gram not in found and begun is not None:
                other, texts = found[tuple(said[begun : begun + self._n])]
                yield Shared(place, " ".join(said[begun : start + self._n - 1]), other, texts)
                begun = None


def repeated(items: Iterable[Item], n: int = REPEATED, *, above: int = ABOVE) -> tuple[Repeated, ...]:
    """The phrases of `n` words that stand in more than `above` conversations, the most frequent ones first.

    Raises `ValueError` for n below 1.
    """
    if n < 1:
        raise ValueError(f"a phrase has 1 word or more, not {n}")
    counts: Counter[Gram] = Counter()
    for item in items:
        counts.update({gram for _, text in passages(item) for gram in _grams(words(text), n)})
    often = sorted((-count, " ".join(gram)) for gram, count in counts.items() if count > above)
    return tuple(Repeated(phrase, -minus) for minus, phrase in often)


def _grams(said: Sequence[str], n: int) -> Iterator[Gram]:
    return zip(*(said[start:] for start in range(n)), strict=False)
