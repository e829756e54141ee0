"""A run of the encoder for use elsewhere: what it makes of an utterance's words, as a sentence-transformers model."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import BertConfig, BertModel

from sentio.errors import SentioError, UnknownName
from sentio.files.writers.output import reported
from sentio.recognition.prc_encoder import manifest as files
from sentio.training.lora_export import folder_beside
from sentio.training.manifest_file import asked_seeds
from sentio.training.tuned_encoder import LOWER, TOKENIZER
from sentio.training.weights_file import read_tensors, seed_file

BERT = {
    "words.": "embeddings.word_embeddings.",
    "places.": "embeddings.position_embeddings.",
    "norm.": "embeddings.LayerNorm.",
    "layers.": "encoder.layer.",
}
"""Beginnings of names here and in `transformers.BertModel`."""
TOKENS = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


def export(run: Path, form: str, out: Path, seed: int | None, data: Path | None) -> str:
    """Write the run in that form to `out`; a line that says how it is used. See `recognition.exporting`."""
    if form not in FORMS:
        raise UnknownName("form of export", form, FORMS)
    return FORMS[form](run, out, seed)


def _encoder(run: Path, out: Path, seed: int | None) -> str:
    """The token layers of a seed, those that stayed and those that were trained, with a mean over the tokens."""
    model = run / "model"
    manifest = files.read(model)
    best = max(manifest.seeds, key=lambda each: manifest.seeds[each])
    (chosen,) = asked_seeds(model, manifest.seeds, best if seed is None else seed)
    beside = folder_beside(out)
    lower, upper = read_tensors(model / LOWER), read_tensors(seed_file(model, chosen))
    try:
        bert = _bert(manifest, dict(_named(lower, upper, manifest.shape.layers - manifest.shape.upper)))
    except (RuntimeError, KeyError) as error:
        raise SentioError(f"{model}: damaged: {str(error).splitlines()[0]}") from error
    with reported(out):
        beside.mkdir()
        bert.config.to_json_file(beside / "config.json")
        # `save_pretrained` would show a progress bar.
        save_file(bert.state_dict(), beside / "model.safetensors", metadata={"format": "pt"})
        _write_rest(beside, model / TOKENIZER, manifest)
        (beside / "README.md").write_text(_card(run, chosen), "utf8")
        beside.rename(out)
    return f"sentio features build --corpus {manifest.corpus}:validation --encoder {out} --out features.npz"


FORMS: dict[str, Callable[[Path, Path, int | None], str]] = {"encoder": _encoder}


def _named(lower: Mapping[str, Tensor], upper: Mapping[str, Tensor], below: int) -> Iterator[tuple[str, Tensor]]:
    """The weights of both by BERT's names; the trained layers come after the `below` that stayed."""
    for name, tensor in lower.items():
        begin = next(begin for begin in BERT if name.startswith(begin))
        yield BERT[begin] + name.removeprefix(begin), tensor
    for name, tensor in upper.items():
        if name.startswith("layers."):
            _, number, rest = name.split(".", 2)
            yield f"{BERT['layers.']}{below + int(number)}.{rest}", tensor


def _bert(manifest: files.Manifest, weights: dict[str, Tensor]) -> BertModel:
    """The weights in `transformers`' own model, so that others read its files."""
    shape = manifest.shape
    words, places = weights["embeddings.word_embeddings.weight"], weights["embeddings.position_embeddings.weight"]
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        layer_norm_eps=shape.epsilon,
        max_position_embeddings=len(places),
        architectures=["BertModel"],
    )
    bert = BertModel(config)
    # The places hold the only token type there is, and nobody reads BERT's pooler: both are nothing.
    nothing = ("embeddings.token_type_embeddings.weight", "pooler.dense.weight", "pooler.dense.bias")
    bert.load_state_dict(weights | {name: torch.zeros_like(bert.get_parameter(name)) for name in nothing})
    return bert


def _write_rest(folder: Path, tokenizer: Path, manifest: files.Manifest) -> None:
    """How words become tokens, how many are read, and that their mean is the vector."""
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    names = {"tokenizer_class": "BertTokenizer", "model_max_length": manifest.window}
    pooling = {"word_embedding_dimension": manifest.shape.width, "pooling_mode_mean_tokens": True}
    parts = {
        "tokenizer_config.json": names | TOKENS,
        "sentence_bert_config.json": {"max_seq_length": manifest.window, "do_lower_case": False},
        "modules.json": MODULES,
        "1_Pooling/config.json": pooling,
    }
    (folder / "1_Pooling").mkdir()
    for name, value in parts.items():
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", "utf8")


def _card(run: Path, seed: int) -> str:
    """Whose layers these are and what they were trained on: no score on that is one on data not seen."""
    metrics = json.loads((run / "metrics.json").read_bytes())
    return (
        f"The token layers of a sentio run of prc_encoder, seed {seed}; a vector is the mean over the tokens.\n\n"
        f"Trained on {', '.join(metrics['fitted_on'])}; chosen on {', '.join(metrics['selected_on'])}.\n"
    )
