"""What a causal language model is tuned on: token ids, of which the last ones are the answer.

>>> sample = Sample(ids=(5, 6, 7, 8), prompt=3)
>>> sample.completion
(8,)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sentio.errors import RecipeError

MAX_LABELLED = 0.1
"""At most this share of the tokens carries loss where only answers are learned: a label is a word or two (prc-emo.md,
golden check 10)."""


@dataclass(frozen=True)
class Sample:
    """A prompt and its answer as token ids; the first `prompt` of them are asked, the others learned."""

    ids: tuple[int, ...]
    prompt: int

    @property
    def completion(self) -> tuple[int, ...]:
        """The tokens that are learned, the end of turn among them."""
        return self.ids[self.prompt :]


def check(samples: Sequence[Sample], max_tokens: int) -> float:
    """The share of tokens that carry loss; nothing is dropped or cut after this.

    Raises `RecipeError` where there is no sample, where one has no prompt, nothing to learn or too many tokens, and
    where the share is that of a set whose prompts are learned, too.
    """
    if not samples:
        raise RecipeError("there is nothing to train on: no utterance has a label")
    for number, sample in enumerate(samples):
        if not 0 < sample.prompt < len(sample.ids):
            raise RecipeError(f"sample {number} has {sample.prompt} tokens of prompt, {len(sample.ids)} in all")
        if len(sample.ids) > max_tokens:
            raise RecipeError(
                f"sample {number} has {len(sample.ids)} tokens, {max_tokens} are allowed: raise max_tokens"
            )
    share = sum(len(sample.completion) for sample in samples) / sum(len(sample.ids) for sample in samples)
    if share >= MAX_LABELLED:
        raise RecipeError(f"{share:.0%} of the tokens are to be learned; with prompts it is below {MAX_LABELLED:.0%}")
    return share
