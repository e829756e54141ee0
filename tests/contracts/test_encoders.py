"""What every registered text encoder promises."""

import numpy as np
import pytest

from sentio import encoders, registry
from sentio.encoders import TextEncoder

ENCODERS = registry.components("encoders")
TEXTS = [
    "You baked a cake?",
    "I forgot the sugar.",
    "no",
    "well " * 700,
    "مرحبا",
    "🎉",
    "\ud800 half",
    "A cake, you baked?",
]
SILENT = ["", "   ", "\n\t"]


@pytest.fixture(scope="module", params=[*ENCODERS, "mini+minilm"])
def encoder(request: pytest.FixtureRequest) -> TextEncoder:
    return encoders.load(request.param)


@pytest.mark.parametrize("name", ENCODERS)
def test_the_card_says_what_it_is(name: str) -> None:
    card = ENCODERS[name].card
    assert card.title
    assert card.summary
    assert card.licence


def test_vectors_have_unit_length_and_silence_has_none(encoder: TextEncoder) -> None:
    vectors = encoder.encode([*TEXTS, *SILENT])
    assert vectors.shape == (len(TEXTS) + len(SILENT), encoder.width)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    np.testing.assert_allclose(lengths, [1.0] * len(TEXTS) + [0.0] * len(SILENT), atol=1e-6)


def test_in_any_company_the_same(encoder: TextEncoder) -> None:
    together = encoder.encode([*TEXTS, *SILENT, *(f"{text} {number}" for number in range(60) for text in TEXTS[:3])])
    alone = np.concatenate([encoder.encode([text]) for text in (*TEXTS, *SILENT)])
    np.testing.assert_allclose(alone, together[: len(alone)], atol=1e-6)


def test_equal_texts_have_equal_vectors_to_the_last_bit(encoder: TextEncoder) -> None:
    vectors = encoder.encode(["no", "You baked a cake?", "no", "What?", "no"])
    np.testing.assert_array_equal(vectors[0], vectors[2])
    np.testing.assert_array_equal(vectors[0], vectors[4])


def test_nothing_to_encode(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.width)


def test_what_means_the_same_is_closer(encoder: TextEncoder) -> None:
    glad, happy, bread = encoder.encode(["I am so glad!", "I'm very happy!", "The bread costs two euros."])
    assert glad @ happy > glad @ bread


def test_the_version_is_a_hash_that_stays(encoder: TextEncoder) -> None:
    assert len(encoder.version) == 16
    assert int(encoder.version, 16) >= 0
    assert encoders.load(encoder.name).version == encoder.version
