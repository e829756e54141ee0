"""Leaks: what of one split stands in another already, and what a split repeats within itself.

A score on lines that were trained on says little. Texts are compared byte for byte, then `normalised` (verbatim),
then by the words they share (near-verbatim). A text of less than `LONG` words ("Yeah.") is counted apart: that it
recurs is no leak of a script.

>>> from sentio.conversation import Conversation, Utterance
>>> def chat(name: str, *texts: str) -> AnnotatedConversation:
...     turns = tuple(Utterance(id=str(i), speaker="Ada", text=text) for i, text in enumerate(texts))
...     return AnnotatedConversation(conversation=Conversation(id=name, utterances=turns))
>>> train = [chat("a", "You baked a cake?", "I did.")]
>>> report = between([chat("b", "I did.", "“You baked a cake?”", "So you baked a cake?")], train)
>>> report.exact, report.verbatim, report.long, report.near
(1, 1, 2, 2)
>>> report.shared_speakers
('Ada',)
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from sentio.gold import AnnotatedConversation, Value

LONG = 4
"""Words from which on a repeated text is hardly a stock phrase (our choice, as in published counts of MELD)."""

NEAR = 0.8
"""Share of common words (Jaccard) from which on two long texts count as near-verbatim (our choice)."""

Place = tuple[str, str]
"""Id of the conversation, id of the utterance."""

MARKS = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": " - ", "…": "..."})


@dataclass(frozen=True)
class Twin:
    """An utterance, the one whose text it shares, and how much of it: 1.0 for the same words."""

    place: Place
    other: Place
    similarity: float


@dataclass(frozen=True)
class LeakReport:
    """How much of the evaluated utterances stands in those trained on.

    `exact` are byte for byte in train, `verbatim` when normalised, `verbatim_long` of these have at least `LONG`
    words, as `long` of all have. `near` are long ones that are not verbatim but share at least the share
    `threshold` of their words with a text of train. `twins` are examples of both kinds of long ones, in order.
    """

    utterances: int
    long: int
    exact: int
    verbatim: int
    verbatim_long: int
    near: int
    threshold: float
    twins: tuple[Twin, ...]
    shared_conversations: tuple[str, ...]
    shared_speakers: tuple[str, ...]

    @property
    def speaker_independent(self) -> bool:
        """True where nobody speaks on both sides, as far as names tell ("A" of two corpora is no person)."""
        return not self.shared_speakers


@dataclass(frozen=True)
class RepeatReport:
    """How much a split repeats itself.

    `exact_rows` are utterances whose text another has byte for byte, `rows` when normalised, `texts` the distinct
    texts among them and `conflicting` those of these that carry more than one label. `twins` are examples.
    """

    utterances: int
    exact_rows: int
    rows: int
    texts: int
    conflicting: int
    twins: tuple[Twin, ...]


def normalised(text: str) -> str:
    """The text casefolded, with plain quotes, dashes and dots and single spaces.

    >>> normalised("  It’s a  cake… ")
    "it's a cake..."
    """
    return " ".join(text.translate(MARKS).casefold().split())


def between(
    evaluated: Iterable[AnnotatedConversation],
    trained: Iterable[AnnotatedConversation],
    *,
    threshold: float = NEAR,
    examples: int = 10,
) -> LeakReport:
    """What of the evaluated conversations stands in those trained on; texts without words are passed over.

    Raises `ValueError` where the threshold is not above 0 and at most 1.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"the threshold of similarity lies above 0 and at most at 1, not at {threshold}")
    ours, theirs = list(evaluated), list(trained)
    texts, source = list(_texts(ours)), list(_texts(theirs))
    exact = {text for _, text, _ in source}
    verbatim = {form: place for place, _, form in reversed(source)}
    long = [(place, form) for place, _, form in texts if _is_long(form)]
    others = [(place, form) for form, place in verbatim.items() if _is_long(form)]
    nearest = _nearest([_words(f) for _, f in long if f not in verbatim], [_words(f) for _, f in others], threshold)
    rest = iter(nearest)
    twins = []
    for place, form in long:
        if form in verbatim:
            twins.append(Twin(place, verbatim[form], 1.0))
        elif (found := next(rest)) is not None:
            twins.append(Twin(place, others[found[0]][0], found[1]))
    return LeakReport(
        utterances=sum(len(item.conversation) for item in ours),
        long=len(long),
        exact=sum(text in exact for _, text, _ in texts),
        verbatim=sum(form in verbatim for _, _, form in texts),
        verbatim_long=sum(form in verbatim for _, form in long),
        near=sum(found is not None for found in nearest),
        threshold=threshold,
        twins=tuple(twins[:examples]),
        shared_conversations=_shared([item.id for item in ours], [item.id for item in theirs]),
        shared_speakers=_shared(_speakers(ours), _speakers(theirs)),
    )


