"""A sentence-transformers folder whose tokens are averaged: texts in, unit vectors out.

Read by `transformers` alone. Texts of one length share a batch, so nothing is padded and no token is masked. On a
CPU each core works on a batch of its own with one thread: beside busy neighbours that is several times as fast as two
threads on one batch.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModel
from transformers.utils import logging

from sentio.encoders.base import unit
from sentio.encoders.cores import usable_cores
from sentio.encoders.files import version_of
from sentio.errors import InputError

BATCH_TOKENS = 1024
"""Tokens in a batch."""
SPECIAL = 2
"""Tokens around a text; one with no others is empty."""
FILES = ("config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json")


class SentenceTransformer:
    """Unit vectors: the mean of the last layer's tokens; what exceeds the model's window is cut, as its library does.

    The vectors of a text are the same up to 1e-6 whatever it is encoded with.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Read the folder; raises `InputError` where it is no such model or pools in another way."""
        self.name = name
        self._window = _window(folder)
        try:
            with _quiet():
                self._model = AutoModel.from_pretrained(
                    folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
                ).eval()
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # transformers and tokenizers raise bare Exception, OSError, ValueError and more
            raise InputError(f"no model that transformers can read: {error}", path=folder) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._window)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model.to(self._device)
        cores = usable_cores() if self._device.type == "cpu" else 1
        # The number of threads is set within the pool's threads, and stays what it was in all others.
        self._pool = ThreadPoolExecutor(cores, "encoder", initializer=torch.set_num_threads, initargs=(1,))
        self.version = version_of((folder / name for name in FILES), self._window)

    @property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._model.config.hidden_size)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, width); a text that comes again is computed once."""
        different = list(dict.fromkeys(map(_clean, texts)))
        vectors = np.zeros((len(different), self.width), np.float32)
        for rows, states in self._read(different):
            vectors[rows] = states.mean(axis=1)
        place = {text: row for row, text in enumerate(different)}
        return unit(vectors)[[place[_clean(text)] for text in texts]]

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """The last layer's token vectors of each text, shape (tokens, width), those around it left out."""
        found = [np.zeros((0, self.width), np.float32)] * len(texts)
        for rows, states in self._read(list(map(_clean, texts))):
            for row, of_text in zip(rows, states, strict=True):
                found[row] = of_text[1:-1]
        return found

    def _read(self, texts: Sequence[str]) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Rows of texts that are equally long, and their token vectors, shape (rows, tokens, width)."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(texts)]
        batches = list(_batches(tokens))
        yield from zip(batches, self._pool.map(self._states, ([tokens[i] for i in b] for b in batches)), strict=True)

    def _states(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        with torch.inference_mode():
            ids = torch.tensor(tokens, device=self._device)
            hidden = self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
            states: NDArray[np.float32] = hidden.cpu().numpy()
        return states


def _clean(text: str) -> str:
    """A lone surrogate, as broken JSON has it, is no character: it reads as "?"."""
    return text.encode("utf8", "replace").decode("utf8")


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar of transformers for a model that is read within a second."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Rows of texts that are equally long, the longest first; those without a token are left out."""
    filled = (row for row, ids in enumerate(tokens) if len(ids) > SPECIAL)
    for size, same in groupby(sorted(filled, key=lambda row: -len(tokens[row])), key=lambda row: len(tokens[row])):
        rows, step = list(same), max(1, BATCH_TOKENS // size)
        for start in range(0, len(rows), step):
            yield rows[start : start + step]


def _window(folder: Path) -> int:
    """Tokens the model reads of a text; raises `InputError` where the folder is no sentence-transformers model that
    averages its tokens."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(f"no sentence-transformers model: {', '.join(missing)} missing", path=folder)
    pooling = _object(folder / "1_Pooling/config.json")
    ways = sorted(key for key, value in pooling.items() if key.startswith("pooling_mode_") and value is True)
    mode = pooling.get("pooling_mode")
    if ways != ["pooling_mode_mean_tokens"] and mode not in ("mean", ["mean"]):
        told = mode or ", ".join(ways) or "nothing"
        raise InputError(f"pools by {told}, only mean_tokens is known", path=folder / "1_Pooling/config.json")
    beside = folder / "sentence_bert_config.json"
    told = _object(beside).get("max_seq_length") if beside.is_file() else None
    return int(told or _object(folder / "config.json").get("max_position_embeddings", 512))


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(f"not JSON: {error}", path=path) from error
    if not isinstance(value, dict):
        raise InputError("a JSON object is expected", path=path)
    return value
