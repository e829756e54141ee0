"""How a language model chooses the strategy: five ways of Kang et al., ACL 2024, each a flow of questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from sentio.llms.answers import parse_label
from sentio.llms.base import Answer, Question, Sampling
from sentio.llms.flows import Flow, settled
from sentio.prompts import support as prompts
from sentio.prompts.message import Message
from sentio.prompts.support import Scene
from sentio.responses.base import NextTurn

STRATEGIES = tuple(prompts.STRATEGIES)
FEELING_AGAIN = "Write the JSON object and nothing else."
CRITIQUE_TOKENS = 200
"""The critique is asked for in 60 words."""


@dataclass(frozen=True)
class Chosen:
    """A strategy, the distribution over all where there is one, and what the other feels where that was asked.

    `strategy` is None where the model named none in two attempts, `failed` says why it could not be asked at all;
    `unread` are the parts that the model gave in no form that could be read.
    """

    strategy: str | None
    probabilities: tuple[float, ...] | None = None
    feels: str | None = None
    failed: str | None = None
    unread: tuple[str, ...] = field(default=())


def dice(turn: NextTurn, seed: int) -> Random:
    """Chance that depends on the seed and on where the turn is, so that its neighbours in a batch do not matter."""
    said = turn.conversation.utterances
    place = f"{seed}\0{turn.conversation.id}\0{turn.conversation.offset + len(said)}\0{turn.speaker}"
    return Random(sha256(place.encode("utf8", "surrogatepass")).digest())


def drawn(turn: NextTurn, seed: int, count: int) -> list[prompts.Shown]:
    """Examples for a turn: other ones for every turn, so that over a corpus no strategy is shown more than another."""
    return dice(turn, seed).sample(prompts.EXAMPLES, count)


def zero_shot(scene: Scene, examples: Sequence[prompts.Shown] = ()) -> Flow[Chosen]:
    """One question; with examples it is few-shot."""
    return (yield from _chosen(prompts.choice(scene, examples)))


def direct_refine(scene: Scene) -> Flow[Chosen]:
    """A choice, and the choice once more."""
    first = yield from zero_shot(scene)
    if first.strategy is None:
        return first
    return (yield from _chosen(prompts.refined(prompts.choice(scene), first.strategy)))


def self_refine(scene: Scene) -> Flow[Chosen]:
    """A choice, the model's own critique of it, and the choice once more."""
    first = yield from zero_shot(scene)
    if first.strategy is None:
        return first
    asked = prompts.choice(scene)
    about = prompts.criticised(asked, first.strategy)
    answer = yield Question("critique", about, sampling=Sampling(max_tokens=CRITIQUE_TOKENS))
    if answer.error and answer.valid:
        return Chosen(None, failed=answer.error)
    return (yield from _chosen(prompts.refined(asked, first.strategy, answer.text)))


def emotional_cot(scene: Scene) -> Flow[Chosen]:
    """First what the other feels and why, then the strategy."""
    question = Question("feeling", prompts.feeling(scene), schema=prompts.FEELING_SCHEMA)
    told, answer = yield from settled(question, _felt, FEELING_AGAIN)
    if told is None:
        if answer.error and answer.valid:
            return Chosen(None, failed=answer.error)
        plain = yield from zero_shot(scene)
        return Chosen(plain.strategy, plain.probabilities, None, plain.failed, (*plain.unread, "feels"))
    feels, because = told
    found = yield from _chosen(prompts.choice_by_feeling(scene, feels, because))
    return Chosen(found.strategy, found.probabilities, feels, found.failed, found.unread)


def _chosen(messages: tuple[Message, ...]) -> Flow[Chosen]:
    question = Question("strategy", messages, choices=STRATEGIES)
    strategy, answer = yield from settled(question, _named, prompts.CHOOSE_AGAIN)
    if strategy is None:
        failed = answer.error if answer.valid else None
        return Chosen(None, failed=failed, unread=() if failed else ("strategy",))
    return Chosen(strategy, answer.probabilities)


def _named(answer: Answer) -> str | None:
    """The one strategy that an answer names."""
    return answer.choice or (None if answer.error and answer.valid else parse_label(answer.text, STRATEGIES))


def _felt(answer: Answer) -> tuple[str, str] | None:
    if answer.value is None or answer.value.get("feels") not in prompts.FEELINGS:
        return None
    return str(answer.value["feels"]), str(answer.value.get("because", ""))
