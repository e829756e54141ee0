"""Dist-n, BLEU, ROUGE and token F1: the corpora's oracles, the definitions written out, torchmetrics."""

import csv
import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from torchmetrics.functional.text import bleu_score

from sentio.errors import MissingExtra, ScoreError
from sentio.metrics.text import Bleu, answer_f1, bleu, distinct, rouge, sentence_bleu

words = st.text(alphabet="abc \t\n", max_size=12)
sentences = st.lists(st.sampled_from(["ha", "kya", "yaar", "nahi"]), min_size=1, max_size=8).map(" ".join)
pairs = st.lists(st.tuples(sentences, sentences), min_size=1, max_size=5)


def ngrams(text: str, n: int) -> list[tuple[str, ...]]:
    tokens = text.split()
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]


@given(st.lists(words, max_size=8), st.integers(1, 4))
def test_distinct_counts_ngrams(texts: list[str], n: int) -> None:
    every = [gram for text in texts for gram in ngrams(text, n)]
    if every:
        assert distinct(texts, n) == len(set(every)) / len(every)
    else:
        with pytest.raises(ScoreError, match=f"no text has {n} tokens"):
            distinct(texts, n)


def test_distinct_of_long_ngrams_over_many_words() -> None:
    # 2,000 words to the power of 7 is more than 64 bits hold.
    random = np.random.default_rng(0)
    texts = [" ".join(f"w{i}" for i in random.integers(0, 2000, 12)) for _ in range(500)] * 2
    every = [gram for text in texts for gram in ngrams(text, 7)]
    assert distinct(texts, 7) == len(set(every)) / len(every)


def test_half_an_emoji_is_a_token() -> None:
    assert distinct(["so \ud83d", "so \ud83d \udc4d"], 1) == 3 / 5


def test_distinct_takes_ngrams_of_one_token_or_more() -> None:
    with pytest.raises(ScoreError, match="1 token or more"):
        distinct(["a"], 0)


@pytest.mark.parametrize(("line", "expected"), [("Greedy:", (0.32, 1.24)), ("Ref:", (6.04, 36.87))])
def test_distinct_of_mimes_replies(data: Path, line: str, expected: tuple[float, float]) -> None:
    content = gzip.decompress((data / "empathetic_dialogues" / "mime_output.txt.gz").read_bytes()).decode()
    replies = [row.removeprefix(line) for row in content.split("\n") if row.startswith(line)]
    assert len(replies) == 5255
    assert tuple(round(100 * distinct(replies, n), 2) for n in (1, 2)) == expected


Item = dict[str, str]
TEMPLATES: dict[str, Callable[[Item], str]] = {
    "copy": lambda i: i["target_utterance"],
    "short": lambda i: f"{i['target_speaker']} mazak udata hai",
    "target": lambda i: f"{i['target_speaker']} {i['sarcasm_target']} ka mazak udata hai",
    "taunt": lambda i: f"{i['target_speaker']} {i['sarcasm_target']} ko taunt maarta hai ki {i['target_utterance']}",
}


@pytest.mark.parametrize(
    ("split", "template", "expected"),
    [
        ("train", "copy", (16.12, 3.94, 14.01)),
        ("train", "short", (25.16, 1.91, 25.08)),
        ("train", "target", (32.64, 7.90, 31.76)),
        ("train", "taunt", (33.70, 11.04, 29.38)),
        ("val", "copy", (15.73, 3.59, 13.45)),
        ("val", "short", (26.11, 1.99, 25.99)),
        ("val", "target", (32.53, 7.80, 31.74)),
        ("val", "taunt", (33.73, 10.98, 29.08)),
    ],
)
def test_rouge_of_templates_on_wits(data: Path, split: str, template: str, expected: tuple[float, ...]) -> None:
    items = json.loads((data / "wits" / f"{split}_data_final_plain.json").read_text("utf8")).values()
    found = rouge([i["code_mixed_explanation"] for i in items], [TEMPLATES[template](i) for i in items])
    assert tuple(round(100 * score, 2) for score in found.mean()) == expected


