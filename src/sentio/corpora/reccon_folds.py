"""RECCON's fold 1 rebuilt from its annotations: every pair of an emotional utterance and one of its history.

The released files of both sub-tasks, causal span extraction and causal emotion entailment, hold these pairs
with these ids and texts (1,185 of 1,185 on validation). Folds 2 and 3 draw their negatives from other
dialogues with a seed that was not released; models trained on them collapse on fold 1, the realistic one
(Poria et al., "Recognizing Emotion Cause in Conversations", Cognitive Computation 2021).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal

from sentio.gold import AnnotatedConversation, GoldCause
from sentio.metrics.extractive import IMPOSSIBLE

SEPARATOR = " <SEP> "
"""Written out in the released texts; no tokenizer's separator."""


@dataclass(frozen=True, slots=True)
class CausePair:
    """One row of fold 1: does `candidate` hold a cause of what the speaker of `target` feels, and which words?

    `dialogue`, `target` and `candidate` are ids, `emotion` is the target's as it was released. `history` is
    everything said up to the target, which it ends with, and `candidate_start` is where the candidate
    begins in it, in characters. `span` is None where the candidate holds no cause. A pair with several
    spans is several rows.
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
