"""PRC-Emo: a language model that is told about the speaker, the utterance and similar ones, and names the emotion.

Li, Liu, Qiao and Xu, "Do LLMs Feel? Teaching Emotion Recognition with Prompts, Retrieval, and Curriculum Learning",
AAAI 2026. Prompts with knowledge that a larger model wrote (P), retrieved demonstrations (R), training from easy to
hard conversations (C). As it stands it asks any language model without training; `sentio train recipes/prc-emo-*.toml`
tunes one with LoRA, and the folder of that run is a system of its own.

Where the paper and its released code differ, ours follows the paper; docs/prc-emo.md lists the differences.

>>> from sentio.recognition import prc_emo
>>> prc_emo.load(prc_emo.Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: prc_emo needs a model: name one with --llm (openai/MODEL@URL, hf/PATH), or --system runs/...
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from sentio.card import Card
from sentio.errors import SentioError

if TYPE_CHECKING:
    from sentio.recognition.prc_emo.recognizer import PrcEmo

card = Card(
    title="PRC-Emo",
    summary="a language model with knowledge, demonstrations and curriculum; LoRA or any model as it is",
    paper="https://doi.org/10.1609/aaai.v40i38.40446",
    labels="meld",
    reconstruction=True,
)


class Options(BaseModel):
    """Which model is asked, and what it is told; a trained model was told in training, and is told the same again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    llm: str | None = Field(
        default=None, description="a language model, hf/PATH or openai/MODEL@URL; default: the run's"
    )
    seed_of: int | None = Field(default=None, description="which of a run's seeds answers; by default the best one")
    space: str | None = Field(default=None, description="the labels to choose from without training; meld by default")
    knowledge: Path | None = Field(
        default=None, description="a file of sentio knowledge build, about these conversations"
    )
    demos: Path | None = Field(
        default=None, description="a repository of sentio demos build; everyday, sentio's own, without training"
    )
    corpus: str | None = Field(default=None, description="the corpus these conversations are of: none of it is shown")
    speaker: bool | None = Field(default=None, description="tell what the speaker is like")
    interpretation: bool | None = Field(default=None, description="tell what the utterance shows and hides")
    retrieval: bool | None = Field(default=None, description="show labelled utterances that are similar")
    window: int | None = Field(default=None, ge=0, description="utterances of context; 5 by default")
    context: Literal["past", "symmetric"] | None = Field(default=None, description="symmetric reads the future")
    layout: Literal["paper", "shared"] | None = Field(
        default=None, description="shared: common parts first, for servers"
    )
    max_tokens: int | None = Field(default=None, ge=256, description="room for prompt and answer; 2048 by default")
    cache: Path | None = Field(default=None, description="an SQLite file that keeps answers")
    concurrency: int = Field(default=16, ge=1, description="questions worked on at once")
    model: Path | None = Field(default=None, description="the model folder of a training run")


def load(options: Options) -> "PrcEmo":
    """The recogniser, ready to answer.

    Raises `SentioError` where no model is named or the run's folder is damaged, `LanguageModelError` where the model
    cannot be loaded, `InputError` where knowledge or demonstrations cannot be read.
    """
    if options.llm is None and options.model is None:
        raise SentioError(
            "prc_emo needs a model: name one with --llm (openai/MODEL@URL, hf/PATH), or --system runs/..."
        )
    from sentio.recognition.prc_emo.recognizer import opened

    return opened(options)
