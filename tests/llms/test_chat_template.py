"""Chats become the tokens the model was made for, the same in training and decoding."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sentio.errors import LanguageModelError
from sentio.llms.chat_template import IGNORED, completion_ids, end_of_turn, prompt_ids, prompt_text, tokenized
from sentio.prompts.message import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase as Tokenizer

pytest.importorskip("transformers")

CHAT = (Message("system", "Say what is felt."), Message("user", "I won!"))


@pytest.fixture
def tokenizer(tiny_qwen3: Path) -> "Tokenizer":
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_qwen3)


def test_the_prompt_ends_where_the_model_speaks_with_its_thinking_behind_it(tokenizer: "Tokenizer") -> None:
    assert prompt_text(tokenizer, CHAT) == (
        "<|im_start|>system\nSay what is felt.<|im_end|>\n"
        "<|im_start|>user\nI won!<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    )
    assert tokenizer.decode(prompt_ids(tokenizer, CHAT)) == prompt_text(tokenizer, CHAT)


@pytest.mark.parametrize("answer", ["joy", "sadness", "very sad", "joy\n", ""])
def test_an_example_is_the_prompt_and_the_answer_as_the_template_writes_them(
    tokenizer: "Tokenizer", answer: str
) -> None:
    chat = tokenized(tokenizer, CHAT, answer)
    whole = tokenizer.apply_chat_template(
        [{"role": m.role, "content": m.content} for m in (*CHAT, Message("assistant", answer))],
        tokenize=False,
        enable_thinking=False,
    )
    assert f"{tokenizer.decode(chat.input_ids)}\n" == whole
    assert list(chat.prompt) == prompt_ids(tokenizer, CHAT), "decoding begins where the loss begins"
    assert list(chat.completion) == completion_ids(tokenizer, answer)
    assert chat.completion[-1] == tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert chat.targets == [IGNORED] * len(chat.prompt) + list(chat.completion)
    assert sum(chat.completion_mask) == len(chat.completion)


def test_the_turn_ends_as_the_template_says_whatever_ends_a_sequence(tokenizer: "Tokenizer") -> None:
    tokenizer.eos_token = "<|endoftext|>"
    assert end_of_turn(tokenizer) == tokenizer.convert_tokens_to_ids("<|im_end|>")


def test_a_template_that_ends_no_turn_takes_the_end_of_the_sequence(tokenizer: "Tokenizer") -> None:
    tokenizer.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    assert end_of_turn(tokenizer) == tokenizer.eos_token_id


def test_what_begins_a_sequence_is_written_once(tokenizer: "Tokenizer") -> None:
    """By the template; a tokenizer that adds it again would show the model two."""
    tokenizer.chat_template = "<|endoftext|>{% for m in messages %}{{ m.content }}{% endfor %}"
    assert prompt_ids(tokenizer, CHAT).count(tokenizer.encode("<|endoftext|>")[0]) == 1


def test_a_template_without_system_messages_gets_them_in_the_first_users(tokenizer: "Tokenizer") -> None:
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "[{{ m.role }}] {{ m.content }}\n{% endfor %}"
    )
    assert prompt_text(tokenizer, CHAT) == "[user] Say what is felt.\n\nI won!\n"
    with pytest.raises(LanguageModelError, match="refuses the chat: no system"):
        prompt_text(tokenizer, CHAT[:1])


def test_no_template_is_told(tokenizer: "Tokenizer") -> None:
    tokenizer.chat_template = None
    with pytest.raises(LanguageModelError, match="has no chat template; take an instruction-tuned model"):
        prompt_ids(tokenizer, CHAT)
