"""A chat as the tokens a model was made for: one rendering for training, scoring and decoding.

The model's own template is used, with thinking switched off where it has such a switch (Qwen3), because an answer
must follow at once. Prompt and answer are tokenised apart and joined, so the boundary that masks the loss in training
is the one at which decoding begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sentio.errors import LanguageModelError
from sentio.llms.characters import whole_characters
from sentio.prompts.message import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase as Tokenizer

IGNORED = -100
"""The target of a token that carries no loss: `ignore_index` of torch's cross-entropy."""


@dataclass(frozen=True)
class TokenizedChat:
    """A chat with its answer in tokens: `prompt` ends where the model begins to speak, `completion` is what it
    should say and the token that ends its turn.

    >>> chat = TokenizedChat(prompt=(5, 6, 7), completion=(8, 2))
    >>> chat.input_ids, chat.targets, chat.completion_mask
    ([5, 6, 7, 8, 2], [-100, -100, -100, 8, 2], [0, 0, 0, 1, 1])
    """

    prompt: tuple[int, ...]
    completion: tuple[int, ...]

    @property
    def input_ids(self) -> list[int]:
        """Prompt and completion."""
        return [*self.prompt, *self.completion]

    @property
    def targets(self) -> list[int]:
        """`input_ids` with `IGNORED` for the prompt: the loss is on the completion alone."""
        return [IGNORED] * len(self.prompt) + list(self.completion)

    @property
    def completion_mask(self) -> list[int]:
        """1 for every token of the completion, 0 before; the column trl's trainer reads."""
        return [0] * len(self.prompt) + [1] * len(self.completion)


def prompt_text(tokenizer: "Tokenizer", messages: Sequence[Message]) -> str:
    """The chat up to where the model begins to speak.

    A template that knows no system message gets its words at the head of the first user message. Raises
    `LanguageModelError` where the tokenizer has no template, or its template refuses the chat.
    """
    from jinja2 import TemplateError

    try:
        return _render(tokenizer, messages, answer_follows=True)
    except TemplateError as error:
        merged = _without_system(messages)
        if merged == tuple(messages):
            raise LanguageModelError(f"the chat template of {_name(tokenizer)} refuses the chat: {error}") from error
    try:
        return _render(tokenizer, merged, answer_follows=True)
    except TemplateError as error:
        raise LanguageModelError(f"the chat template of {_name(tokenizer)} refuses the chat: {error}") from error


def prompt_ids(tokenizer: "Tokenizer", messages: Sequence[Message]) -> list[int]:
    """The tokens of `prompt_text`. Raises what it raises."""
    return text_ids(tokenizer, prompt_text(tokenizer, messages))


def completion_ids(tokenizer: "Tokenizer", answer: str) -> list[int]:
    """The tokens of an answer and the one that ends the turn."""
    return [*text_ids(tokenizer, answer), end_of_turn(tokenizer)]


def tokenized(tokenizer: "Tokenizer", messages: Sequence[Message], answer: str) -> TokenizedChat:
    """A training example: the chat and what the model should answer. Raises what `prompt_text` raises."""
    return TokenizedChat(tuple(prompt_ids(tokenizer, messages)), tuple(completion_ids(tokenizer, answer)))


def text_ids(tokenizer: "Tokenizer", text: str) -> list[int]:
    """The tokens of a rendered text, with nothing added: the template has written what begins a sequence."""
    # Not verbose: whoever sends too much for a model is told so by us, in one place.
    ids: list[int] = tokenizer(whole_characters(text), add_special_tokens=False, verbose=False)["input_ids"]
    return ids


@lru_cache(maxsize=8)
def end_of_turn(tokenizer: "Tokenizer") -> int:
    """The token with which the template ends the model's turn; not always the tokenizer's end of sequence.

    Read off the template: the first token that it writes behind an answer, else the end of sequence.
    """
    probe = "0answer0"
    text = _render(tokenizer, (Message("user", "0"), Message("assistant", probe)), answer_follows=False)
    behind = text_ids(tokenizer, text.rpartition(probe)[2].lstrip())
    end = behind[0] if behind else tokenizer.eos_token_id
    if end is None:
        raise LanguageModelError(f"{_name(tokenizer)}: neither its chat template nor its tokenizer ends a turn")
    return int(end)


def _render(tokenizer: "Tokenizer", messages: Sequence[Message], *, answer_follows: bool) -> str:
    if not tokenizer.chat_template:
        raise LanguageModelError(
            f"{_name(tokenizer)} has no chat template; take an instruction-tuned model, or put the model's "
            "chat_template.jinja beside its tokenizer.json"
        )
    text = tokenizer.apply_chat_template(
        [{"role": message.role, "content": message.content} for message in messages],
        tokenize=False,
        add_generation_prompt=answer_follows,
        enable_thinking=False,
    )
    assert isinstance(text, str)
    return text


def _without_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    match tuple(messages):
        case (Message("system", system), Message("user", user), *rest):
            return (Message("user", f"{system}\n\n{user}"), *rest)
        case unchanged:
            return unchanged


def _name(tokenizer: "Tokenizer") -> str:
    return str(tokenizer.name_or_path) or "the tokenizer"
