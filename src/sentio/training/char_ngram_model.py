"""Character n-grams, weighted by TF-IDF, into linear models: fitted by scikit-learn, asked with NumPy alone.

Characters need no word boundaries: the baseline for Chinese (settings of our design in specs/cped.md: 1- to 3-grams
that occur in two texts, sublinear counts, balanced logistic regression).
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from sentio.errors import SentioError
from sentio.training.run_folder import replacing

Floats = NDArray[np.float64]
BLANKS = re.compile(r"\s\s+")


class NgramSettings(BaseModel):
    """Which n-grams count, from one character to `longest`, those of at least `least` texts; `c` is the inverse of the
    strength with which weights are held small."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest: int = Field(default=3, ge=1, le=8)
    least: int = Field(default=2, ge=1)
    c: float = Field(default=1.0, gt=0)


@dataclass(frozen=True)
class CharNgramModel:
    """k linear functions of a text's n-grams: `vocabulary` maps each to its column, `idf` has shape (n,), `weights`
    (k, n), `bias` (k,)."""

    vocabulary: dict[str, int]
    longest: int
    idf: Floats
    weights: Floats
    bias: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, k); a text without a known n-gram has the bias."""
        rows = np.tile(self.bias, (len(texts), 1))
        for row, text in enumerate(texts):
            counts = Counter(self.vocabulary[gram] for gram in ngrams(text, self.longest) if gram in self.vocabulary)
            if counts:
                columns = np.array(list(counts))
                values = (1 + np.log(np.array(list(counts.values())))) * self.idf[columns]
                rows[row] += self.weights[:, columns] @ (values / np.linalg.norm(values))
        return rows

    def save(self, path: Path) -> None:
        """Write it as safetensors, the vocabulary as JSON in its header."""
        from safetensors.numpy import save_file

        arrays = {"idf": self.idf, "weights": self.weights, "bias": self.bias}
        # One entry: of several, safetensors writes the order as it comes, and a run's bytes would differ.
        told = {"model": json.dumps({"longest": self.longest, "vocabulary": list(self.vocabulary)})}
        with replacing(path) as beside:
            save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, beside, told)


def read_model(path: Path) -> CharNgramModel:
    """A model that was saved; raises `SentioError` where it is missing or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            told = json.loads(file.metadata()["model"])
            arrays = {name: np.asarray(file.get_tensor(name), np.float64) for name in ("idf", "weights", "bias")}
        vocabulary = {gram: column for column, gram in enumerate(told["vocabulary"])}
        if arrays["weights"].shape != (len(arrays["bias"]), len(vocabulary)) or len(arrays["idf"]) != len(vocabulary):
            raise ValueError("sizes differ")
        return CharNgramModel(vocabulary, told["longest"], **arrays)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise SentioError(f"{path}: damaged or missing: {str(error).splitlines()[0]}") from error


def ngrams(text: str, longest: int) -> Iterator[str]:
    """Every run of one to `longest` characters of a text in lower case, blanks in a row taken for one.

    >>> list(ngrams("Ah  我", 2))
    ['a', 'h', ' ', '我', 'ah', 'h ', ' 我']
    """
    text = BLANKS.sub(" ", text.lower())
    return (text[start : start + size] for size in range(1, longest + 1) for start in range(len(text) - size + 1))


def fit_classes(texts: Sequence[str], codes: Sequence[int], labels: int, settings: NgramSettings) -> CharNgramModel:
    """A model whose softmax is the distribution over `labels`; `codes` are theirs, 0..labels - 1.

    A label that no text has gets a bias of minus infinity, and so no probability.
    """
    vocabulary, idf, rows = _space(texts, settings)
    seen, weights, bias = _regression(rows, np.asarray(codes), settings)
    all_weights, all_bias = np.zeros((labels, len(vocabulary))), np.full(labels, -np.inf)
    all_weights[seen], all_bias[seen] = weights, bias
    return CharNgramModel(vocabulary, settings.longest, idf, all_weights, all_bias)


def fit_marks(texts: Sequence[str], marks: NDArray[np.bool_], settings: NgramSettings) -> CharNgramModel:
    """A model of several yes-or-no questions, one a column of `marks` (texts, k): the sigmoid of a logit is the
    probability of yes. A question with one answer throughout has no weights, and a bias of ± infinity."""
    vocabulary, idf, rows = _space(texts, settings)
    weights, bias = np.zeros((marks.shape[1], len(vocabulary))), np.zeros(marks.shape[1])
    for column, answers in enumerate(marks.T):
        if answers.all() or not answers.any():
            bias[column] = np.inf if answers.all() else -np.inf
        else:
            _, two, biases = _regression(rows, answers.astype(int), settings)
            weights[column], bias[column] = two[1] - two[0], biases[1] - biases[0]
    return CharNgramModel(vocabulary, settings.longest, idf, weights, bias)


def _space(texts: Sequence[str], settings: NgramSettings) -> tuple[dict[str, int], Floats, Any]:
    """The n-grams with their columns, their idf, and the texts' sparse rows; no n-gram at all where none is frequent
    enough."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    ranges = (1, settings.longest)
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=ranges, min_df=settings.least, sublinear_tf=True)
    try:
        rows = vectorizer.fit_transform(texts)
    except ValueError:  # texts without a character, or all of them different
        return {}, np.zeros(0), csr_matrix((len(texts), 1))
    names = vectorizer.get_feature_names_out().tolist()
    return {name: column for column, name in enumerate(names)}, np.asarray(vectorizer.idf_), rows


def _regression(rows: Any, codes: NDArray[Any], settings: NgramSettings) -> tuple[NDArray[Any], Floats, Floats]:  # noqa: ANN401
    """The classes that occur, their weights (classes, n) and biases; of one class alone both are zero."""
    from sklearn.linear_model import LogisticRegression

    seen = np.unique(codes)
    if len(seen) < 2:
        return seen, np.zeros((1, rows.shape[1])), np.zeros(1)
    model = LogisticRegression(C=settings.c, class_weight="balanced", max_iter=1000).fit(rows, codes)
    weights, bias = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(seen) == 2:  # one function says it all: the other class has none
        weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
    return seen, weights, bias
