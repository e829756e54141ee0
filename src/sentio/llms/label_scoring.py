"""How likely a causal language model is to answer each of given labels, exactly, with all labels in one pass.

The prompt is read once and its keys and values kept; behind it stands the tree of the labels' tokens
(`label_tree.py`), one input token a node, each of which sees the prompt and its own ancestors. What all prompts
begin with alike (the instruction) is read once for all of them.

Two scores (specs/llm-runtime.md, specs/prc-emo.md):

- the sum of the log-probabilities of a label's tokens and of the token that ends the turn: the probability that the
  model answers this label and stops. Default: it is what training on labels as answers makes true, and it is a
  probability, so `joy` gains nothing from being the beginning of `joyful`;
- their mean without the end of the turn, s(y) = (1/|y|) Σ_t log p(y_t | x, y_<t): for models that were not tuned on
  the labels, which find a label spelled in more tokens less likely for its spelling alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np

from sentio.errors import LanguageModelError
from sentio.llms.batches import batches
from sentio.llms.chat_template import completion_ids, text_ids
from sentio.llms.label_tree import LabelTree, Logprobs, label_tree, reduced

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from transformers import DynamicCache, PreTrainedModel
    from transformers import PreTrainedTokenizerBase as Tokenizer

Ids = Sequence[int]

BATCH_TOKENS = 8192
"""Tokens of prompts read at once, with padding; decides memory and speed, not the scores."""


def score_labels(
    model: "PreTrainedModel",
    tokenizer: "Tokenizer",
    prompts: Sequence[Ids],
    labels: Sequence[str],
    *,
    mean: bool = False,
    batch_tokens: int = BATCH_TOKENS,
) -> Logprobs:
    """The score of each label as the answer to each prompt, natural logarithm, shape (prompts, labels).

    `prompts` are tokens as `chat_template.prompt_ids` gives them. Scores are sums that include the end of the turn,
    or with `mean` means over the label's own tokens. A softmax over a row is the distribution over the labels.
    Raises `LanguageModelError` where a prompt or label has no token, or both together exceed the model's context.
    """
    encode = text_ids if mean else completion_ids
    scores = label_logprobs(model, prompts, [encode(tokenizer, label) for label in labels], batch_tokens)
    return reduced(scores, mean=mean)


def label_logprobs(
    model: "PreTrainedModel", prompts: Sequence[Ids], labels: Sequence[Ids], batch_tokens: int = BATCH_TOKENS
) -> Logprobs:
    """log p(token | prompt, tokens of the label before), shape (prompts, labels, longest label), NaN behind a
    label's end.

    The model is put into evaluation for the time of the call; nothing of it changes. Raises as `score_labels` does.
    """
    if not labels or not all(labels):
        raise LanguageModelError("labels to choose from are missing, or one of them is empty")
    longest = max(map(len, labels))
    _check(model, prompts, longest)
    if not prompts:
        return np.empty((0, len(labels), longest))
    if not _takes_own_masks(model):
        return row_by_row(model, prompts, labels, batch_tokens)
    with _evaluating(model):
        return _in_one_pass(model, prompts, label_tree(labels), batch_tokens)


def _check(model: "PreTrainedModel", prompts: Sequence[Ids], longest: int) -> None:
    limit = context_limit(model)
    for prompt in prompts:
        if not prompt:
            raise LanguageModelError("a prompt without a token has no answer")
        if len(prompt) + longest > limit:
            raise LanguageModelError(
                f"a prompt of {len(prompt)} tokens and its labels exceed the model's context of {limit}"
            )


def context_limit(model: "PreTrainedModel") -> int:
    """How many tokens the model can see at once."""
    return int(getattr(model.config.get_text_config(), "max_position_embeddings", None) or 2**31)


@contextmanager
def _evaluating(model: "PreTrainedModel") -> Iterator[None]:
    """Without dropout and gradients, and afterwards as it was: training goes on behind a validation."""
    import torch

    training = model.training
    model.train(False)
    try:
        # Not inference_mode: what a model keeps for itself here must be of use in training.
        with torch.no_grad():
            yield
    finally:
        model.train(training)


def _takes_own_masks(model: "PreTrainedModel") -> bool:
    """Whether one mask of ours can serve every layer: attention over everything, by a kernel that reads masks."""
    config = model.config.get_text_config()
    layers = getattr(config, "layer_types", None) or ["full_attention"]
    return set(layers) == {"full_attention"} and config._attn_implementation in {"sdpa", "eager"}


def _in_one_pass(model: "PreTrainedModel", prompts: Sequence[Ids], tree: LabelTree, batch_tokens: int) -> Logprobs:
    scores = np.full((len(prompts), *tree.paths.shape), np.nan)
    # The last token of each prompt is the root of its tree and stays out of the cache.
    shared = _common_start(prompts)
    start = _read_start(model, prompts[0][:shared]) if shared else None
    # Each node's logits are held for the whole vocabulary: 2**28 numbers are a gigabyte in float32.
    most = max(1, 2**28 // (len(tree.tokens) * model.config.get_text_config().vocab_size))
    for batch in batches([len(prompt) for prompt in prompts], batch_tokens, most):
        rows = [prompts[i] for i in batch]
        edges = _score_batch(model, rows, tree, start, shared)
        scores[batch] = np.where(tree.paths >= 0, edges[:, tree.paths], np.nan)
    return scores


def _common_start(prompts: Sequence[Ids]) -> int:
    """How many tokens all prompts begin with alike, their last ones left out; 0 for a single prompt."""
    if len(prompts) < 2:
        return 0
    first, last = min(map(list, prompts)), max(map(list, prompts))
    most = min(map(len, prompts)) - 1
    return next((i for i in range(most) if first[i] != last[i]), most)


def _read_start(model: "PreTrainedModel", ids: Ids) -> "DynamicCache":
    """Keys and values of what all prompts begin with."""
    import torch
    from transformers import DynamicCache

    cache = DynamicCache(config=model.config)
    model(input_ids=torch.tensor([ids], device=model.device), past_key_values=cache, use_cache=True, logits_to_keep=1)
    return cache


def _score_batch(
    model: "PreTrainedModel", rows: Sequence[Ids], tree: LabelTree, start: "DynamicCache | None", shared: int
) -> Logprobs:
    """Log-probabilities of the tree's edges behind each prompt, shape (rows, edges)."""
    import torch
    from transformers import DynamicCache

    cache = DynamicCache(config=model.config) if start is None else deepcopy(start)
    if start is not None:
        cache.batch_repeat_interleave(len(rows))
    lengths = torch.tensor([len(row) - 1 for row in rows])
    width = int(lengths.max()) - shared
    if width:
        # Padding stands at the right, where no token of a prompt sees it; the tree is kept from it by its mask.
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        for line, row in zip(ids, rows, strict=True):
            line[: len(row) - 1 - shared] = torch.tensor(row[shared:-1])
        positions = torch.arange(shared, shared + width)[None]
        model(
            input_ids=ids.to(model.device),
            position_ids=positions.to(model.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
    nodes = torch.from_numpy(tree.tokens).repeat(len(rows), 1)
    nodes[:, 0] = torch.tensor([row[-1] for row in rows])
    logits = model(
        input_ids=nodes.to(model.device),
        attention_mask=_mask(tree, lengths, shared + width, model.dtype).to(model.device),
        position_ids=(lengths[:, None] + torch.from_numpy(tree.depths)).to(model.device),
        past_key_values=cache,
        use_cache=True,
    ).logits
    logprobs = logits.float().log_softmax(-1)
    edges = logprobs[:, torch.from_numpy(tree.parents), torch.from_numpy(tree.targets)]
    result: Logprobs = edges.double().cpu().numpy()
    return result


def _mask(tree: LabelTree, lengths: "Tensor", width: int, dtype: "torch.dtype") -> "Tensor":
    """What is added to the attention of the nodes: 0 for the prompt and for ancestors, else the lowest number.

    Shape (rows, 1, nodes, width + nodes).
    """
    import torch

    prompt = torch.arange(width)[None, None] < lengths[:, None, None]
    prompt = prompt.expand(-1, len(tree.tokens), -1)
    nodes = torch.from_numpy(tree.sees).expand(len(lengths), -1, -1)
    visible = torch.cat([prompt, nodes], dim=2)[:, None]
    return torch.zeros(visible.shape, dtype=dtype).masked_fill(~visible, torch.finfo(dtype).min)


def row_by_row(
    model: "PreTrainedModel", prompts: Sequence[Ids], labels: Sequence[Ids], batch_tokens: int = BATCH_TOKENS
) -> Logprobs:
    """What `label_logprobs` gives, one row for each prompt and label: for models with sliding windows and kernels
    that read no mask (flash attention), where the tree cannot stand behind the prompt."""
    import torch

    longest = max(map(len, labels))
    scores = np.full((len(prompts), len(labels), longest), np.nan)
    pairs = [(i, j) for i in range(len(prompts)) for j in range(len(labels))]
    lengths = [len(prompts[i]) + len(labels[j]) for i, j in pairs]
    with _evaluating(model):
        for batch in batches(lengths, batch_tokens, len(pairs)):
            # Padded at the left, so that all labels stand at the end and logits are needed there only.
            width = lengths[batch[0]]
            ids = torch.zeros(len(batch), width, dtype=torch.long)
            for row, (i, j) in enumerate(pairs[pair] for pair in batch):
                ids[row, width - len(prompts[i]) - len(labels[j]) :] = torch.tensor([*prompts[i], *labels[j]])
            places = torch.arange(width) - torch.tensor([width - lengths[pair] for pair in batch])[:, None]
            logits = model(
                input_ids=ids.to(model.device),
                attention_mask=(places >= 0).long().to(model.device),
                position_ids=places.clamp(min=0).to(model.device),
                logits_to_keep=longest + 1,
            ).logits
            for row, (i, j) in enumerate(pairs[pair] for pair in batch):
                behind = logits[row, -len(labels[j]) - 1 : -1].float().log_softmax(-1).cpu()
                scores[i, j, : len(labels[j])] = behind.gather(1, torch.tensor([labels[j]]).T)[:, 0].double()
    return scores
