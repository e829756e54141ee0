"""Character n-grams: the same vectors as scikit-learn's, files that come back, labels that never occur."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.errors import SentioError
from sentio.training.char_ngram_model import NgramSettings, fit_classes, fit_marks, ngrams, read_model

pytest.importorskip("sklearn")

TEXTS = ["你真好！", "你真坏。", "太好了  太好了", "坏透了", "Ah 好", ""]
CODES = [0, 1, 0, 1, 0, 1]
texts = st.lists(st.text(alphabet="你好坏 \n\tAaß😀", max_size=12), min_size=2, max_size=8)


@given(texts, st.integers(1, 4))
def test_ngrams_are_those_of_scikit_learn(texts: list[str], longest: int) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    analyse = CountVectorizer(analyzer="char", ngram_range=(1, longest)).build_analyzer()
    for text in texts:
        assert sorted(ngrams(text, longest)) == sorted(analyse(text))


@settings(max_examples=15)
@given(texts, texts)
def test_answers_are_those_of_scikit_learn(training: list[str], asked: list[str]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    training = [*training, "好 a", "好 a"]
    codes = np.arange(len(training)) % 3
    space = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    oracle = LogisticRegression(class_weight="balanced", max_iter=1000).fit(space.fit_transform(training), codes)
    ours = fit_classes(training, codes.tolist(), 3, NgramSettings()).logits(asked)
    np.testing.assert_allclose(ours, oracle.decision_function(space.transform(asked)), atol=1e-9)


def test_a_file_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    model = fit_classes(TEXTS, CODES, 2, NgramSettings(least=1))
    model.save(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(read_model(tmp_path / "m.safetensors").logits(TEXTS), model.logits(TEXTS))


def test_damaged_files_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with pytest.raises(SentioError, match="damaged or missing"):
        read_model(path)
    fit_classes(TEXTS, CODES, 2, NgramSettings(least=1)).save(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(SentioError, match=r"m\.safetensors: damaged or missing"):
        read_model(path)


def test_labels_that_never_occur_have_no_probability() -> None:
    logits = fit_classes(TEXTS, [2 * code for code in CODES], 4, NgramSettings(least=1)).logits(["你", ""])
    assert np.isneginf(logits[:, [1, 3]]).all()
    assert np.isfinite(logits[:, [0, 2]]).all()
    only = fit_classes(TEXTS, [1] * 6, 2, NgramSettings(least=1)).logits(["你"])
    assert only.argmax() == 1


def test_texts_without_anything_in_common_leave_the_bias() -> None:
    model = fit_classes(["", ""], [0, 1], 2, NgramSettings())
    assert model.logits(["你"]).shape == (1, 2)


def test_marks_are_separate_questions() -> None:
    marks = np.array([[code == 0, True, False] for code in CODES])
    model = fit_marks(TEXTS, marks, NgramSettings(least=1))
    pair = fit_classes(TEXTS, [1 - code for code in CODES], 2, NgramSettings(least=1)).logits(TEXTS)
    logits = model.logits(TEXTS)
    np.testing.assert_allclose(logits[:, 0], pair[:, 1] - pair[:, 0])
    assert np.isposinf(logits[:, 1]).all()
    assert np.isneginf(logits[:, 2]).all()
