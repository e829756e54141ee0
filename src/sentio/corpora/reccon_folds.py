"""RECCON's folds rebuilt from its annotations: pairs of an emotional utterance and one that may hold its cause.

Fold 1 has every utterance of the emotional one's history. The released files of both sub-tasks, causal span
extraction and causal emotion entailment, hold these pairs with these ids and texts (1,185 of 1,185 on validation).
Folds 2 and 3 have the causes, and for every emotional utterance four of other dialogues that are none: who can tell
two dialogues apart needs to know nothing of causes. Models trained on them collapse on fold 1, the realistic one
(Poria et al., "Recognizing Emotion Cause in Conversations", Cognitive Computation 2021).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate
from typing import Any, Literal

import numpy as np

from sentio.conversation import Utterance
from sentio.gold import AnnotatedConversation, GoldCause
from sentio.metrics.extractive import IMPOSSIBLE

SEPARATOR = " <SEP> "
"""Written out in the released texts; no tokenizer's separator."""

STRANGERS = 4
"""Utterances of other dialogues for each emotional one in folds 2 and 3: 800 rows of 200 on validation (paper)."""

EVERY, EMOTIONAL = "every utterance", "every emotional utterance"
_Place = tuple[int, int]
"""The number of a dialogue, and of an utterance in it, from 0."""


@dataclass(frozen=True, slots=True)
class CausePair:
    """One row of a fold: does `candidate` hold a cause of what the speaker of `target` feels, and which words?

    `dialogue`, `target` and `candidate` are ids, `emotion` is the target's as it was released. `history` is
    what is told around the candidate, and `candidate_start` is where the candidate begins in it, in characters.
    In fold 1 it is everything said up to the target, which it ends with. `span` is None where the candidate
    holds no cause. A pair with several spans is several rows.
    """

    id: str
    dialogue: str
    target: str
    candidate: str
    emotion: str
    target_text: str
    candidate_text: str
    history: str
    candidate_start: int
    span: str | None

    @property
    def is_cause(self) -> bool:
        """The label of causal emotion entailment."""
        return self.span is not None

    def entailment_text(self, *, context: bool) -> str:
        """What causal emotion entailment classifies: emotion, target and candidate, and the history with `context`."""
        parts = [self.emotion, self.target_text, self.candidate_text]
        return SEPARATOR.join([*parts, self.history] if context else parts)

    def passage(self, *, context: bool) -> str:
        """Where causal span extraction looks for the span: the candidate, or the history with `context`."""
        return self.history if context else self.candidate_text

    def question(self, *, context: bool) -> str:
        """What causal span extraction asks of the passage."""
        evidence = f"The evidence utterance is {self.candidate_text} " if context else ""
        return (
            f"The target utterance is {self.target_text} {evidence}What is the causal span from context that is "
            f"relevant to the target utterance's emotion {self.emotion} ?"
        )

    def span_start(self, *, context: bool, compat: Literal["official"] | None = None) -> int | None:
        """Where the span begins in the passage, in characters; None without a span.

        The first occurrence in the candidate. `compat="official"` takes the first one in the passage: with
        context it can lie in another utterance than the candidate, as in 2 of 347 validation rows.
        """
        if self.span is None:
            return None
        if compat == "official":
            return self.passage(context=context).index(self.span)
        within = self.candidate_text.index(self.span)
        return self.candidate_start + within if context else within

    def is_repeated(self, *, context: bool) -> bool:
        """Whether the span occurs more than once in the passage, so that its place is a guess."""
        first = self.span_start(context=context, compat="official")
        return first is not None and self.passage(context=context).find(str(self.span), first + 1) >= 0

    def squad_item(self, *, context: bool, compat: Literal["official"] | None = None) -> dict[str, Any]:
        """The row as SQuAD 2.0 writes it, the form of the released files of causal span extraction.

        Same as released but for the place of the span, which is so with `compat="official"` (`span_start`).
        """
        start = self.span_start(context=context, compat=compat)
        answer = {"text": IMPOSSIBLE if self.span is None else self.span, "answer_start": start or 0}
        question = {
            "id": self.id,
            "is_impossible": self.span is None,
            "question": self.question(context=context),
            "answers": [answer],
        }
        return {"context": self.passage(context=context), "qas": [question]}