def test_correlation_of_overlap_with_human_ratings(data: Path) -> None:
    folder = data / "imhi" / "human_evaluation" / "DR_annotation"
    rows: list[Item] = []
    for name in ("chatgpt_data.csv", "chatgpt_false_data.csv"):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            rows += csv.DictReader(file)
    assert len(rows) == 164
    explanations, posts = [r["gpt-3.5-turbo"] for r in rows], [r["text"] for r in rows]
    overlap = rouge(posts, explanations)

    def correlations(scores: object) -> list[float]:
        ratings = (
            [np.mean(json.loads(r[aspect])) for r in rows] for aspect in ("overall", "reliability", "completeness")
        )
        return [round(float(spearmanr(scores, rating).statistic), 3) for rating in ratings]

    assert correlations(overlap.rouge1) == [0.389, 0.327, 0.477]
    assert correlations(overlap.rouge2) == [0.306, 0.255, 0.361]
    assert correlations(overlap.rouge_l) == [0.452, 0.382, 0.509]
    assert correlations(sentence_bleu(posts, explanations)) == [0.453, 0.344, 0.554]


@given(sentences, sentences)
def test_rouge_is_the_overlap_written_out(said: str, right: str) -> None:
    found = rouge([right], [said])
    for n, f in ((1, found.rouge1[0]), (2, found.rouge2[0])):
        ours, theirs = Counter(ngrams(said, n)), Counter(ngrams(right, n))
        either = ours.total() + theirs.total()
        assert f == pytest.approx(2 * (ours & theirs).total() / either if either else 0)
    assert rouge([said], [right]).mean() == pytest.approx(found.mean())


def by_hand(said: str, right: str, order: int) -> float:
    """Unsmoothed sentence BLEU from its definition."""
    logs = []
    for n in range(1, order + 1):
        ours, theirs = Counter(ngrams(said, n)), Counter(ngrams(right, n))
        if not (ours & theirs):
            return 0
        logs.append(math.log((ours & theirs).total() / ours.total()))
    brevity = min(0, 1 - len(right.split()) / len(said.split()))
    return 100 * math.exp(brevity + sum(logs) / order)


@given(sentences, sentences, st.integers(1, 4))
def test_unsmoothed_sentence_bleu_is_its_definition(said: str, right: str, order: int) -> None:
    found = sentence_bleu([right], [said], order=order, smoothing="none", tokenizer="none")
    assert found == pytest.approx([by_hand(said, right, order)])


@given(pairs)
def test_corpus_bleu_is_torchmetrics(rows: list[tuple[str, str]]) -> None:
    said, right = zip(*rows, strict=True)
    peer = 100 * float(bleu_score(said, [[r] for r in right]))
    assert bleu(right, said, average="corpus", tokenizer="none").score == pytest.approx(peer, abs=1e-4)


def test_identical_corpora_score_100_disjoint_ones_0() -> None:
    said = ["one two three four five", "six seven eight nine"]
    other = ["a b c d e", "f g h i"]
    for average in ("corpus", "sentence"):
        assert bleu(said, said, average=average).score == pytest.approx(100)
        assert bleu(other, said, average=average).score == 0


def test_the_average_is_part_of_the_definition() -> None:
    said, right = ["one two three four five", "so it is"], ["one two three four five", "so it was then"]
    corpus = bleu(right, said, average="corpus", order=2, tokenizer="none")
    mean = bleu(right, said, average="sentence", order=2, tokenizer="none")
    assert corpus.score == pytest.approx(100 * math.exp(1 - 9 / 8) * math.sqrt(7 / 8 * 5 / 6))
    assert mean.score == pytest.approx((100 + by_hand(said[1], right[1], 2)) / 2)
    assert (mean.average, mean.order, mean.smoothing, mean.tokenizer) == ("sentence", 2, "none", "none")


def test_the_release_of_maf_swaps_prediction_and_reference() -> None:
    short, long = ["Maya mocks him"], ["Maya mocks him for his new shoes"]

    def score(right: list[str], said: list[str], *, official: bool) -> float:
        compat: Literal["official"] | None = "official" if official else None
        return bleu(right, said, average="sentence", order=1, tokenizer="none", compat=compat).score

    # Every word is right but half are missing: brevity. Swapped: half of the words are wrong.
    assert score(long, short, official=False) == pytest.approx(100 * math.exp(1 - 7 / 3))
    assert score(long, short, official=True) == pytest.approx(100 * 3 / 7)
    assert score(short, long, official=False) == score(long, short, official=True)
    assert rouge(short, long).mean() == rouge(long, short).mean()


