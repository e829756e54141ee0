"""The encoder's token layers elsewhere: as sentio reads them, and as sentence-transformers does."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from sentio import Conversation, Utterance, encoders, features  # noqa: E402
from sentio.errors import OutputError, SentioError, UnknownName  # noqa: E402
from sentio.nn.conversation_encoder import ConversationEncoder, Lower  # noqa: E402
from sentio.recognition.exporting import export  # noqa: E402
from sentio.recognition.prc_encoder import manifest as files  # noqa: E402
from sentio.recognition.prc_encoder.evidence import nothing  # noqa: E402
from sentio.recognition.prc_encoder.reading import Reader  # noqa: E402
from sentio.training.tuned_encoder import LOWER, TOKENIZER  # noqa: E402
from sentio.training.weights_file import seed_file  # noqa: E402

TEXTS = ("I found my keys!", "Nobody carried the train.", "no " * 3_000, "\ud800 half", "مرحبا", "That cup it is.")


def told_by_the_run(run: Path, seed: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """The mean states of the utterances, before anything of the conversation is read."""
    model = run / "model"
    manifest = files.read(model)
    weights = load_file(model / LOWER)
    lower = Lower(manifest.shape, len(weights["words.weight"]), len(weights["places.weight"]))
    lower.load_state_dict(weights)
    encoder = ConversationEncoder(manifest.shape, 0.0, 0.0)
    encoder.load_state_dict(load_file(seed_file(model, seed)))
    chat = Conversation(
        id="c", utterances=tuple(Utterance(id=str(n), speaker="Ada", text=text) for n, text in enumerate(TEXTS))
    )
    reader = Reader(model / TOKENIZER, lower, manifest.names, manifest.window)
    (turns,) = reader.read([chat], [nothing(len(chat), manifest.shape.labels)], exact=True)
    with torch.no_grad():
        found: np.ndarray[tuple[int, int], np.dtype[np.float32]] = encoder.eval()._utterances(turns.states)[0].numpy()
    return found


def best(run: Path) -> int:
    seeds = files.read(run / "model").seeds
    return max(seeds, key=lambda seed: seeds[seed])


@pytest.fixture(scope="module")
def exported(trained_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exports") / "models" / "encoder"
    told = export(trained_encoder, "encoder", out)
    assert told == f"sentio features build --corpus meld:validation --encoder {out} --out features.npz"
    return out


def test_the_vectors_are_those_of_the_run(trained_encoder: Path, exported: Path) -> None:
    assert files.read(trained_encoder / "model").shape.upper > 0
    expected = told_by_the_run(trained_encoder, best(trained_encoder))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = encoders.load(str(exported)).encode(TEXTS)
    assert (found * expected).sum(axis=1).min() > 0.99999
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_another_seed_has_other_vectors(trained_encoder: Path, exported: Path, tmp_path: Path) -> None:
    other = next(seed for seed in files.read(trained_encoder / "model").seeds if seed != best(trained_encoder))
    export(trained_encoder, "encoder", tmp_path / "other", seed=other)
    one, two = encoders.load(str(exported)), encoders.load(str(tmp_path / "other"))
    assert one.version != two.version
    expected = told_by_the_run(trained_encoder, other)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(two.encode(TEXTS), expected, atol=1e-5)
    assert np.abs(one.encode(TEXTS) - expected).max() > 1e-3


def test_it_is_no_model_of_the_start(exported: Path) -> None:
    """The layers were trained: `mini`, from which they started, gives other vectors."""
    cosine = (encoders.load(str(exported)).encode(TEXTS[:2]) * encoders.load("mini").encode(TEXTS[:2])).sum(axis=1)
    assert cosine.max() < 0.9999


def test_sentence_transformers_reads_it(trained_encoder: Path, exported: Path) -> None:
    library = pytest.importorskip("sentence_transformers")
    model = library.SentenceTransformer(str(exported), device="cpu", local_files_only=True)
    told = [text for text in TEXTS if text.isprintable() and "\ud800" not in text]
    rows = [TEXTS.index(text) for text in told]
    expected = told_by_the_run(trained_encoder, best(trained_encoder))[rows]
    np.testing.assert_allclose(model.encode(told), expected, atol=1e-4)


def test_features_are_read_from_it(exported: Path) -> None:
    chat = Conversation(id="c", utterances=(Utterance(id="0", speaker="Ada", text="I found my keys!"),))
    source = features.load(str(exported))
    (told,) = source.read([chat])
    assert told.vectors.shape == (1, source.width) == (1, 384)


def test_its_card_says_what_it_was_trained_on(trained_encoder: Path, exported: Path) -> None:
    card = (exported / "README.md").read_text("utf8")
    assert "Trained on meld/train" in card
    assert "chosen on meld/validation" in card
    assert f"seed {best(trained_encoder)};" in card
    assert not list(exported.glob("*.bin"))
    assert json.loads((exported / "config.json").read_bytes())["num_hidden_layers"] == 6


def test_what_cannot_be_exported_is_told(trained_encoder: Path, exported: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown form of export 'merged'"):
        export(trained_encoder, "merged", tmp_path / "out")
    with pytest.raises(SentioError, match="has no seed 99; it has 1, 2"):
        export(trained_encoder, "encoder", tmp_path / "out", seed=99)
    with pytest.raises(OutputError, match="holds something already"):
        export(trained_encoder, "encoder", exported)
    broken = tmp_path / "broken"
    shutil.copytree(trained_encoder, broken)
    (broken / "model" / LOWER).write_bytes(b"nothing")
    with pytest.raises(SentioError, match=r"lower\.safetensors: damaged: .*header"):
        export(broken, "encoder", tmp_path / "out")
    assert not list(tmp_path.glob("out*"))