def fold1(conversations: Iterable[AnnotatedConversation]) -> Iterator[CausePair]:
    """All pairs of conversations of the corpus `reccon`, target by target: first without a cause, then with one.

    The history of a target ends with the target, which is a candidate itself. Causes that nobody says, and
    those said after the target, give no row; a target with no others still gives its negatives.

    >>> from sentio.conversation import Conversation, Utterance
    >>> said = (Utterance(id="1", speaker="A", text="Got the job !"), Utterance(id="2", speaker="B", text="Great !"))
    >>> item = AnnotatedConversation(
    ...     conversation=Conversation(id="tr_1", utterances=said),
    ...     gold={"released emotion": {"1": "neutral", "2": "happiness"}},
    ...     causes=(GoldCause(target="2", evidence="1", span="Got the job"),),
    ... )
    >>> for pair in fold1([item]):
    ...     print(pair.id, pair.span)
    dailydialog_tr_1_utt_2_impossible_cause_utt_2 None
    dailydialog_tr_1_utt_2_true_cause_utt_1_span_0 Got the job
    """
    for item in conversations:
        causes: dict[str, list[GoldCause]] = {}
        for cause in item.causes:
            causes.setdefault(cause.target, []).append(cause)
        for target, of_target in causes.items():
            yield from _pairs(item, target, of_target)


@dataclass(frozen=True, slots=True)
class Stranger:
    """An utterance of another dialogue, beside an emotional one: the one at `place` of what is told of its dialogue.

    The ids of `told` are those of dialogue and utterance, "tr_7/3"; no utterance of RECCON has such an id.
    """

    told: tuple[Utterance, ...]
    place: int

    @property
    def utterance(self) -> Utterance:
        """The utterance itself."""
        return self.told[self.place]


Strangers = Mapping[tuple[str, str], Sequence[Stranger]]
"""Dialogue and emotional utterance -> `STRANGERS` utterances of other dialogues."""


def strangers(conversations: Sequence[AnnotatedConversation], *, same_emotion: bool, seed: int = 0) -> Strangers:
    """Utterances of other ones of these dialogues for every emotional one: any of them, or of the `same_emotion`.

    What is told of the other dialogue is all of it, with `same_emotion` what was said up to the utterance, as in the
    released validation files of folds 2 and 3. These were drawn from other splits, too, with a seed that was not
    released: rows are not the same. Of the rare emotions a split may hold less than `STRANGERS` utterances elsewhere;
    there any emotional ones are drawn (6 of the 200 of validation). The draw is `seed`'s for each emotional utterance.
    Raises `ValueError` where the other dialogues have too few utterances.
    """
    told = [
        [one.model_copy(update={"id": f"{item.id}/{one.id}"}) for one in item.conversation.utterances]
        for item in conversations
    ]
    pools = _pools(conversations)
    drawn: dict[tuple[str, str], Sequence[Stranger]] = {}
    for own, item in enumerate(conversations):
        for target in dict.fromkeys(cause.target for cause in item.causes):
            kinds = (str(item.gold["emotion"][target]), EMOTIONAL) if same_emotion else (EVERY,)
            dice = _dice(seed, item.id, target)
            chosen = next((found for kind in kinds if (found := _drawn(pools.get(kind, ()), own, dice))), None)
            if chosen is None:
                raise ValueError(f"the other dialogues have fewer than {STRANGERS} utterances to draw from")
            drawn[item.id, target] = [
                Stranger(tuple(told[at][: place + 1] if same_emotion else told[at]), place) for at, place in chosen
            ]
    return drawn


def fold2(conversations: Iterable[AnnotatedConversation], seed: int = 0) -> Iterator[CausePair]:
    """Every cause, and for each emotional utterance `STRANGERS` utterances of other dialogues as what is none.

    Of a cause that was said before the target the history is without the target, as released: it tells which pairs
    are of one utterance.
    """
    yield from _with_strangers(list(conversations), False, seed)


