"""Adds the reading of conversations to a model folder of `mini`: a branch in `model.onnx`, and `history.onnx`."""

from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from transformers import BertModel

from sentio.encoders.mini.model_folder import HISTORY, read_manifest
from sentio.nn.contextual_encoder import ContextualEncoder
from sentio.nn.conversation_encoder import EncoderShape, Lower, encoder_config
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.nn.history_means import HistoryShape
from sentio.recognition.mini.calibration import calibrate
from sentio.recognition.mini.context_graph import history_graph, with_branch, without_branch
from sentio.recognition.mini.graph import Array, Shape
from sentio.training.tuned_encoder import TOKENIZER, read_tokenizer


def export_context(
    folder: Path,
    lower: Lower,
    model: ContextualEncoder,
    shape: EncoderShape,
    history: HistoryShape,
    texts: Sequence[str],
) -> None:
    """Write both graphs; a branch that is there is replaced. `texts` are some hundred or thousand turns, on which the
    8-bit ranges of the branch are chosen."""
    path, window = folder / "model.onnx", read_manifest(folder).window
    words = read_tokenizer(folder / TOKENIZER, window)
    branch = _whole(lower, model, shape).eval()
    ids = [found.ids for found in words.encode_batch(list(texts))]
    sites = calibrate(branch, ids, range(shape.layers - shape.upper, shape.layers))
    weights = _arrays(branch) | {name: array for name, array in _arrays(model).items() if name.startswith("inputs.")}
    sizes = Shape(layers=shape.layers, hidden=shape.width, heads=shape.heads, window=window, epsilon=shape.epsilon)
    onnx.save_model(with_branch(without_branch(onnx.load(path)), weights, sizes, sites, shape.upper), path)
    onnx.save_model(history_graph(_arrays(model.history), history), folder / HISTORY)


def _whole(lower: Lower, model: ContextualEncoder, shape: EncoderShape) -> EmotionEncoder:
    """The lower layers and the branch as one encoder."""
    config = encoder_config(shape, 0.0, lower.words.num_embeddings, lower.places.num_embeddings)
    whole = EmotionEncoder(BertModel(config, add_pooling_layer=False), torch.full((shape.labels,), 0.5), dropout=0.0)
    embeddings = whole.encoder.embeddings
    embeddings.word_embeddings.load_state_dict(lower.words.state_dict())
    embeddings.position_embeddings.load_state_dict(lower.places.state_dict())
    embeddings.LayerNorm.load_state_dict(lower.norm.state_dict())
    torch.nn.init.zeros_(embeddings.token_type_embeddings.weight)  # the places hold the only one there is
    for layer, tuned in zip(whole.encoder.encoder.layer, [*lower.layers, *model.layers], strict=True):
        layer.load_state_dict(tuned.state_dict())
    whole.query.load_state_dict(model.query.state_dict())
    whole.head.load_state_dict(model.head.state_dict())
    return whole


def _arrays(module: torch.nn.Module) -> dict[str, Array]:
    return {name: tensor.float().numpy() for name, tensor in module.state_dict().items()}
