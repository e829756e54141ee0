"""Emotional support: which of eight strategies comes next, then the words under it.

Liu et al., "Towards Emotional Support Dialog Systems", ACL 2021, have the strategies; Kang et al., "Can Large Language
Models be Good Emotional Supporter?", ACL 2024, find that language models choose them poorly and prefer a few, and
compare what helps: looking at the choice again (direct-refine, self-refine), feelings first (emotional-cot), examples
(few-shot), commonsense, a tuned planner. All of these are here. The prompts and the stages are ours.

>>> from sentio.responses import support
>>> support.load(support.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: support asks a language model: name one with --llm (openai/MODEL@URL, hf/PATH; scripted/lexicon to see how it works)
"""  # noqa: E501

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sentio.card import Card
from sentio.llms.options import Asking

if TYPE_CHECKING:
    from sentio.responses.support.responder import Support

card = Card(
    title="Emotional support by strategies",
    summary="one of eight support strategies, chosen by a language model or a trained planner, then the words",
    paper="https://aclanthology.org/2024.acl-long.813/",
    reconstruction=True,
    method="frozen.zero",
)

Selector = Literal[
    "zero-shot", "few-shot", "direct-refine", "self-refine", "emotional-cot", "planner", "random", "gold"
]


class Options(Asking):
    """Who chooses the strategy, and what is known besides the conversation."""

    selector: Selector = Field(
        default="zero-shot",
        description="who chooses the strategy: the language model (zero-shot, few-shot, direct-refine, self-refine, "
        "emotional-cot), a trained planner, chance (random), or whoever asks (gold)",
    )
    planner: Path | None = Field(default=None, description="the run folder of a strategy_planner; chooses by itself")
    examples: int = Field(default=4, ge=1, le=8, description="examples shown by few-shot, other ones every turn")
    background: Path | None = Field(
        default=None, description="JSON lines with facts (situation) and commonsense (xReact) by conversation"
    )
    seed: int = Field(default=0, ge=0, description="of chance, and of which examples are shown")


def load(options: Options) -> "Support":
    """The responder. Without `llm` only a planner, chance or whoever asks can choose, and there are no words.

    Raises `SentioError` where a model or a planner is needed and not named, `InputError` for a broken `background`.
    """
    from sentio.responses.support.responder import opened

    return opened(options)
