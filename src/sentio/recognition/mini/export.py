"""Turns a trained `EmotionEncoder` into the model folder that `mini` runs without torch.

model.onnx      8-bit graph (`graph.py`), about 23 MB for all-MiniLM-L6-v2
tokenizer.json  as the `tokenizers` package writes it
model.json      labels in order, a threshold each, the window in tokens
"""

import json
from collections.abc import Sequence
from pathlib import Path

import onnx

from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.recognition.mini.calibration import calibrate
from sentio.recognition.mini.graph import Shape, build
from sentio.training.tuned_encoder import read_tokenizer


def export(
    model: EmotionEncoder,
    tokenizer: Path,
    folder: Path,
    *,
    labels: Sequence[str],
    thresholds: Sequence[float],
    texts: Sequence[str],
    window: int,
) -> None:
    """Write the model folder. `texts` are some hundred real ones, on which the 8-bit ranges are chosen;
    `window` is the longest text in tokens, special ones included.

    Raises `ValueError` where labels, thresholds and the model's outputs differ in number.
    """
    if not len(labels) == len(thresholds) == model.head.out_features:
        raise ValueError(f"{len(labels)} labels, {len(thresholds)} thresholds, {model.head.out_features} outputs")
    config = model.encoder.config
    window = min(window, config.max_position_embeddings)
    words = read_tokenizer(tokenizer, window)
    shape = Shape(
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        heads=config.num_attention_heads,
        window=window,
        epsilon=config.layer_norm_eps,
    )
    model = model.eval()
    ids = [found.ids for found in words.encode_batch(list(texts))]
    weights = {name: value.float().numpy() for name, value in model.state_dict().items()}
    graph = build(weights, shape, calibrate(model, ids, range(shape.layers)))
    folder.mkdir(parents=True, exist_ok=True)
    words.no_truncation()
    onnx.save_model(graph, folder / "model.onnx")
    words.save(str(folder / "tokenizer.json"), pretty=False)
    about = {"labels": list(labels), "thresholds": list(thresholds), "window": window}
    (folder / "model.json").write_text(json.dumps(about, indent=2) + "\n", "utf8")
