"""`mini` end to end on a tiny model of random weights: export, load, stream."""

import json
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.encoders.onnx_graph import Array
from sentio.errors import SentioError
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.recognition import mini
from sentio.recognition.mini import recognizer as recognizer_module
from sentio.recognition.mini import remembered
from sentio.recognition.mini.export import export
from sentio.recognition.mini.graph import Shape, build, whole_steps
from sentio.recognition.mini.recognizer import Mini

WORDS = ["i", "you", "we", "love", "hate", "fear", "cake", "rain", "why", "not", "thanks", "oh", "no", "yes", "well"]
SPACE = labels.space("goemotions")
WINDOW = 16


def _tokenizer(path: Path) -> Path:
    vocabulary = {word: place for place, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(str(path))
    return path


@pytest.fixture(scope="module")
def trained() -> EmotionEncoder:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS) + 4,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=WINDOW,
        initializer_range=0.15,
    )
    model = EmotionEncoder(BertModel(config, add_pooling_layer=False), torch.full((28,), 0.1), dropout=0.1)
    torch.nn.init.normal_(model.head.weight, std=0.5)
    torch.nn.init.normal_(model.query.weight, std=0.5)
    return model.eval()


@pytest.fixture(scope="module")
def folder(trained: EmotionEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("mini")
    tokenizer = _tokenizer(place / "words.json")
    thresholds = np.linspace(0.05, 0.5, 28).tolist()
    export(
        trained,
        tokenizer,
        place / "model",
        labels=SPACE.labels,
        thresholds=thresholds,
        texts=_texts(200),
        window=128,
    )
    return place / "model"


@pytest.fixture(scope="module")
def system(folder: Path) -> Mini:
    return mini.load(mini.Options(model=folder, threads=2))


def _chat(name: str, *texts: str) -> Conversation:
    lines = tuple(Utterance(id=str(i), speaker="Ada", text=text) for i, text in enumerate(texts))
    return Conversation(id=name, utterances=lines)


def _reference(trained: EmotionEncoder, ids: list[int]) -> Array:
    with torch.inference_mode():
        batch = torch.tensor([ids])
        scores: Array = trained(batch, torch.ones_like(batch)).sigmoid()[0].numpy()
    return scores


def _texts(number: int) -> list[str]:
    rng = np.random.default_rng(number)
    return [" ".join(rng.choice(WORDS, rng.integers(1, WINDOW - 2))) for _ in range(number)]


def test_the_eight_bit_graph_answers_like_the_trained_model(trained: EmotionEncoder, system: Mini) -> None:
    texts = _texts(50)
    wanted = np.stack([_reference(trained, [2, *(4 + WORDS.index(word) for word in t.split()), 3]) for t in texts])
    error = np.abs(system.scores(texts) - wanted)
    assert np.ptp(wanted, axis=0).max() > 0.3, "the reference must tell the texts apart"
    assert error.mean() < 0.01
    assert error.max() < 0.1


def test_the_float_graph_is_the_trained_model(trained: EmotionEncoder) -> None:
    weights = {name: value.numpy() for name, value in trained.state_dict().items()}
    graph = build(weights, Shape(layers=2, hidden=32, heads=4, window=WINDOW, epsilon=1e-12), {})
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    ids = np.random.default_rng(0).integers(4, 4 + len(WORDS), (5, 9)).astype(np.int32)
    wanted = np.stack([_reference(trained, row) for row in ids.tolist()])
    # Only the word vectors are stored in 8 bits here.
    assert_allclose(session.run(["scores"], {"ids": ids})[0], wanted, atol=0.02)


@given(rows=arrays(np.float32, (3, 8), elements=st.floats(-4, 4, width=32)))
def test_no_pair_of_products_overflows_sixteen_bits(rows: NDArray[np.float32]) -> None:
    whole, scale = whole_steps(rows)
    steps = whole.astype(np.int64)
    assert np.abs(255 * (steps[:, ::2] + steps[:, 1::2])).max() <= 32_767
    assert_allclose(steps * scale[:, None], rows, atol=float(scale.max()) * 0.51)


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), min_size=1, max_size=12))
def test_a_text_gets_the_same_scores_in_any_company(system: Mini, texts: list[str]) -> None:
    alone = np.concatenate([system._of_texts([text]) for text in texts])
    assert_array_equal(system._of_texts(texts), alone)  # to the last bit, or a resumed job would differ