def within(
    conversations: Iterable[AnnotatedConversation], layer: str | None = None, *, examples: int = 10
) -> RepeatReport:
    """What a split repeats; with a layer, how many of the repeated texts carry labels that differ.

    The examples are of conflicting texts where a layer is given. Texts without words are passed over.
    """
    items = list(conversations)
    gold = {(item.id, u): value for item in items for u, value in item.gold.get(layer or "", {}).items()}
    exact: Counter[str] = Counter()
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for place, text, form in _texts(items):
        exact[text] += 1
        places[form].append(place)
    repeated = [of_form for of_form in places.values() if len(of_form) > 1]
    conflicting = [of_form for of_form in repeated if _conflict(of_form, gold)]
    return RepeatReport(
        utterances=sum(len(item.conversation) for item in items),
        exact_rows=sum(n for n in exact.values() if n > 1),
        rows=sum(map(len, repeated)),
        texts=len(repeated),
        conflicting=len(conflicting),
        twins=tuple(
            Twin(_other(of_form, gold), of_form[0], 1.0) for of_form in (conflicting if layer else repeated)[:examples]
        ),
    )


def _texts(items: Iterable[AnnotatedConversation]) -> Iterator[tuple[Place, str, str]]:
    for item in items:
        for utterance in item.conversation.utterances:
            if form := normalised(utterance.text):
                yield (item.id, utterance.id), utterance.text, form


def _is_long(form: str) -> bool:
    return len(form.split()) >= LONG


def _words(form: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+(?:'\w+)*", form))


def _speakers(items: Iterable[AnnotatedConversation]) -> Iterator[str]:
    return (name for item in items for name in item.conversation.speakers if name)


def _shared(ours: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ours) & set(theirs)))


def _conflict(places: Sequence[Place], gold: dict[Place, Value]) -> bool:
    return len({gold[place] for place in places if place in gold}) > 1


def _other(places: Sequence[Place], gold: dict[Place, Value]) -> Place:
    """The first place with another label than the first one, or simply the second place."""
    return next((place for place in places[1:] if gold.get(place) != gold.get(places[0])), places[1])


def _nearest(
    queries: Sequence[frozenset[str]], index: Sequence[frozenset[str]], threshold: float
) -> list[tuple[int, float] | None]:
    """For each set of words the place in `index` of the most similar one and its Jaccard similarity, or None.

    Exact, and fast by the prefix filter (Chaudhuri et al., ICDE 2006; Bayardo et al., WWW 2007): two sets that
    are as similar as the threshold share one of their rarest words, so only texts with such a word are compared.
    """
    frequency = Counter(word for words in index for word in words)

    def rarest(words: frozenset[str]) -> list[str]:
        # At least ceil(threshold * size) words must be shared, so one of all but that many less one is.
        size = len(words) - ceil(threshold * len(words) - 1e-9) + 1
        return sorted(words, key=lambda word: (frequency[word], word))[:size]

    postings: defaultdict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(index):
        for word in rarest(words) if words else ():
            postings[word].append(place)

    def best(words: frozenset[str]) -> tuple[int, float] | None:
        candidates = {place for word in (rarest(words) if words else ()) for place in postings.get(word, ())}
        scored = [(-len(words & index[place]) / len(words | index[place]), place) for place in candidates]
        minus, place = min(scored, default=(0.0, -1))
        return (place, -minus) if -minus >= threshold - 1e-9 and place >= 0 else None

    return [best(words) for words in queries]
