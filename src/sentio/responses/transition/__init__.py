"""Which emotion to answer with: personality-affected emotion transition, then words by a language model.

After Wen, Cao, Yang, Liu and Shen, "Automatically Select Emotion for Response via Personality-affected Emotion
Transition", Findings of ACL 2021, and its mood variant, TOIS 2024. What the speaker felt last is moved through the
space of valence, arousal and dominance by what was said, as far as the speaker's Big Five let it; where it arrives is
the emotion of the answer. The paper's RoBERTa is here the 22 million weights of `mini`; the mood variant is a
reconstruction, since the columns it needs are not released.

The decision is the system's; the words are those of the language model that `llm` names. Without one a reply has an
emotion and no words.

>>> from sentio.responses import transition
>>> transition.load(transition.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: transition has to be trained: sentio train recipes/transition-peld.toml, then --system runs/transition-peld
"""  # noqa: E501

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from sentio.card import Card
from sentio.llms.options import Asking
from sentio.responses.transition.temperament import TRAITS, usable
from sentio.trained import TrainedBySeed

if TYPE_CHECKING:
    from sentio.responses.transition.responder import Transition

card = Card(
    title="Personality-affected emotion transition",
    summary="the emotion to answer with, from the speaker's last one, both turns and the Big Five; words with --llm",
    paper="https://arxiv.org/abs/2106.15846",
    languages=("en",),
    labels="meld",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(Asking, TrainedBySeed):
    """Which of a run's models decides, who speaks, and which language model finds the words."""

    persona: str | None = Field(
        default=None, description="traits of who answers, each 0..1: openness=0.6,neuroticism=0.2; the rest are 0.5"
    )

    @field_validator("persona")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        traits_of(value)
        return value


def traits_of(persona: str | None) -> dict[str, float]:
    """The traits that an option names; raises `ValueError` for others than the Big Five and values outside 0..1.

    >>> traits_of("openness=0.6, neuroticism=0.2")
    {'openness': 0.6, 'neuroticism': 0.2}
    """
    found = {}
    for part in filter(None, map(str.strip, (persona or "").split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in TRAITS:
            raise ValueError(f"{name!r} is none of {', '.join(TRAITS)}")
        try:
            found[name] = float(value)
        except ValueError:
            raise ValueError(f"{name} is a number of 0..1, not {value!r}") from None
        if not usable(found[name]):
            raise ValueError(f"{name} is a number of 0..1, not {value}")
    return found


def load(options: Options) -> "Transition":
    """The responder of a training run, ready to answer.

    Raises `SentioError` where no run is named or its folder is damaged, `LanguageModelError` where the language model
    cannot be opened.
    """
    model = options.folder("transition", "recipes/transition-peld.toml")
    from sentio.responses.transition.decider import Decider
    from sentio.responses.transition.responder import Transition

    decider = Decider(model, options.seed_of)
    return Transition(decider, traits_of(options.persona), options.opened("transition") if options.llm else None)
