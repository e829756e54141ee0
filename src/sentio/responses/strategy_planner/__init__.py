"""A trained choice of the support strategy: the small encoder reads the chat and says what a supporter does next.

Kang et al., "Can Large Language Models be Good Emotional Supporter?", ACL 2024, tune LLaMA-2-7B as a planner that
chooses for another model. Here the 22 million weights of `mini` do, on a CPU in minutes: its layers stay (some can be
trained, too), a recurrent layer reads the turns forwards, each utterance is computed once for all turns after it.

>>> from sentio.responses import strategy_planner
>>> strategy_planner.load(strategy_planner.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: strategy_planner has to be trained: sentio train recipes/strategy-planner.toml, then --planner runs/strategy-planner
"""  # noqa: E501

from typing import TYPE_CHECKING

from sentio.card import Card
from sentio.trained import TrainedBySeed

if TYPE_CHECKING:
    from sentio.responses.strategy_planner.planner import StrategyPlanner

card = Card(
    title="Planner of support strategies",
    summary="which of eight strategies a supporter uses next; for support --planner; trained in minutes on a CPU",
    paper="https://aclanthology.org/2024.acl-long.813/",
    languages=("en",),
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Options(TrainedBySeed):
    """Which of a run's models decides."""


def load(options: Options) -> "StrategyPlanner":
    """The planner of a training run. Raises `SentioError` where no run is named or its folder is damaged."""
    model = options.folder("strategy_planner", "recipes/strategy-planner.toml", "--planner")
    from sentio.responses.strategy_planner.planner import StrategyPlanner

    return StrategyPlanner(model, options.seed_of)