def test_probabilities_sum_to_one_and_active_follows_the_thresholds(folder: Path, system: Mini) -> None:
    thresholds = np.array(json.loads((folder / "model.json").read_text("utf8"))["thresholds"], np.float32)
    prediction = next(system.predict([_chat("a", "i love cake", "oh no")]))
    scores = system.scores(["i love cake", "oh no"])
    assert_allclose(prediction.probabilities.sum(axis=1), 1, atol=1e-5)
    assert_allclose(prediction.probabilities, scores / scores.sum(axis=1, keepdims=True), atol=1e-6)
    assert prediction.active is not None
    assert_array_equal(prediction.active, scores >= thresholds)
    assert prediction.active.any()
    assert not prediction.active.all()


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b", "\x00"])
def test_a_text_without_a_token_is_neutral(system: Mini, text: str) -> None:
    scores = system.scores(["i love cake", text])
    assert scores[1].tolist() == [float(label == "neutral") for label in SPACE.labels]
    assert not system.embed([text]).any()


def test_a_long_text_is_the_mean_of_its_windows_weighted_by_tokens(system: Mini) -> None:
    first, second = ["love"] * (WINDOW - 2), ["hate", "rain"]
    apart = system.scores([" ".join(first), " ".join(second)])
    whole = system.scores([" ".join(first + second)])[0]
    assert_allclose(whole, (apart[0] * len(first) + apart[1] * len(second)) / WINDOW, atol=1e-5)


@pytest.mark.parametrize("text", ["a" * 10_000, "love " * 200_000, "\ud800 love", "🙂" * 50_000])
def test_strange_texts_have_finite_scores(system: Mini, text: str) -> None:
    scores = system.scores([text])
    assert np.isfinite(scores).all()
    assert (scores > 0).any()


def test_no_texts_and_empty_conversations(system: Mini) -> None:
    assert system.scores([]).shape == (0, 28)
    assert system.embed([]).shape == (0, 32)
    shapes = [p.probabilities.shape for p in system.predict([_chat("a"), _chat("b", "oh"), _chat("c")])]
    assert shapes == [(0, 28), (1, 28), (0, 28)]
    assert list(system.predict([])) == []


def test_predictions_come_in_order_over_block_boundaries(system: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognizer_module, "FIRST_BLOCK", 2)
    monkeypatch.setattr(recognizer_module, "BLOCK", 5)
    rng = np.random.default_rng(1)
    chats = [
        _chat(str(i), *(" ".join(rng.choice(WORDS, rng.integers(1, 20))) for _ in range(i % 4))) for i in range(30)
    ]
    predictions = list(system.predict(chats))
    assert len(predictions) == len(chats)
    for chat, prediction in zip(chats, predictions, strict=True):
        scores = system.scores([u.text for u in chat.utterances])
        assert_allclose(prediction.probabilities, scores / scores.sum(axis=1, keepdims=True), atol=1e-6)


def test_an_endless_stream_is_read_ahead_by_a_block_at_most(system: Mini) -> None:
    read = 0

    def endless() -> Iterator[Conversation]:
        nonlocal read
        for number in count():
            read += 1
            yield _chat(str(number), "oh no", WORDS[number % len(WORDS)])

    assert len(list(islice(system.predict(endless()), 100))) == 100
    assert read <= 100 + recognizer_module.FIRST_BLOCK * 4


def test_memory_of_texts_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "REMEMBERED", 3)
    system = mini.load(mini.Options(model=folder))
    system.scores(["i", "you", "we", "oh"])
    system.scores(["you", "rain", "love " * 100])
    kept = {text for text in ["i", "you", "we", "oh", "rain", "love " * 100] if text in system.scores}
    assert kept == {"oh", "you", "rain"}


def test_a_remembered_text_is_not_computed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = mini.load(mini.Options(model=folder))
    computed: list[str] = []
    encode = system._encoder.encode

    def noted(texts: Sequence[str], *outputs: str) -> tuple[Array, ...]:
        computed.extend(texts)
        return encode(texts, *outputs)

    monkeypatch.setattr(system._encoder, "encode", noted)
    first = system.scores(["oh no", "oh no", "yes"])
    second = system.scores(["yes", "well", "oh no"])
    assert computed == ["oh no", "yes", "well"]
    assert_array_equal(second[[2, 2, 0]], first)


def test_a_missing_file_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes((folder / "model.json").read_bytes())
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    with pytest.raises(SentioError, match=r"model\.onnx is missing"):
        mini.load(mini.Options(model=tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("model.onnx", b"no graph", "onnxruntime"),
        ("tokenizer.json", b"{}", "not a tokenizer"),
        ("model.json", b"{}", "labels"),
        ("model.json", b'{"labels": ["joy"], "thresholds": [0.5], "window": 16}', "not those of goemotions"),
    ],
)
def test_a_broken_file_is_named(folder: Path, tmp_path: Path, name: str, content: bytes, cause: str) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SentioError, match=cause) as caught:
        mini.load(mini.Options(model=tmp_path))
    assert name in str(caught.value)
