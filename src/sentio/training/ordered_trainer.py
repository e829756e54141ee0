"""A trainer of `transformers` or `trl` that sees its samples in a fixed order.

>>> class OrderedSFTTrainer(InOrder, SFTTrainer):  # doctest: +SKIP
...     pass
>>> trainer = OrderedSFTTrainer(...)  # doctest: +SKIP
>>> trainer.follow(curriculum.plan(...))  # doctest: +SKIP
>>> trainer.train()  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sentio.curriculum import Indices
from sentio.training.ordered import OrderedSampler

if TYPE_CHECKING:
    from transformers import TrainingArguments


class InOrder:
    """Mixin, to be named before the trainer. All epochs of the plan together are the trainer's one epoch, so that
    one learning-rate schedule runs over them and a checkpoint goes on in the middle of any."""

    args: TrainingArguments
    train_dataset: Any
    _sampler: OrderedSampler | None = None

    def follow(self, epochs: Sequence[Indices]) -> None:
        """Train on the rows of the training set in this order and no other.

        Raises `ValueError` where the trainer's settings would break the order: several epochs (the plan has them), or
        rows that are not those the plan was made for.
        """
        if self.args.num_train_epochs != 1 or self.args.max_steps > 0:
            raise ValueError("a plan holds all epochs: set num_train_epochs=1 and leave max_steps alone")
        if getattr(self.args, "packing", False) or getattr(self.args, "shuffle_dataset", False):
            raise ValueError("packing and shuffle_dataset make other rows than those of the plan: turn them off")
        highest = max((int(epoch.max()) for epoch in epochs if len(epoch)), default=-1)
        if highest >= len(self.train_dataset):
            raise ValueError(f"the plan names row {highest}, the training set has {len(self.train_dataset)}")
        self._sampler = OrderedSampler(epochs)

    def _get_train_sampler(self, train_dataset: object = None) -> OrderedSampler:
        """What `Trainer` asks for when it makes its loader; it groups by length nowhere else."""
        if self._sampler is None:
            raise ValueError("call follow(epochs) before train()")
        return self._sampler
