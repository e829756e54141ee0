"""Language models behind one protocol (`base.LanguageModel`), one file an adapter.

>>> from sentio import llms
>>> model = llms.open("scripted/always=joy")
>>> [answer.choice for answer in model.ask([llms.Question("u1", (), choices=("joy", "anger"))])]
['joy']
"""

from pathlib import Path
from typing import cast

from sentio.errors import LanguageModelError
from sentio.llms.address import Address, parse
from sentio.llms.base import Adapter, Answer, LanguageModel, Question, Sampling, Usage
from sentio.llms.tally import Tally
from sentio.registry import find

__all__ = ["Address", "Answer", "LanguageModel", "Question", "Sampling", "Tally", "Usage", "open"]


def open(address: str, cache: Path | None = None, concurrency: int = 16) -> LanguageModel:
    """The model at an address such as `openai/MODEL@http://host:port/v1`, `hf/PATH`, `replay/FILE`.

    `cache` is an SQLite file that keeps answers, so that none is asked for twice. `concurrency` is how many
    questions are worked on at once: requests in flight for a server, the batch for a model in this process.
    Raises `LanguageModelError` for what is no address and for a concurrency below 1, `UnknownName` for an adapter
    there is none of, `MissingExtra` where its optional packages are absent.
    """
    parsed = parse(address)
    if concurrency < 1:
        raise LanguageModelError(f"concurrency {concurrency}: at least 1 question must be worked on at once")
    component = find("llms", parsed.adapter)
    with component.extra_named():
        model = cast(Adapter, component.load()).load(parsed, concurrency)
    if cache is None:
        return model
    from sentio.llms.cache import Cached

    return Cached(model, cache)
