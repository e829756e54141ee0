"""`mini` reading conversations, on a tiny model of random weights: the branch, what was said before, the stream."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from sentio import corpora, labels
from sentio.conversation import Conversation, Utterance
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.embedding import Mini as Embedding
from sentio.encoders.mini.model_folder import Context, read_manifest, version_of_vectors
from sentio.encoders.mini.weights import HEADS, read_weights
from sentio.errors import SentioError
from sentio.nn.contextual_encoder import ContextualEncoder, Heard
from sentio.nn.conversation_encoder import EncoderShape, Lower
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.nn.history_means import HistoryMeans, HistoryShape
from sentio.recognition import mini, recognize_stream
from sentio.recognition.mini import context
from sentio.recognition.mini.context_export import export_context
from sentio.recognition.mini.context_graph import history_graph
from sentio.recognition.mini.export import export
from sentio.recognition.mini.history import turns_before
from sentio.recognition.mini.recognizer import Mini
from sentio.recognition.prc_encoder.reading import initial, weights_of_mini

WORDS = ["i", "you", "we", "love", "hate", "fear", "cake", "rain", "why", "not", "thanks", "oh", "no", "yes", "well"]
SPACE = labels.space("goemotions")
WINDOW, SPAN, WIDTH = 16, 3, 8 * HEADS
SHAPE = EncoderShape(labels=28, layers=2, upper=1, width=WIDTH, heads=HEADS, inner=64)
HISTORY = HistoryShape(span=SPAN, wide=8, hidden=12)

turns = st.lists(
    st.tuples(st.sampled_from("ABC"), st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join)),
    min_size=2,
    max_size=9,
)


def _chat(name: str, said: Sequence[tuple[str, str]], offset: int = 0) -> Conversation:
    lines = tuple(Utterance(id=str(offset + i), speaker=who, text=text) for i, (who, text) in enumerate(said))
    return Conversation(id=name, utterances=lines, offset=offset)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that reads each utterance by itself."""
    place = tmp_path_factory.mktemp("mini")
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(str(place / "words.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=WIDTH,
        num_hidden_layers=SHAPE.layers,
        num_attention_heads=HEADS,
        intermediate_size=SHAPE.inner,
        max_position_embeddings=WINDOW,
        initializer_range=0.15,
        type_vocab_size=1,
    )
    model = EmotionEncoder(BertModel(config, add_pooling_layer=False), torch.full((28,), 0.1), dropout=0.1)
    torch.nn.init.normal_(model.head.weight, std=0.3)
    export(
        model, place / "words.json", place / "model", labels=SPACE.labels, thresholds=[0.2] * 28, texts=_texts(200),
        window=WINDOW,
    )  # fmt: skip
    return place / "model"


def _texts(number: int) -> list[str]:
    rng = np.random.default_rng(number)
    return [" ".join(rng.choice(WORDS, rng.integers(1, WINDOW - 2))) for _ in range(number)]


@pytest.fixture(scope="module")
def trained(alone: Path) -> tuple[Lower, ContextualEncoder]:
    lower, start = initial(SHAPE, weights_of_mini(alone))
    torch.manual_seed(1)
    model = ContextualEncoder(SHAPE, HISTORY, dropout=0.1, context_dropout=0.1, absence=0.5)
    model.load_state_dict(model.state_dict() | {name.removeprefix("scores."): each for name, each in start.items()})
    for weight in (model.history.outputs.weight, model.history.straight.weight, model.inputs.weight):
        torch.nn.init.normal_(weight, std=0.2)
    for parameter in model.layers.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    return lower.eval(), model.eval()


@pytest.fixture(scope="module")
def folder(alone: Path, trained: tuple[Lower, ContextualEncoder], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder after it has learned to read conversations."""
    place = tmp_path_factory.mktemp("context")
    for file in alone.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    manifest = read_manifest(place)
    known = Context(span=SPAN, thresholds=(0.3,) * 28, vectors=version_of_vectors(place, manifest))
    export_context(place, *trained, SHAPE, HISTORY, _texts(200))
    (place / "model.json").write_text(manifest.model_copy(update={"context": known}).model_dump_json(), "utf8")
    return place


@pytest.fixture(scope="module")
def system(folder: Path) -> Mini:
    return mini.load(mini.Options(model=folder, threads=2))


def test_the_exported_graphs_answer_like_the_trained_model(
    trained: tuple[Lower, ContextualEncoder], system: Mini
) -> None:
    lower, model = trained
    errors, values = [], []
    for number in range(10):
        said = [("AB"[n % 3 == 0], text) for n, text in enumerate(_texts(number + 3))]
        ids = [[2, *(4 + WORDS.index(word) for word in text.split()), 3] for _, text in said]
        history, same = turns_before([who for who, _ in said], SPAN)
        with torch.no_grad():
            heard = Heard(lower.read(ids, exact=True), torch.from_numpy(history), torch.from_numpy(same))
            wanted = model(heard).sigmoid().numpy()
        errors.append(np.abs(system.scores_in([_chat("a", said)]) - wanted))
        values.append(wanted)
    assert np.ptp(np.concatenate(values), axis=0).max() > 0.3, "the reference must tell the turns apart"
    assert np.concatenate(errors).mean() < 0.02


@given(who=st.lists(st.sampled_from("AB"), min_size=1, max_size=8))
def test_the_graph_of_the_history_is_the_layer(who: list[str]) -> None:
    torch.manual_seed(len(who))
    layer = HistoryMeans(HISTORY, 5, dropout=0.3, absence=0.3).eval()
    for weight in (layer.outputs.weight, layer.straight.weight):
        torch.nn.init.normal_(weight)
    graph = history_graph({name: each.numpy() for name, each in layer.state_dict().items()}, HISTORY)
    own, wide = torch.randn(len(who), 5), torch.randn(len(who), HISTORY.wide)
    history, same = turns_before(who, SPAN)
    with torch.no_grad():
        wanted = own + layer(torch.cat([own, wide], -1), torch.from_numpy(history), torch.from_numpy(same))
    given_ = {"own": own.numpy(), "turns": wide.numpy(), "history": history, "same": same}
    found = onnxruntime.InferenceSession(graph.SerializeToString()).run(["scores"], given_)[0]
    assert_allclose(found, wanted.sigmoid().numpy(), atol=1e-5)


def test_means_are_those_of_the_turns_that_belong() -> None:
    """By brute force: nearer turns count more, by who said them; where nobody did there is nothing."""
    layer = HistoryMeans(HISTORY, 2, dropout=0.0, absence=0.0).eval()
    words = torch.randn(6, 2 + HISTORY.wide)
    who = "ABBABA"
    history, same = turns_before(list(who), SPAN)
    seen: list[torch.Tensor] = []
    layer.before.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        layer(words, torch.from_numpy(history), torch.from_numpy(same))
    for turn in range(6):
        parts = []
        around = list(range(max(0, turn - SPAN), turn))
        own = [n for n in around if who[n] == who[turn]]
        for places in (own, [n for n in around if n not in own], around):
            weights = np.array([0.6 ** (turn - 1 - n) for n in places])
            mean = sum((w / weights.sum() * words[n].numpy() for w, n in zip(weights, places, strict=True)), 0.0)
            parts.append(np.append(np.broadcast_to(mean, words.shape[1]), float(bool(places))))
        assert_allclose(seen[0][turn].numpy(), np.concatenate(parts), atol=1e-5)


def test_what_reads_single_texts_is_not_touched(alone: Path, folder: Path) -> None:
    before, after = Mini(alone), Mini(folder)
    texts = _texts(40)
    assert_array_equal(after.scores(texts), before.scores(texts))
    assert_array_equal(after.embed(texts), before.embed(texts))
    assert Embedding(folder).version == Embedding(alone).version
    first, second = read_weights(alone / "model.onnx"), read_weights(folder / "model.onnx")
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("outputs", [("scores", "vectors"), ("own", "turns")])
def test_only_what_is_asked_for_is_computed(folder: Path, outputs: tuple[str, str], tmp_path: Path) -> None:
    """onnxruntime computes all that a graph can give: as many layers are run as a text goes through."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_profiling, options.profile_file_prefix = True, str(tmp_path / "run")
    graph = onnxruntime.InferenceSession(folder / "model.onnx", options)
    graph.run(list(outputs), {"ids": np.array([[2, 5, 3]], np.int32), "in_conversation": np.array("own" in outputs)})
    events = json.loads(Path(graph.end_profiling()).read_bytes())
    run = [event["args"]["op_name"] for event in events if event["name"].endswith("_kernel_time")]
    assert run.count("Gelu") == SHAPE.layers


def test_learning_again_replaces_the_branch(folder: Path, trained: tuple[Lower, ContextualEncoder]) -> None:
    size = (folder / "model.onnx").stat().st_size
    nodes = len(onnx.load(folder / "model.onnx").graph.node)
    export_context(folder, *trained, SHAPE, HISTORY, _texts(200))
    assert (folder / "model.onnx").stat().st_size == pytest.approx(size, abs=200)
    assert len(onnx.load(folder / "model.onnx").graph.node) == nodes


@settings(max_examples=30, deadline=None)
@given(said=turns, later=turns, other=turns)
def test_no_turn_knows_of_later_ones_or_of_other_conversations(
    system: Mini, said: list[tuple[str, str]], later: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    """To the last bit, or a job that was resumed would differ from one that was not."""
    (alone,) = system.predict([_chat("a", said)])
    _, longer, _ = system.predict([_chat("b", other), _chat("a", [*said, *later]), _chat("c", later)])
    assert_array_equal(longer.probabilities[: len(said)], alone.probabilities)


@settings(max_examples=30, deadline=None)
@given(said=turns, cuts=st.sets(st.integers(2, 8)))
def test_a_conversation_in_parts_is_the_whole(system: Mini, said: list[tuple[str, str]], cuts: set[int]) -> None:
    """A first part of two utterances at least: one cannot be told from a text that stands alone."""
    (whole,) = recognize_stream(system, [_chat("a", said)])
    edges = [0, *sorted(cut for cut in cuts if cut < len(said)), len(said)]
    parts = [_chat("a", said[first:last], first) for first, last in pairwise(edges)]
    between = [_chat(f"b{number}", [("A", "oh"), ("B", "no")]) for number in range(len(parts))]
    read = list(recognize_stream(system, [each for pair in zip(parts, between, strict=True) for each in pair]))[::2]
    assert [each.conversation for each in read] == parts
    assert [found for each in read for found in each.recognitions] == list(whole.recognitions)


def test_turns_beyond_one_block_of_rows_are_read_the_same(system: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [("AB"[n % 2], text) for n, text in enumerate(_texts(30))]
    (whole,) = system.predict([_chat("a", said)])
    monkeypatch.setattr(context, "ROWS", 4)
    (parts,) = system.predict([_chat("a", said)])
    assert_array_equal(parts.probabilities, whole.probabilities)


def test_who_speaks_and_what_was_said_matter(system: Mini) -> None:
    said = [("A", "i hate rain"), ("B", "thanks"), ("A", "oh no")]
    (found,) = system.predict([_chat("a", said)])
    (by_another,) = system.predict([_chat("a", [("B", "i hate rain"), *said[1:]])])
    (after_another,) = system.predict([_chat("a", [("A", "we love cake"), *said[1:]])])
    for other in (by_another, after_another):
        assert np.abs(other.probabilities[2] - found.probabilities[2]).max() > 1e-3


def test_one_text_is_read_as_a_comment_and_so_is_all_without_context(system: Mini, folder: Path) -> None:
    (found,) = system.predict([_chat("a", [("A", "we love cake")])])
    scores = system.scores(["we love cake"])
    assert_allclose(found.probabilities, scores / scores.sum(axis=1, keepdims=True), atol=1e-6)
    plain = mini.load(mini.Options(model=folder, context=False))
    (apart,) = plain.predict([_chat("a", [("A", "oh no"), ("B", "we love cake")])])
    assert_allclose(apart.probabilities[1:], found.probabilities, atol=1e-6)
    with pytest.raises(SentioError, match="by itself"):
        plain.scores_in([])


@settings(max_examples=20, deadline=None)
@given(said=turns)
def test_in_a_conversation_the_most_probable_label_is_active(system: Mini, said: list[tuple[str, str]]) -> None:
    (found,) = system.predict([_chat("a", said)])
    scores = system.scores_in([_chat("a", said)])
    assert found.active is not None
    assert found.active[np.arange(len(said)), found.probabilities.argmax(axis=1)].all()
    assert_array_equal(found.active, (scores >= np.float32(0.3)) | (scores == scores.max(axis=1, keepdims=True)))


def test_about_as_many_labels_are_active_as_authors_mark() -> None:
    """Of the shipped model, in conversations that it did not learn from: 1.3 are marked."""
    talks = [item.conversation for item in corpora.load("everyday").conversations("test")]
    moods = [mood for done in recognize_stream(Mini(MODEL), talks) for mood in done.recognitions]
    assert all(mood.emotion in mood.active for mood in moods if mood.active is not None)
    assert 1.2 < sum(len(mood.active or ()) for mood in moods) / len(moods) < 2


def test_silence_is_neutral_wherever_it_stands(system: Mini) -> None:
    (found,) = system.predict([_chat("a", [("A", "i hate rain"), ("B", "  "), ("A", "")])])
    assert found.probabilities[1:].tolist() == [[float(label == "neutral") for label in SPACE.labels]] * 2


def test_a_missing_or_broken_history_is_named(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "history.onnx").write_bytes(b"no graph")
    with pytest.raises(SentioError, match=r"history\.onnx"):
        Mini(tmp_path)
    (tmp_path / "history.onnx").unlink()
    with pytest.raises(SentioError, match=r"history\.onnx is missing"):
        Mini(tmp_path)
