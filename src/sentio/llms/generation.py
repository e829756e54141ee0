"""What a causal language model writes behind prompts, many at once.

What is written behind a prompt does not depend on the others in its batch: each has its own dice, and a repetition
penalty that counts its own tokens and no padding.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from secrets import randbits
from typing import TYPE_CHECKING, cast

import numpy as np

from sentio.llms.base import Sampling
from sentio.llms.chat_template import end_of_turn
from sentio.llms.in_process import Written

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel
    from transformers import PreTrainedTokenizerBase as Tokenizer

Ids = Sequence[int]


def write(
    model: "PreTrainedModel",
    tokenizer: "Tokenizer",
    prompts: Sequence[Ids],
    sampling: Sampling,
    samples: Sequence[int] = (),
) -> list[Written]:
    """What the model writes behind each prompt, all in one batch, up to the end of its turn.

    `samples` number the draws of prompts that are equal (0 for each by default). With `sampling.seed` the same
    prompt and number give the same words again, in whatever company; temperature 0 takes the likeliest token.
    """
    import torch
    from transformers import GenerationConfig

    width = max(map(len, prompts))
    ends = _ends(model, tokenizer)
    ids = torch.full((len(prompts), width), ends[0])
    mask = torch.zeros_like(ids)
    for i, prompt in enumerate(prompts):
        ids[i, width - len(prompt) :] = torch.tensor(prompt)
        mask[i, width - len(prompt) :] = 1
    # What the model's own file sets for drawing is set here again, or it would be filled in: drawing is ours.
    config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False,
        num_beams=1,
        temperature=1.0,
        top_k=50,
        top_p=1.0,
        repetition_penalty=1.0,
        max_new_tokens=sampling.max_tokens,
        eos_token_id=ends,
        pad_token_id=ends[0],
    )
    generate = cast("Callable[..., Tensor]", model.generate)
    choose = Choose(sampling, prompts, samples or [0] * len(prompts))
    training = model.training
    model.train(False)
    try:
        output = generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            generation_config=config,
            logits_processor=[choose],
        )
    finally:
        model.train(training)
    return [_written(tokenizer, row, set(ends)) for row in output[:, width:].tolist()]


def _ends(model: "PreTrainedModel", tokenizer: "Tokenizer") -> list[int]:
    """Tokens that end an answer: that of the template, and those the model names itself."""
    named = model.generation_config.eos_token_id if model.generation_config else None
    others = named if isinstance(named, list) else [] if named is None else [named]
    return list(dict.fromkeys([end_of_turn(tokenizer), *others]))


def _written(tokenizer: "Tokenizer", ids: list[int], ends: set[int]) -> Written:
    stop = next((at for at, token in enumerate(ids) if token in ends), None)
    text = tokenizer.decode(ids[:stop], skip_special_tokens=True)
    assert isinstance(text, str)
    return Written(text, len(ids) if stop is None else stop + 1, stop is not None)


class Choose:
    """Turns the next token's logits so that the likeliest is the one that was drawn.

    Repetition penalty, temperature and nucleus as everywhere, in this order; then one number of the row's own dice
    picks a token, whatever else is in the batch. A logits processor of transformers.
    """

    def __init__(self, sampling: Sampling, prompts: Sequence[Ids], samples: Sequence[int]) -> None:
        self.sampling, self.prompts = sampling, prompts
        self.dice = [_dice(sampling.seed, ids, n) for ids, n in zip(prompts, samples, strict=True)]

    def __call__(self, input_ids: "Tensor", scores: "Tensor") -> "Tensor":
        if self.sampling.repetition_penalty != 1.0:
            scores = self._without_repetition(input_ids, scores)
        if self.sampling.temperature == 0:
            return scores
        from transformers import TopPLogitsWarper

        scores = scores.float() / self.sampling.temperature
        if self.sampling.top_p < 1:
            scores = TopPLogitsWarper(self.sampling.top_p)(input_ids, scores)
        return self._drawn(scores)

    def _without_repetition(self, input_ids: "Tensor", scores: "Tensor") -> "Tensor":
        """Keskar et al. 2019, CTRL: positive logits of tokens that were there are divided, negative multiplied."""
        import torch

        scores, penalty = scores.clone(), self.sampling.repetition_penalty
        width = max(map(len, self.prompts))
        for row, prompt in enumerate(self.prompts):
            # A token that was there twice is written twice with the same value.
            seen = input_ids[row, width - len(prompt) :]
            old = scores[row, seen]
            scores[row, seen] = torch.where(old > 0, old / penalty, old * penalty)
        return scores

    def _drawn(self, scores: "Tensor") -> "Tensor":
        import torch

        sums = scores.double().softmax(-1).cumsum(-1)
        numbers = torch.tensor([dice.random() for dice in self.dice], dtype=sums.dtype, device=sums.device)
        # Below the last sum, which rounding leaves a little beside 1.
        picks = torch.searchsorted(sums, (numbers[:, None] * sums[:, -1:]).contiguous(), right=True)
        return torch.full_like(scores, -torch.inf).scatter(1, picks.clamp(max=scores.shape[1] - 1), 0.0)


def _dice(seed: int | None, ids: Ids, sample: int) -> np.random.Generator:
    key = randbits(128) if seed is None else seed
    digest = sha256(f"{key} {sample} {list(ids)}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