@given(pairs)
def test_the_official_score_is_the_swapped_one(rows: list[tuple[str, str]]) -> None:
    said, right = zip(*rows, strict=True)
    official = bleu(right, said, average="sentence", order=2, tokenizer="none", compat="official")
    assert official.score == pytest.approx(np.mean([by_hand(r, s, 2) for s, r in rows]))


@pytest.mark.parametrize(
    ("said", "right", "expected"),
    [
        ("The anxiety of loss", "anxiety, loss", 0.8),
        ("fear", "fear", 1),
        ("fear", "joy", 0),
        ("", "joy", 0),
        ("the the", "joy", 0),
        ("fear fear", "fear", 2 / 3),
        ("self-esteem", "self esteem", 1),
    ],
)
def test_answer_f1(said: str, right: str, expected: float) -> None:
    assert answer_f1([right], [said]) == pytest.approx([expected])


def test_an_empty_prediction_scores_nothing() -> None:
    assert rouge(["yes"], [""]).mean() == (0, 0, 0)
    assert sentence_bleu(["yes"], [""]).tolist() == [0]


@pytest.mark.parametrize("score", [rouge, sentence_bleu, lambda g, p: bleu(g, p, average="corpus")])
def test_texts_that_cannot_be_scored(score: Callable[[list[str], list[str]], object]) -> None:
    for gold, predicted, message in (
        (["a"], ["a", "b"], "2 predictions for 1 references"),
        ([], [], "nothing to score"),
        (["a", "  "], ["a", "b"], "reference 1 is empty"),
    ):
        with pytest.raises(ScoreError, match=message):
            score(gold, predicted)


@pytest.mark.parametrize("score", [rouge, sentence_bleu, lambda g, p: bleu(g, p, average="corpus"), answer_f1])
@pytest.mark.parametrize("strange", [None, 3, float("nan"), ["a"]])
def test_what_is_no_text_is_refused_on_either_side(score: Callable[..., object], strange: object) -> None:
    for gold, predicted in ((["a", strange], ["a", "b"]), (["a", "b"], ["a", strange]), (["a"], "a"), (None, None)):
        with pytest.raises(ScoreError, match="text"):
            score(gold, predicted)


@pytest.mark.parametrize("texts", [["a b", None], [None], ["a", 3], "one text", None, [["a"]]])
def test_distinct_of_what_is_no_text_is_refused(texts: Any) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match="texts: a "):
        distinct(texts, 1)


def test_a_bleu_says_how_it_was_computed_and_the_official_one_has_one_way() -> None:
    right, said = ["Maya mocks him, again", "so it is"], ["Maya mocks him for it", "so it was then"]
    official = bleu(right, said, average="corpus", smoothing="exp", tokenizer="intl", order=2, compat="official")
    assert official == bleu(right, said, average="sentence", tokenizer="none", order=2, compat="official")
    assert official == Bleu(official.score, "sentence", 2, "none", "none", "official")
    assert official.score == pytest.approx(np.mean([by_hand(r, s, 2) for s, r in zip(said, right, strict=True)]))
    assert bleu(right, said, average="corpus").compat is None


@pytest.mark.parametrize("option", [{"average": "mean"}, {"smoothing": "some"}, {"tokenizer": "words"}])
def test_a_bleu_of_another_name_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ScoreError, match=f"not '{next(iter(option.values()))}'"):
        bleu(["a"], ["a"], **({"average": "corpus"} | option))


def test_references_without_a_token_are_named() -> None:
    with pytest.raises(ScoreError, match="reference 1 has no token: ROUGE"):
        rouge(["a", "难过"], ["a", "难过"])


@pytest.mark.parametrize("package", ["sacrebleu", "rouge_score"])
def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"sentio\[eval\]"):
        sentence_bleu(["a"], ["a"]) if package == "sacrebleu" else rouge(["a"], ["a"])


def test_bleu_counts_ngrams_of_one_token_or_more() -> None:
    with pytest.raises(ScoreError, match="1 token or more"):
        bleu(["a"], ["a"], average="corpus", order=0)
