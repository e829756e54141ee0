"""`StrategyPlanner`: turns to come in, a distribution over the strategies out."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, tee
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sentio.conversation import Conversation
from sentio.errors import SentioError
from sentio.nn.conversation_encoder import ConversationEncoder, EncoderShape
from sentio.recognition.prc_encoder.evidence import nothing
from sentio.recognition.prc_encoder.reading import Reader
from sentio.responses.base import Decision, NextTurn
from sentio.responses.strategy_planner import manifest as files
from sentio.responses.strategy_planner.lessons import LABELS, ROLES, by_roles
from sentio.responses.support.stage import stage
from sentio.results import Reply
from sentio.training.manifest_file import asked_seeds
from sentio.training.tuned_encoder import TOKENIZER, read_lower
from sentio.training.weights_file import restored, seed_file

AHEAD = 64
"""Turns looked at together: those of one conversation are computed at once."""

FAR = 200
"""Turns that are read at most: longer than any dialogue of ESConv, and a chat of a day costs no more."""

DECIMALS = 6
"""As recognitions have them: what was computed beside a decision cannot be seen in its digits."""

WORDLESS = "a planner has no words: sentio respond --system support --planner RUN --llm MODEL"


class StrategyPlanner:
    """Decides by the average of a run's seeds, or by one of them."""

    decides = "strategy"
    choices = LABELS

    def __init__(self, model: Path, seed: int | None = None) -> None:
        manifest = files.read(model)
        seeds = asked_seeds(model, manifest.seeds, seed)
        if manifest.labels != LABELS:
            raise SentioError(f"{model}: was trained for other strategies than this sentio has")
        self._reader = Reader(model / TOKENIZER, read_lower(model, manifest.shape), ROLES, manifest.window)
        self._models = [_upper(model, manifest.shape, each) for each in seeds]

    def decide(self, turns: Iterable[NextTurn]) -> Iterator[Decision]:
        """One decision a turn, in order; those about one conversation that grows are computed together."""
        rest = iter(turns)
        while some := list(islice(rest, AHEAD)):
            for group in _growing(some):
                yield from self._decided(group)

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        """The strategy alone; `Reply.error` says how words are had."""
        first, second = tee(turns)
        for turn, decision in zip(second, self.decide(first), strict=True):
            where = stage(turn.conversation.utterances, turn.speaker)
            yield Reply(speaker=turn.speaker, text="", strategy=decision.label, stage=where, error=WORDLESS)

    def opinions(self, conversation: Conversation, supporter: str) -> NDArray[np.float64]:
        """What each model thinks comes next at the beginning and behind every utterance, if it is the supporter's turn:
        probabilities of shape (models, utterances + 1, labels). Read forwards only: no row knows what comes after."""
        read = by_roles(conversation, supporter)
        (turns,) = self._reader.read([read], [nothing(len(read), len(LABELS))], exact=True)
        with torch.no_grad():
            return torch.stack([model(turns)[0].softmax(-1) for model in self._models]).double().numpy()

    def _decided(self, group: Sequence[NextTurn]) -> Iterator[Decision]:
        whole = group[-1].conversation
        read = whole.model_copy(update={"utterances": whole.utterances[-FAR:]})
        found = self.opinions(read, group[-1].speaker).mean(0)
        for turn in group:
            row = found[min(len(turn.conversation), len(read))]
            shares = tuple(round(share, DECIMALS) for share in row.tolist())
            yield Decision(LABELS[max(range(len(LABELS)), key=shares.__getitem__)], shares)


def _growing(turns: Sequence[NextTurn]) -> Iterator[list[NextTurn]]:
    """The turns in groups of which each begins with all that was said before the one before it, by one speaker."""
    group: list[NextTurn] = []
    for turn in turns:
        if group and not _goes_on(group[-1], turn):
            yield group
            group = []
        group.append(turn)
    yield group


def _goes_on(before: NextTurn, after: NextTurn) -> bool:
    one, other = before.conversation, after.conversation
    return (
        (one.id, before.speaker) == (other.id, after.speaker)
        and len(one) <= len(other) <= FAR
        and one.utterances == other.utterances[: len(one)]
    )


def _upper(model: Path, shape: EncoderShape, seed: int) -> ConversationEncoder:
    return restored(ConversationEncoder(shape, dropout=0.0, context_dropout=0.0), seed_file(model, seed))
