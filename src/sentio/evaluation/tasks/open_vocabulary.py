"""Emotions in words of the annotators' own choice, compared after grouping by emotion wheels.

Headline is F_s of MER-UniBench (Lian et al., AffectGPT, ICML 2025): F1 of label sets, mean over five wheels.
"""

from dataclasses import dataclass

from sentio.evaluation.base import Asked, Predictions, Scores, annotated, as_set
from sentio.gold import AnnotatedConversation
from sentio.metrics.emotion_wheel import wheel_scores
from sentio.metrics.wheels import LEVEL_1, Wheels


@dataclass(frozen=True)
class OpenVocabulary:
    """Any words for what an utterance shows in `layer`; `wheels` say which words mean the same."""

    layer: str
    wheels: Wheels
    labels: tuple[str, ...] = ()
    headline: str = "f_s"
    name: str = "open vocabulary"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The utterances that were described."""
        return Asked(item, annotated(item, self.layer))

    def score(self, predictions: Predictions) -> Scores:
        """F_s with its precision and recall, M-avg over all groupings, and the share of gold labels the wheels know."""
        gold, predicted = ([as_set(value) for value in side] for side in (predictions.gold, predictions.predicted))
        found = wheel_scores(gold, predicted, self.wheels)
        known = [found.groupings[grouping].gold_coverage for grouping in LEVEL_1]
        values = {
            "f_s": found.f_s,
            "p_s": found.p_s,
            "r_s": found.r_s,
            "m_avg": found.m_avg,
            "coverage": sum(known) / len(known),
        }
        return Scores(values)
