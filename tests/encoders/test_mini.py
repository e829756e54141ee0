"""The default system's vectors: those it recognises by, without torch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sentio import encoders
from sentio.encoders import mini
from sentio.errors import SentioError
from sentio.recognition.mini.recognizer import Mini

TEXTS = ["You baked a cake?", "I forgot the sugar.", ""]


def test_they_are_the_means_that_the_system_reads_its_scores_from() -> None:
    means = Mini(mini.MODEL).embed(TEXTS).astype(np.float64)
    vectors = encoders.load("mini").encode(TEXTS)
    np.testing.assert_allclose(vectors[:2], means[:2] / np.linalg.norm(means[:2], axis=1, keepdims=True), atol=1e-6)
    assert not vectors[2].any()


def test_no_torch_is_imported() -> None:
    use = "from sentio import encoders; encoders.load('mini').encode(['Hello'])"
    subprocess.run([sys.executable, "-c", f"{use}; import sys; assert 'torch' not in sys.modules"], check=True)


def test_side_by_side_the_similarity_is_the_mean() -> None:
    pair = encoders.load("mini+minilm")
    one, other = encoders.load("mini"), encoders.load("minilm")
    assert pair.width == one.width + other.width
    assert pair.version not in (one.version, other.version)
    a, b, both = one.encode(TEXTS[:2]), other.encode(TEXTS[:2]), pair.encode(TEXTS[:2])
    assert both[0] @ both[1] == pytest.approx((a[0] @ a[1] + b[0] @ b[1]) / 2, abs=1e-6)


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(SentioError, match=r"model.json, model.onnx, tokenizer.json are missing"):
        mini.load(tmp_path)
