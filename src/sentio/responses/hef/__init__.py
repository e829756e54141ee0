"""HEF: a small empathetic model proposes emotions and the words that carry them, a language model decides and replies.

Yang et al., arXiv 2402.11801 (2024). Only the abstract's content was at hand and no code was found: prompts, the number
of primary emotions and of cause words, the small model and what happens to answers that cannot be read are ours. A
reconstruction of the idea, not of the system.

The small model is that of a training run (`sentio train recipes/hef-empathetic-dialogues.toml`, which needs your copy
of EmpatheticDialogues), or `mini`, whose 28 emotions are carried over to the 32 of EmpatheticDialogues.

>>> from sentio.responses import hef
>>> hef.load(hef.Options(primary=5, stages=1))
<sentio.responses.hef.responder.Hef object at ...>
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sentio.card import Card
from sentio.llms.options import Asking

if TYPE_CHECKING:
    from sentio.responses.hef.responder import Hef

card = Card(
    title="HEF",
    summary="a small model proposes emotions and cause words, a language model decides in two stages and replies",
    paper="https://arxiv.org/abs/2402.11801",
    languages=("en",),
    labels="empathetic32",
    reconstruction=True,
    fitted_on=("goemotions/train",),
    selected_on=("goemotions/validation",),
    method="frozen.zero",
)


class Options(Asking):
    """Which models are asked, and how. Without a language model the small one hears alone; replies need one."""

    model: Path | None = Field(default=None, description="the model folder of a training run; mini by default")
    sem: Literal["small", "none"] = Field(default="small", description="none: 32 emotions at once, no cause words")
    primary: int = Field(default=3, ge=1, le=31, description="emotions that the small model proposes")
    stages: int = Field(default=2, ge=1, le=2, description="1: all emotions at once, the proposed ones as a hint")
    cause_words: int = Field(default=5, ge=0, description="words told to attend to, 0 for none")
    temperature: float = Field(default=0.0, ge=0, description="of the reply; emotions are always chosen greedily")


def load(options: Options) -> "Hef":
    """The responder, ready to answer.

    Raises `SentioError` where neither a small nor a language model is there or the run's folder is damaged,
    `MissingExtra` where a trained model needs torch, `LanguageModelError` where the language model cannot be opened.
    """
    from sentio.responses.hef.responder import opened

    return opened(options)
