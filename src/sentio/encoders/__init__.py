"""Text encoders behind one protocol (`base.TextEncoder`), one file an encoder.

>>> from sentio import encoders
>>> encoders.load("mini").encode(["You baked a cake?", ""]).shape
(2, 384)
"""

from pathlib import Path
from typing import cast

from sentio.encoders.base import EncoderModule, TextEncoder
from sentio.registry import find

__all__ = ["TextEncoder", "load"]


def load(name: str) -> TextEncoder:
    """The encoder of that name, the sentence-transformers model in a folder, or several side by side ("minilm+mini").

    Raises `UnknownName`, `MissingExtra` where an optional package is absent, and `InputError` for a folder that
    holds no model that can be read.
    """
    if "+" in name and not Path(name).is_dir():
        from sentio.encoders.concatenation import Concatenation

        return Concatenation([load(part) for part in name.split("+")])
    if Path(name).is_dir():
        component, model = find("encoders", "minilm"), Path(name)
    else:
        component, model = find("encoders", name), None
    with component.extra_named():
        return cast(EncoderModule, component.load()).load(model)
