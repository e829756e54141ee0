"""Scores of generated text: Dist-n, BLEU, ROUGE, and the token F1 of short answers.

The field gives one name to many computations, so a BLEU carries how it was computed. BLEU and ROUGE need the
`eval` extra.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sentio.errors import MissingExtra, ScoreError
from sentio.metrics.extractive import token_f1
from sentio.metrics.inputs import check_texts

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU

Floats = NDArray[np.float64]
Average = Literal["corpus", "sentence"]
Smoothing = Literal["none", "floor", "add-k", "exp"]
Tokenizer = Literal["none", "13a", "intl", "zh", "char"]

_PUNCTUATION = re.compile(r"[^\w\s]|_")
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")


@dataclass(frozen=True)
class Bleu:
    """A BLEU in 0..100 and its definition: numbers of different definitions are not comparable.

    `average` tells the BLEU of the whole corpus from the mean BLEU of its sentences; `order` is the longest
    n-gram; `smoothing` and `tokenizer` are named as in sacrebleu; `compat` names a faulty release's way.
    """

    score: float
    average: Average
    order: int
    smoothing: Smoothing
    tokenizer: Tokenizer
    compat: Literal["official"] | None = None


@dataclass(frozen=True)
class Rouge:
    """F of each text, range 0..1, shape (rows,): shared words, shared word pairs, longest common subsequence."""

    rouge1: Floats
    rouge2: Floats
    rouge_l: Floats

    def mean(self) -> tuple[float, float, float]:
        """ROUGE-1, ROUGE-2 and ROUGE-L of the corpus, range 0..1: the means over its texts."""
        return float(self.rouge1.mean()), float(self.rouge2.mean()), float(self.rouge_l.mean())


def separated(text: str) -> str:
    """The text with spaces around each Chinese or Japanese character, which then is a token of its own.

    >>> separated("你好 Bo")
    '你 好 Bo'
    """
    return " ".join(_UNSPACED.sub(r" \1 ", text).split())


def distinct(texts: Sequence[str], n: int) -> float:
    """Dist-n, range 0..1: distinct n-grams over all n-grams of the whole corpus (Li et al., NAACL 2016).

    Tokens are separated by white space; n-grams do not cross texts. The value falls as a corpus grows: compare
    only corpora of one size and tokenisation. Raises `ScoreError` where no text has n tokens, and for what is no
    text.

    >>> distinct(["a a b"], 1), distinct(["a a b"], 2)
    (0.6666666666666666, 1.0)
    """
    import polars as pl

    if n < 1:
        raise ScoreError(f"Dist-n counts n-grams of 1 token or more, not {n}")
    check_texts(texts, "texts")
    try:
        given = pl.Series(list(texts), dtype=pl.String)
    except UnicodeEncodeError:
        # Half a surrogate pair, as a cut emoji leaves it, is a character like any other; Polars takes none.
        given = pl.Series([text.encode("utf-8", "backslashreplace").decode() for text in texts], dtype=pl.String)
    if given.str.contains(r"[^\S ]").any():
        given = given.str.replace_all(r"\s", " ")
    rows = pl.DataFrame({"text": np.arange(len(given), dtype=np.int32), "token": given.str.split(" ")})
    tokens = rows.explode("token").filter(pl.col("token") != "")
    if len(tokens) < n:
        raise ScoreError(f"no text has {n} tokens")
    ids = tokens["token"].cast(pl.Categorical).to_physical().to_numpy().astype(np.int64)
    size, starts = int(ids.max()) + 1, len(ids) - n + 1
    grams = ids[:starts].copy()
    for shift in range(1, n):
        if int(grams.max() + 1) * size > np.iinfo(np.int64).max:
            grams = np.unique(grams, return_inverse=True)[1].astype(np.int64)
        grams = grams * size + ids[shift : starts + shift]
    text = tokens["text"].to_numpy()
    grams = grams[text[:starts] == text[n - 1 :]]
    if not len(grams):
        raise ScoreError(f"no text has {n} tokens")
    # Polars counts by hashing, in a fifth of the time of sorting.
    return pl.Series(grams).n_unique() / len(grams)


def bleu(
    gold: Sequence[str],
    predicted: Sequence[str],
    *,
    average: Average,
    order: int = 4,
    smoothing: Smoothing = "none",
    tokenizer: Tokenizer = "13a",
    compat: Literal["official"] | None = None,
) -> Bleu:
    """BLEU against one reference a text (Papineni et al., ACL 2002), computed by sacrebleu, range 0..100.

    `average="sentence"` is the mean of `sentence_bleu`. An empty prediction scores 0. Raises `ScoreError` for
    unequal lengths, nothing at all, an empty reference, what is no text and options of other names,
    `MissingExtra` without sacrebleu.

    The released scorer of MAF, which EDGE inherits, passes predictions as references and the reverse, so that
    a long prediction is punished where a short one should be: `compat="official"`. There it is always the mean
    over sentences, without smoothing, tokens separated by white space, whatever else was asked for but `order`:
    the result says how it was computed.

    >>> bleu(["so glad you came today"], ["so glad you came"], average="corpus", tokenizer="none").score.__round__(2)
    77.88
    """
    _checked(gold, predicted)
    if average not in get_args(Average):
        raise ScoreError(f"the average is over {' or '.join(get_args(Average))}, not {average!r}")
    if compat:
        average, smoothing, tokenizer = "sentence", "none", "none"
        gold, predicted = predicted, gold
    if average == "sentence":
        score = float(_sentence_bleu(gold, predicted, order, smoothing, tokenizer).mean())
    else:
        scorer = _scorer(order, smoothing, tokenizer, effective=False)
        score = float(scorer.corpus_score(list(predicted), [list(gold)]).score)
    return Bleu(score, average, order, smoothing, tokenizer, compat)


def sentence_bleu(
    gold: Sequence[str],
    predicted: Sequence[str],
    *,
    order: int = 4,
    smoothing: Smoothing = "exp",
    tokenizer: Tokenizer = "13a",
) -> Floats:
    """BLEU of each text, range 0..100, shape (rows,); smoothed as sacrebleu (Post, WMT 2018) does for sentences.

    Smoothed, a text shorter than `order` is scored by the n-grams it has. Without smoothing it scores 0, as
    does any text that lacks a shared n-gram of some order. Raises `ScoreError` as `bleu` does.

    >>> sentence_bleu(["I am so very sorry"], ["I am so sorry"]).round(1).tolist()
    [49.8]
    """
    _checked(gold, predicted)
    return _sentence_bleu(gold, predicted, order, smoothing, tokenizer)


def rouge(gold: Sequence[str], predicted: Sequence[str]) -> Rouge:
    """ROUGE-1, ROUGE-2 and ROUGE-L F of each text, 0..1 (Lin, 2004), computed by rouge-score without stemming.

    Tokens are runs of a-z and 0-9 in lower case: texts in other scripts have none. An empty prediction scores 0.
    Raises `ScoreError` for unequal lengths, nothing at all, what is no text and a reference without a token,
    `MissingExtra` without rouge-score.

    >>> rouge(["she mocks her hat off"], ["she mocks him"]).rouge2.round(3).tolist()
    [0.333]
    """
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ModuleNotFoundError:
        raise MissingExtra("eval") from None
    _checked(gold, predicted)
    for row, text in enumerate(gold):
        if not re.search("[a-z0-9]", text.lower()):
            raise ScoreError(f"reference {row} has no token: ROUGE knows a-z and 0-9 only")
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"])
    rows = [scorer.score(right, said) for said, right in zip(predicted, gold, strict=True)]
    return Rouge(*(np.array([row[name].fmeasure for row in rows]) for name in ("rouge1", "rouge2", "rougeL")))


def answer_f1(gold: Sequence[str], predicted: Sequence[str]) -> Floats:
    """F1 of the words of each short answer, range 0..1, shape (rows,), as LongEmotion scores its questions.

    `token_f1` with punctuation turned into spaces, where SQuAD deletes it and joins the words on both sides.
    Raises `ScoreError` as `token_f1` does.

    >>> answer_f1(["anxiety, loss"], ["The anxiety of loss"]).tolist()
    [0.8]
    """
    check_texts(gold, "gold")
    check_texts(predicted, "predictions")
    return token_f1([_PUNCTUATION.sub(" ", text) for text in gold], [_PUNCTUATION.sub(" ", text) for text in predicted])


def _sentence_bleu(
    gold: Sequence[str], predicted: Sequence[str], order: int, smoothing: Smoothing, tokenizer: Tokenizer
) -> Floats:
    scorer = _scorer(order, smoothing, tokenizer, effective=smoothing != "none")
    # A corpus of one sentence: the same value without a logged warning for every unsmoothed sentence.
    pairs = zip(predicted, gold, strict=True)
    return np.array([scorer.corpus_score([said], [[right]]).score for said, right in pairs])


def _scorer(order: int, smoothing: Smoothing, tokenizer: Tokenizer, *, effective: bool) -> "BLEU":
    if order < 1:
        raise ScoreError(f"BLEU counts n-grams of 1 token or more, not {order}")
    for chosen, names in ((smoothing, get_args(Smoothing)), (tokenizer, get_args(Tokenizer))):
        if chosen not in names:
            raise ScoreError(f"BLEU is smoothed and tokenised by one of {', '.join(names)}, not {chosen!r}")
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ModuleNotFoundError:
        raise MissingExtra("eval") from None
    # force: that a text looks tokenised already is for the caller to know, not for a warning.
    return BLEU(
        max_ngram_order=order, smooth_method=smoothing, tokenize=tokenizer, effective_order=effective, force=True
    )


def _checked(gold: Sequence[str], predicted: Sequence[str]) -> None:
    check_texts(gold, "references")
    check_texts(predicted, "predictions")
    if len(predicted) != len(gold):
        raise ScoreError(f"{len(predicted)} predictions for {len(gold)} references")
    if not len(gold):
        raise ScoreError("nothing to score")
    for row, text in enumerate(gold):
        if not text.strip():
            raise ScoreError(f"reference {row} is empty")
