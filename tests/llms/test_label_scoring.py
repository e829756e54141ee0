"""Scores of labels against plain teacher forcing, label by label, prompt by prompt."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentio.errors import LanguageModelError
from sentio.llms.chat_template import completion_ids, prompt_ids, text_ids
from sentio.llms.label_scoring import label_logprobs, score_labels
from sentio.llms.label_tree import label_tree
from sentio.prompts.message import Message

if TYPE_CHECKING:
    from transformers import PreTrainedModel
    from transformers import PreTrainedTokenizerBase as Tokenizer

torch = pytest.importorskip("torch")

LABELS = ("joy", "joyful", "sad", "sadness", "anger", "neutral", "peaceful banana")
TEXTS = (
    "Nobody answered this question.",
    "I won!",
    "Tom sold the old boat and said: what a day, what a long day it has been for all of us here.",
    "No.",
)
token = st.integers(3, 400)


@pytest.fixture(scope="module")
def model(tiny_qwen3: Path) -> "PreTrainedModel":
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_qwen3)


@pytest.fixture(scope="module")
def tokenizer(tiny_qwen3: Path) -> "Tokenizer":
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_qwen3)


def by_hand(model: "PreTrainedModel", prompt: Sequence[int], label: Sequence[int]) -> list[float]:
    """Teacher forcing as in a textbook: one sequence, no batch, no padding, no cache."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([[*prompt, *label]])).logits[0].double()
    logprobs = logits.log_softmax(-1)
    return [float(logprobs[len(prompt) - 1 + t, label[t]]) for t in range(len(label))]


def assert_equals_by_hand(
    model: "PreTrainedModel", prompts: Sequence[Sequence[int]], labels: Sequence[Sequence[int]]
) -> None:
    scores = label_logprobs(model, prompts, labels)
    assert scores.shape == (len(prompts), len(labels), max(map(len, labels)))
    for i, prompt in enumerate(prompts):
        for j, label in enumerate(labels):
            expected = by_hand(model, prompt, label)
            assert scores[i, j, : len(label)] == pytest.approx(expected, abs=1e-5)
            assert np.isnan(scores[i, j, len(label) :]).all()


def chats(tokenizer: "Tokenizer") -> list[list[int]]:
    system = Message("system", "Say what is felt, in a word.")
    return [prompt_ids(tokenizer, (system, Message("user", text))) for text in TEXTS]


def test_chats_of_unequal_length_behind_one_instruction(model: "PreTrainedModel", tokenizer: "Tokenizer") -> None:
    assert_equals_by_hand(model, chats(tokenizer), [completion_ids(tokenizer, label) for label in LABELS])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.lists(token, max_size=6),
    rest=st.lists(st.lists(token, min_size=1, max_size=12), min_size=1, max_size=5),
    labels=st.lists(st.lists(st.integers(3, 6), min_size=1, max_size=4), min_size=1, max_size=6),
)
def test_any_prompts_and_labels(
    model: "PreTrainedModel", start: list[int], rest: list[list[int]], labels: list[list[int]]
) -> None:
    """Four tokens make up the labels, so that many begin alike, some are the beginning of others, some are equal."""
    assert_equals_by_hand(model, [start + tail for tail in rest], labels)


def test_a_prompt_that_is_the_beginning_of_another(model: "PreTrainedModel") -> None:
    assert_equals_by_hand(model, [[5, 6, 7], [5, 6], [5], [5, 6, 7, 8]], [[9, 2], [9, 10, 2]])


@pytest.mark.parametrize("batch_tokens", [1, 60, 100_000])
def test_a_score_does_not_depend_on_its_company(
    model: "PreTrainedModel", tokenizer: "Tokenizer", batch_tokens: int
) -> None:
    prompts = chats(tokenizer)
    alone = np.concatenate([score_labels(model, tokenizer, [prompt], LABELS) for prompt in prompts])
    together = score_labels(model, tokenizer, prompts[::-1], LABELS, batch_tokens=batch_tokens)[::-1]
    assert together == pytest.approx(alone, abs=1e-5)
    fewer = score_labels(model, tokenizer, prompts, LABELS[2:4])
    assert fewer == pytest.approx(alone[:, 2:4], abs=1e-5)


def test_the_sum_ends_the_turn_and_the_mean_does_not(model: "PreTrainedModel", tokenizer: "Tokenizer") -> None:
    prompts = chats(tokenizer)[:1]
    total = score_labels(model, tokenizer, prompts, LABELS)
    mean = score_labels(model, tokenizer, prompts, LABELS, mean=True)
    for j, label in enumerate(LABELS):
        ended = by_hand(model, prompts[0], completion_ids(tokenizer, label))
        assert total[0, j] == pytest.approx(sum(ended), abs=1e-5)
        assert mean[0, j] == pytest.approx(np.mean(ended[:-1]), abs=1e-5)
        assert len(ended) == len(text_ids(tokenizer, label)) + 1


def test_sums_over_all_answers_of_a_length_are_probabilities(model: "PreTrainedModel") -> None:
    """All one-token answers and the end of the turn, which is one of them, have probability 1 together."""
    everything = [[i] for i in range(model.config.vocab_size)]
    scores = label_logprobs(model, [[5, 6, 7]], everything)
    assert np.exp(scores).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_every_kernel_that_reads_masks(model: "PreTrainedModel", tokenizer: "Tokenizer", attention: str) -> None:
    before = model.config._attn_implementation
    model.set_attn_implementation(attention)
    try:
        assert_equals_by_hand(model, chats(tokenizer), [completion_ids(tokenizer, label) for label in LABELS])
    finally:
        model.set_attn_implementation(before)


def test_sliding_windows_are_scored_row_by_row(tokenizer: "Tokenizer") -> None:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        use_sliding_window=True,
        sliding_window=4,
        max_window_layers=1,
        initializer_range=0.2,
    )
    model = Qwen3ForCausalLM(config).train(False)
    assert set(model.config.layer_types) == {"full_attention", "sliding_attention"}
    assert_equals_by_hand(model, chats(tokenizer), [completion_ids(tokenizer, label) for label in LABELS])


def test_training_goes_on_as_before(model: "PreTrainedModel", tokenizer: "Tokenizer") -> None:
    model.train()
    try:
        score_labels(model, tokenizer, chats(tokenizer), LABELS)
        assert model.training
        model(input_ids=torch.tensor([[5, 6]])).logits.sum().backward()
    finally:
        model.zero_grad()
        model.train(False)


@pytest.mark.parametrize(
    ("prompts", "labels", "message"),
    [
        ([[]], [[5]], "without a token"),
        ([[5]], [[]], "one of them is empty"),
        ([[5]], [], "labels to choose from are missing"),
        ([[5] * 2047], [[5, 2]], "a prompt of 2047 tokens and its labels exceed the model's context of 2048"),
    ],
)
def test_what_cannot_be_scored(
    model: "PreTrainedModel", prompts: list[list[int]], labels: list[list[int]], message: str
) -> None:
    with pytest.raises(LanguageModelError, match=message):
        label_logprobs(model, prompts, labels)


def test_nothing_to_score(model: "PreTrainedModel") -> None:
    assert label_logprobs(model, [], [[5]]).shape == (0, 1, 1)


def test_the_tree_of_one_label() -> None:
    tree = label_tree([(4,)])
    assert (tree.tokens.tolist(), tree.parents.tolist(), tree.targets.tolist()) == ([0], [0], [4])
    assert tree.sees.tolist() == [[True]]
