"""Text encoders behind one protocol (`base.TextEncoder`), one file an encoder.

>>> from sentio import encoders
>>> encoders.load("mini").encode(["You baked a cake?", ""]).shape
(2, 384)
"""

from pathlib import Path
from typing import cast

from sentio.encoders.base import EncoderModule, TextEncoder
from sentio.registry import components, find

__all__ = ["TextEncoder", "load"]


def load(name: str) -> TextEncoder:
    """The encoder of that name, the sentence-transformers model in a folder, or several side by side ("minilm+mini").

    A name wins over a folder that is called so; "./mini" is the folder. Raises `UnknownName`, `MissingExtra` where an
    optional package is absent, and `InputError` for a folder that holds no model that can be read.
    """
    folder = Path(name) if name not in components("encoders") and Path(name).is_dir() else None
    if "+" in name and folder is None:
        from sentio.encoders.concatenation import Concatenation

        return Concatenation([load(part) for part in name.split("+")])
    component = find("encoders", name if folder is None else "minilm")
    with component.extra_named():
        # A whole path: what is made with the encoder names it, and is used from other folders, too.
        return cast(EncoderModule, component.load()).load(folder and folder.resolve())
