"""Features: a vector for each utterance of a conversation, from an encoder of its words or from a file.

>>> from sentio import Conversation, Utterance, features
>>> chat = Conversation(id="kitchen", utterances=(
...     Utterance(id="0", speaker="Ada", text="You baked a cake?"),
...     Utterance(id="1", speaker="Bo", text=""),
... ))
>>> (told,) = features.load("mini").read([chat])
>>> told.vectors.shape, told.present.tolist()
((2, 384), [True, False])
"""

from pathlib import Path

from sentio import encoders
from sentio.errors import InputError, UnknownName
from sentio.features.address import SUFFIXES, located, parsed
from sentio.features.base import Features, FeatureSource
from sentio.features.encoded import Encoded
from sentio.files.cache_folder import cache_folder

__all__ = ["FeatureSource", "Features", "default_cache", "load"]


def load(address: str, data: Path | None = None, cache: Path | None = None) -> FeatureSource:
    """The source that an address names.

    A text encoder ("minilm", "mini", "minilm+mini", the folder of a sentence-transformers model) reads the words of
    each utterance. A file of features ("PATH#ARRAY", or "PATH" where it holds one array; .npz, .parquet or
    .safetensors) is looked for in the working directory, then in the folder `data` (SENTIO_DATA where that is None);
    "PATH#ARRAY+N" adds N to the numbers of the file's conversations, see `stored`. `cache` is the SQLite file that
    keeps what an encoder has computed, `default_cache()` for example; None keeps nothing.

    Raises `InputError` where the address is neither, or a file cannot be read; `UnknownName` for an array that is not
    in it; `MissingExtra` where an optional package is absent.
    """
    if (named := parsed(address)) is not None:
        from sentio.features.stored import Stored

        return Stored(named._replace(path=located(named.path, data)))
    try:
        return Encoded(encoders.load(address), cache)
    except UnknownName as error:
        cause = f"{address!r} is no file of features (PATH#ARRAY, of {', '.join(SUFFIXES)})"
        raise InputError(f"{cause}, and no folder of an encoder; {error}") from error


def default_cache() -> Path:
    """Where vectors are kept unless somebody says otherwise: below $XDG_CACHE_HOME, or ~/.cache."""
    return cache_folder() / "features.sqlite"
