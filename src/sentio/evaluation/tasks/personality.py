"""The Big Five of each who speaks in a dialogue, high or low, from the words alone.

The task of CPED (Chen et al., arXiv 2205.14727). It is about a speaker, not an utterance: a target names the speaker's
first utterance in the dialogue, and its `evidence` the trait. Gold are the profiles, which a system does not see.
"""

from dataclasses import dataclass

from sentio.evaluation.base import Asked, Predictions, Scores, Target
from sentio.gold import AnnotatedConversation
from sentio.personality.base import LEVELS, TRAITS
from sentio.personality.samples import means, samples, trait_scores


@dataclass(frozen=True)
class Personality:
    """Which level each trait of each speaker has; a label is a level and its trait, "high openness"."""

    layer: str = "personality"
    labels: tuple[str, ...] = tuple(f"{level} {trait}" for trait in TRAITS for level in LEVELS)
    headline: str = "macro_f1"
    name: str = "personality"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The five traits of each speaker whose traits are all known; those are taken out of what is shown."""
        first = {said.speaker: said.id for said in reversed(item.conversation.utterances)}
        targets = tuple(
            Target(first[sample.speaker], f"{level} {trait}", evidence=trait)
            for sample in samples(item.conversation)
            for trait, level in zip(TRAITS, sample.levels, strict=True)
        )
        return Asked(_without_traits(item), targets)

    def score(self, predictions: Predictions) -> Scores:
        """Macro F1 and accuracy, averaged over the traits, the share of answers that are no level, and the same by
        trait; skewed as traits are, accuracy says little without that of the majority beside it."""
        gold: dict[str, list[str]] = {trait: [] for trait in TRAITS}
        predicted: dict[str, list[str]] = {trait: [] for trait in TRAITS}
        for right, answer in zip(predictions.gold, predictions.predicted, strict=True):
            level, _, trait = str(right).partition(" ")
            gold[trait].append(level)
            said, _, of_trait = str(answer).partition(" ")
            predicted[trait].append(said if of_trait == trait else "")
        scores = trait_scores(gold, predicted)
        outside = sum(answer not in LEVELS for answers in predicted.values() for answer in answers)
        return Scores({**means(scores), "invalid_rate": outside / len(predictions.gold)}, scores)


def _without_traits(item: AnnotatedConversation) -> AnnotatedConversation:
    profiles = {
        name: profile.model_copy(update={"traits": {k: v for k, v in profile.traits.items() if k not in TRAITS}})
        for name, profile in item.conversation.profiles.items()
    }
    return item.model_copy(update={"conversation": item.conversation.model_copy(update={"profiles": profiles})})