def fold3(conversations: Iterable[AnnotatedConversation], seed: int = 0) -> Iterator[CausePair]:
    """As `fold2`, the utterances of other dialogues having the emotion of the target."""
    yield from _with_strangers(list(conversations), True, seed)


def _with_strangers(items: Sequence[AnnotatedConversation], same_emotion: bool, seed: int) -> Iterator[CausePair]:
    beside = strangers(items, same_emotion=same_emotion, seed=seed)
    for item in items:
        rows: dict[str, list[CausePair]] = {}
        for pair in fold1([item]):
            rows.setdefault(pair.target, []).append(pair)
        for target, pairs in rows.items():
            for number, stranger in enumerate(beside[item.id, target], start=1):
                yield _strange(pairs[0], stranger, number)
            yield from (_without_target(pair) for pair in pairs if pair.is_cause)


def _strange(pair: CausePair, stranger: Stranger, number: int) -> CausePair:
    """The row of a stranger beside the target of `pair`."""
    before = "".join(f"{one.text} " for one in stranger.told[: stranger.place])
    return replace(
        pair,
        id=f"{pair.id.partition('_utt_')[0]}_utt_{pair.target}_impossible_cause_utt_{number}",
        candidate=stranger.utterance.id,
        candidate_text=stranger.utterance.text,
        history=" ".join(one.text for one in stranger.told),
        candidate_start=len(before),
        span=None,
    )


def _without_target(pair: CausePair) -> CausePair:
    if pair.candidate == pair.target:
        return pair
    return replace(pair, history=pair.history[: -len(pair.target_text) - 1])


def _pools(conversations: Sequence[AnnotatedConversation]) -> dict[str, list[_Place]]:
    """Emotion, `EVERY` or `EMOTIONAL` -> the places of these utterances, in their order."""
    pools: dict[str, list[_Place]] = {}
    for at, item in enumerate(conversations):
        for place, one in enumerate(item.conversation.utterances):
            emotion = str(item.gold["emotion"][one.id])
            for kind in (EVERY, emotion) if emotion == "neutral" else (EVERY, emotion, EMOTIONAL):
                pools.setdefault(kind, []).append((at, place))
    return pools


def _drawn(pool: Sequence[_Place], own: int, dice: np.random.Generator) -> list[_Place] | None:
    """`STRANGERS` of the pool's places outside the dialogue `own`; None where it has fewer."""
    start, end = bisect_left(pool, (own, 0)), bisect_left(pool, (own + 1, 0))
    others = len(pool) - (end - start)
    if others < STRANGERS:
        return None
    numbers = dice.choice(others, STRANGERS, replace=False).tolist()
    return [pool[number if number < start else number + end - start] for number in numbers]


def _dice(seed: int, dialogue: str, target: str) -> np.random.Generator:
    digest = sha256(f"{seed} {dialogue} {target}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _pairs(item: AnnotatedConversation, target: str, causes: list[GoldCause]) -> Iterator[CausePair]:
    said = item.conversation.utterances
    turns = {utterance.id: turn for turn, utterance in enumerate(said, start=1)}
    heard = said[: turns[target]]
    history = " ".join(utterance.text for utterance in heard)
    # One space follows each utterance.
    starts = [0, *accumulate(len(utterance.text) + 1 for utterance in heard)]

    def pair(turn: int, kind: str, span: str | None) -> CausePair:
        return CausePair(
            id=f"dailydialog_{item.id}_utt_{turns[target]}_{kind}",
            dialogue=item.id,
            target=target,
            candidate=heard[turn - 1].id,
            emotion=str(item.gold["released emotion"][target]),
            target_text=heard[-1].text,
            candidate_text=heard[turn - 1].text,
            history=history,
            candidate_start=starts[turn - 1],
            span=span,
        )

    found = [(turns[cause.evidence], cause.span) for cause in causes if cause.evidence is not None]
    for turn in sorted(set(range(1, len(heard) + 1)) - {turn for turn, _ in found}):
        yield pair(turn, f"impossible_cause_utt_{turn}", None)
    for number, (turn, span) in enumerate((turn, span) for turn, span in found if turn <= len(heard)):
        yield pair(turn, f"true_cause_utt_{turn}_span_{number}", span)
