"""A Qwen3 model of 100,000 random weights with a tokenizer of its own, made in a second where a test needs one.

It has the parts that matter to a caller: byte-level pieces (so labels have one token or several), the special
tokens of Qwen, a chat template with Qwen3's switch for thinking, tied embeddings, grouped query heads. It knows
nothing: every test of what it says compares it with itself.
"""

from itertools import product
from pathlib import Path

SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHAT_TEMPLATE = """\
{%- for message in messages -%}
    {{- '<|im_start|>' + message.role + '\\n' -}}
    {%- if message.role == 'assistant' and loop.last and not add_generation_prompt -%}
        {{- '<think>\\n\\n</think>\\n\\n' -}}
    {%- endif -%}
    {{- message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|im_start|>assistant\\n' -}}
    {%- if enable_thinking is defined and enable_thinking is false -%}
        {{- '<think>\\n\\n</think>\\n\\n' -}}
    {%- endif -%}
{%- endif -%}
"""
_WHO = "I You She He They We Nobody Everyone Maria Tom".split()
_DID = "missed found broke lost won forgot painted sold carried answered".split()
_WHAT = "the train|my keys|that cup|our game|your letter|the old boat|this question|a lemon cake".split("|")
_FEELS = "neutral happy sad angry excited frustrated joy surprise".split()
_FEELS += "fear disgust anger sadness joyful powerful peaceful".split()


def build(folder: Path, seed: int = 0) -> Path:
    """Saves model and tokenizer into `folder`, the same bytes for the same seed, and returns it.

    `AutoModelForCausalLM` and `AutoTokenizer` load it; weights are safetensors.
    """
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    vocabulary = _save_tokenizer(folder)
    config = Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=2,
        pad_token_id=0,
        dtype="float32",
        # Larger than the customary 0.02: answers then differ visibly from one prompt to the next.
        initializer_range=0.2,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen3ForCausalLM(config)
    model.generation_config.eos_token_id = [2, 0]
    model.generation_config.pad_token_id = 0
    model.save_pretrained(folder)
    return folder


def _save_tokenizer(folder: Path) -> int:
    """Trains byte-level pieces on invented sentences; the size of the vocabulary."""
    from tokenizers import AddedToken
    from transformers import Qwen2Tokenizer

    empty = Qwen2Tokenizer(vocab={token: i for i, token in enumerate(SPECIAL_TOKENS)}, merges=[])
    train = empty.train_new_from_iterator
    tokenizer = train(_sentences(), 1024, new_special_tokens=list(SPECIAL_TOKENS))  # type: ignore[no-untyped-call]
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
    tokenizer.eos_token, tokenizer.pad_token = "<|im_end|>", "<|endoftext|>"
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.model_max_length = 2048
    tokenizer.save_pretrained(folder)
    return len(tokenizer)


def _sentences() -> list[str]:
    lines = [
        f"{who} {did} {what} and said: what a {feels} day, I am {feels}!"
        for (who, did, what), feels in zip(product(_WHO, _DID, _WHAT), _FEELS * 100, strict=False)
    ]
    # Bare labels of the first half become one piece each, the others stay several.
    return lines + _FEELS[:7] * 9
