"""Vectors that lie close where feelings do: those of the default system, without torch.

all-MiniLM-L6-v2 (Wang et al., MiniLM, NeurIPS 2020) fine-tuned on GoEmotions (Demszky et al., ACL 2020), as an
8-bit ONNX graph. A vector is the mean of the token vectors that `mini` reads its 28 scores from.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sentio.card import Card

if TYPE_CHECKING:
    from sentio.encoders.mini.embedding import Mini

card = Card(
    title="MiniLM on GoEmotions",
    summary="vectors of the default system: texts of the same feeling lie close; 384 wide, no torch",
    paper="https://aclanthology.org/2020.acl-main.372/",
    languages=("en",),
    fitted_on=("goemotions/train",),
    selected_on=("goemotions/validation",),
)

MODEL = Path(__file__).parent / "model"
"""The model folder that comes with sentio."""


def load(model: Path | None = None) -> "Mini":
    """The encoder of a model folder; raises `SentioError` where it is incomplete."""
    from sentio.encoders.mini.embedding import Mini

    return Mini(model or MODEL)
