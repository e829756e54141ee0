"""RECCON as lessons and examination: its counts, its rules, and words that become tokens and words again."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentio import Conversation, Utterance, corpora, labels
from sentio.causes import Felt
from sentio.causes.cause_encoder.lessons import SLACK, Marked, Question, lesson, questions, scores, threshold
from sentio.causes.cause_encoder.reading import Reader, Reading, tokens_of, words_at
from sentio.encoders.mini import MODEL
from sentio.metrics.extractive import causal_entailment_scores
from sentio.nn.cause_pairs import Heard
from sentio.nn.conversation_encoder import EncoderShape, Lower
from sentio.nn.pair_grid import grid


@pytest.fixture(scope="module")
def reader() -> Reader:
    """One that has the tokens of `mini` and next to no network: the texts are what matters here."""
    shape = EncoderShape(labels=7, upper=6, width=2, heads=1, inner=2)
    return Reader(MODEL / "tokenizer.json", Lower(shape, 30_522, 128), 128, labels.space("dailydialog"))


@pytest.fixture(scope="module")
def asked(data: Path, reader: Reader) -> list[Question]:
    return questions(list(corpora.load("reccon", data).conversations("validation")), reader, alone=True)


def back(one: Question) -> NDArray[np.int64]:
    """How far back the candidate of each row lies, by the numbers of the pairs."""
    turns = torch.arange(len(one.reading.places))
    pairs, _ = grid(turns, one.targets)
    assert pairs[one.pairs, 1].tolist() == list(one.candidates)
    return np.asarray((pairs[one.pairs, 0] - pairs[one.pairs, 1]).numpy())


def test_the_rules_score_what_was_measured(asked: list[Question]) -> None:
    distances = np.concatenate([back(one) for one in asked])
    texts = [text for one in asked for text in one.texts]
    for reach, pairs, words in (
        (0, (66.63, 48.92, 84.34), (5.76, 27.08, 84.34, 72.49)),
        (1, (77.14, 68.48, 85.80), (14.12, 52.39, 85.80, 74.50)),
        (2, (71.80, 65.04, 78.56), None),
        (99, None, (18.16, 70.81, 0, 20.74)),
    ):
        found = scores(asked, Marked(np.where(distances <= reach, 1.0, -1.0), texts))
        if pairs:
            names = ("macro_f1", "positive_f1", "negative_f1")
            assert tuple(round(100 * found[name], 2) for name in names) == pairs
        if words:
            kinds = ("positive_em", "positive_f1", "negative_f1", "f1")
            assert tuple(round(100 * found[f"spans.{name}"], 2) for name in kinds) == words


def test_the_lessons_are_the_published_rows(asked: list[Question]) -> None:
    lessons = [lesson(one) for one in asked]
    causes = torch.cat([one.rows[:, 1] for one in lessons]).bool()
    assert (int(causes.sum()), int((~causes).sum())) == (347, 838)
    distances = np.concatenate([back(one) for one in asked])[causes.numpy()]
    assert np.bincount(distances.clip(max=5)).tolist() == [136, 116, 41, 26, 12, 16]
    assert sum(len(one.spans) for one in lessons) == 347
    assert sum(len(one.heard.emotions.nonzero()) for one in lessons) == 200


def test_words_become_tokens_and_the_same_words_again(asked: list[Question]) -> None:
    same = cut = 0
    for one in asked:
        for row, first, last in lesson(one).spans.tolist():
            text, gold = one.texts[row], str(one.spans[row]).strip()
            found = words_at(text, one.reading.places[one.candidates[row]], first, last)
            assert gold in found
            same, cut = same + (found == gold), cut + (found != gold)
    assert (same, cut) == (346, 1)  # the annotators cut a word


def test_no_word_is_cut(reader: Reader) -> None:
    said = ("Unbelievably flabbergasting!", "我很难过。", "🎉🎉 whoopee", "...")
    chat = Conversation(
        id="k", utterances=tuple(Utterance(id=str(n), speaker="A", text=text) for n, text in enumerate(said))
    )
    (reading,) = reader.read([Felt(chat, {})], exact=True)
    for text, places in zip(said, reading.places, strict=True):
        for token in range(len(places)):
            assert words_at(text, places, token, token) in (text, *text.replace("!", " !").split(), *text)
    assert words_at(said[1], reading.places[1], 2, 3) == "难过"


def test_the_tokenizers_own_tokens_in_a_text_are_survived(reader: Reader) -> None:
    chat = Conversation(id="k", utterances=(Utterance(id="0", speaker="A", text="[SEP] well [CLS] [MASK]"),))
    (reading,) = reader.read([Felt(chat, {})], exact=True)
    assert len(reading.places[0]) == len(reading.heard.states[0]) - 2
    assert words_at("[SEP] well [CLS] [MASK]", reading.places[0], 1, 1) == "well"


@given(st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=12))
def test_the_threshold_is_the_lowest_of_the_good_ones(rows: list[tuple[int, bool]]) -> None:
    odds, gold = np.array([odd for odd, _ in rows], float), [cause for _, cause in rows]
    nothing = Heard([torch.zeros(2, 2)], torch.zeros(1).long(), torch.zeros(1).long())
    asked = [
        Question(
            Reading(nothing, [[]]),
            torch.zeros(1).long(),
            torch.arange(len(rows)),
            range(len(rows)),
            [""] * len(rows),
            ["x" if g else None for g in gold],
        )
    ]

    def macro(least: float) -> float:
        return causal_entailment_scores(gold, odds >= least).f1_macro

    # At least one row is a cause: a system that never answers is none.
    found = {each: macro(each) for each in np.unique(odds).tolist()}
    lowest = min(each for each in found if found[each] >= max(found.values()) - SLACK)
    chosen = threshold(asked, Marked(odds, [""] * len(rows)))
    assert min(each for each in found if each >= chosen) == lowest


def test_characters_and_tokens() -> None:
    places = [(0, 3), (4, 8), (8, 9)]
    assert tokens_of(places, 0, 9) == (0, 2)
    assert tokens_of(places, 5, 6) == (1, 1)
    assert tokens_of(places, 3, 4) is None
