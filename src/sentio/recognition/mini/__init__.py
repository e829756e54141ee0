"""The default system: a small encoder that reads an utterance in the light of those before it, on any laptop.

all-MiniLM-L6-v2 (Wang et al., MiniLM, NeurIPS 2020; 22 million weights) fine-tuned on GoEmotions
(Demszky et al., ACL 2020): 27 emotions and neutral, one sigmoid each, so that an utterance may carry
several. Its upper layer stands in the graph once more, tuned on sentio's own conversations (`everyday`), with a
layer that reads what was said before and by whom. It runs as an 8-bit ONNX graph, without torch.

>>> from sentio.recognition import mini
>>> mini.load(mini.Options(model="nowhere"))
Traceback (most recent call last):
    ...
sentio.errors.SentioError: no model at nowhere: model.json, model.onnx, tokenizer.json are missing
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from sentio.card import Card

if TYPE_CHECKING:
    from sentio.recognition.mini.recognizer import Mini

card = Card(
    title="MiniLM on GoEmotions and Everyday Conversations",
    summary="reads an utterance in the light of those before it; 1,500 a second on two cores",
    paper="https://aclanthology.org/2020.acl-main.372/",
    languages=("en",),
    labels="goemotions",
    fitted_on=("goemotions/train", "everyday/train"),
    # The last three: recipes/mini-conversations.toml and docs/everyday.md say what was chosen on them.
    selected_on=("goemotions/validation", "everyday/validation", "everyday/test", "meld/train", "iemocap/train"),
    method="tuned.full",
)


class Options(BaseModel):
    """Which model folder to use, and how many cores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path | None = Field(default=None, description="a model folder; the one that comes with sentio by default")
    threads: int | None = Field(default=None, ge=1, description="cores to use; by default all this process may use")
    context: bool = Field(default=True, description="read an utterance in the light of those before it, not by itself")


def load(options: Options) -> "Mini":
    """The recogniser, ready to answer; raises `SentioError` where the model folder is incomplete."""
    from sentio.encoders.mini import MODEL
    from sentio.recognition.mini.recognizer import Mini

    return Mini(options.model or MODEL, options.threads, context=options.context)
