"""A model in this process, by vLLM: `vllm/PATH` is a folder with a model or with a LoRA adapter.

For many questions on a GPU. vLLM keeps what prompts begin with alike by itself; labels are scored by asking, behind a
prompt and each inner node of the labels' tree, for the log-probabilities of the tokens that may follow there
(`logprob_token_ids`), which reads that cache, while `prompt_logprobs` would pass it by.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sentio.card import Card
from sentio.errors import LanguageModelError
from sentio.llms.address import Address
from sentio.llms.base import Json, LanguageModel, Sampling
from sentio.llms.chat_template import end_of_turn
from sentio.llms.checkpoint import ADAPTER, base_of, load_tokenizer, name_of, told
from sentio.llms.in_process import InProcess, Written
from sentio.llms.label_tree import LabelTree, Logprobs, label_tree

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase as Tokenizer

card = Card(
    title="vLLM",
    summary="Runs a model or a LoRA adapter from a folder (vllm/PATH) by vLLM in this process: many questions, a GPU.",
    extra="vllm",
)

RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Largest ranks that vLLM can be told to expect (vllm/config/lora.py)."""
MOST_TOKENS = 128
"""Tokens a request may ask the log-probabilities of (vllm/sampling_params.py, MAX_LOGPROB_TOKEN_IDS)."""
Ids = Sequence[int]


def load(address: Address, concurrency: int) -> LanguageModel:
    """The model in the folder `address.model`. vLLM batches by itself; `concurrency` is a 16th of what it is given."""
    if address.url is not None:
        raise LanguageModelError(f"{address}: a model in this process has no URL; write vllm/{address.model}")
    folder = Path(address.model)
    import vllm

    base = base_of(folder)
    with told(folder):
        adapter = _adapter(folder) if base != folder else None
        engine = vllm.LLM(
            model=str(base),
            tokenizer=str(base),
            load_format="safetensors",
            trust_remote_code=False,
            enable_prefix_caching=True,
            # Of all tokens, before any are ruled out.
            logprobs_mode="raw_logprobs",
            **({} if adapter is None else {"enable_lora": True, "max_lora_rank": adapter}),
        )
        tokenizer = load_tokenizer(folder, base)
    lora = None if adapter is None else str(folder)
    return InProcess(Vllm(engine, tokenizer, f"vllm/{name_of(folder, base)}", lora, concurrency))


class Vllm:
    """vLLM as the engine of an `InProcess` model; `lora` is the folder of an adapter."""

    def __init__(self, llm: Any, tokenizer: "Tokenizer", name: str, lora: str | None, concurrency: int) -> None:  # noqa: ANN401
        from vllm.lora.request import LoRARequest

        self.llm, self.tokenizer, self.name = llm, tokenizer, name
        self.lora = None if lora is None else LoRARequest("adapter", 1, lora)
        self.context = int(llm.llm_engine.model_config.max_model_len)
        # A call ends with its slowest answer: many questions a call keep the GPU busy until then.
        self.ahead = 16 * concurrency

    def write(
        self, prompts: Sequence[Ids], sampling: Sampling, samples: Sequence[int], schema: Json | None
    ) -> Iterator[tuple[int, Written | None]]:
        """See `Engine.write`; vLLM keeps the model to the schema."""
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams

        end = end_of_turn(self.tokenizer)
        params = [
            SamplingParams(
                temperature=sampling.temperature,
                top_p=sampling.top_p,
                repetition_penalty=sampling.repetition_penalty,
                max_tokens=sampling.max_tokens,
                # Draws of the same question differ, and are the same again.
                seed=None if sampling.seed is None else sampling.seed + sample,
                stop_token_ids=[end],
                structured_outputs=None if schema is None else StructuredOutputsParams(json=json.dumps(schema)),
            )
            for sample in samples
        ]
        for i, output in enumerate(self._generate(prompts, params)):
            (answer,) = output.outputs
            yield i, Written(answer.text, len(answer.token_ids), answer.finish_reason == "stop")

    def label_logprobs(self, prompts: Sequence[Ids], labels: Sequence[Ids]) -> Logprobs:
        """See `label_scoring.label_logprobs`."""
        tree = label_tree(labels)
        asked = _asked(tree)
        requests = [[*prompt, *tree.nodes[node]] for prompt in prompts for node, _ in asked]
        params = [_scoring(tree.targets[edges].tolist()) for _, edges in asked] * len(prompts)
        scores = np.full((len(prompts), len(tree.targets)), np.nan)
        for i, output in enumerate(self._generate(requests, params)):
            prompt, (_, edges) = i // len(asked), asked[i % len(asked)]
            given = output.outputs[0].logprobs[0]
            for edge in edges:
                if (token := int(tree.targets[edge])) not in given:
                    raise LanguageModelError('this vLLM scores no given tokens; it needs: pip install "vllm>=0.32"')
                scores[prompt, edge] = given[token].logprob
        paths: Logprobs = np.where(tree.paths >= 0, scores[:, tree.paths], np.nan)
        return paths

    def _generate(self, prompts: Sequence[Ids], params: Sequence[Any]) -> Sequence[Any]:
        asked = [{"prompt_token_ids": list(ids)} for ids in prompts]
        outputs: Sequence[Any] = self.llm.generate(asked, list(params), use_tqdm=False, lora_request=self.lora)
        return outputs


def _asked(tree: LabelTree) -> list[tuple[int, list[int]]]:
    """Each inner node and the edges from it, in as many requests as it takes."""
    follow: dict[int, list[int]] = {}
    for edge, node in enumerate(tree.parents.tolist()):
        follow.setdefault(node, []).append(edge)
    return [
        (node, edges[start : start + MOST_TOKENS])
        for node, edges in follow.items()
        for start in range(0, len(edges), MOST_TOKENS)
    ]


def _scoring(tokens: list[int]) -> object:
    """What asks for the log-probabilities of these tokens as the next one."""
    from vllm import SamplingParams

    # The token that is drawn has to be one of those asked for: it would take the place of the last one.
    return SamplingParams(temperature=0.0, max_tokens=1, logprob_token_ids=tokens, allowed_token_ids=tokens)


def _adapter(folder: Path) -> int:
    """The smallest rank that vLLM can be told and that the adapter fits in."""
    rank = int(json.loads((folder / ADAPTER).read_text("utf8"))["r"])
    return next((most for most in RANKS if most >= rank), rank)
