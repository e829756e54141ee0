"""vLLM cannot run here: a module of its shape stands in, strict in its arguments, with a real model behind it."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from sentio import llms
from sentio.errors import LanguageModelError, MissingExtra
from sentio.llms import vllm as adapter
from sentio.llms.base import Answer, Question, Sampling
from sentio.prompts.message import Message

torch = pytest.importorskip("torch")

CHOICES = ("joy", "joyful", "sadness", "anger", "neutral")
CALLS: list[tuple[Sequence[int], "SamplingParams", object]] = []
OPENED: list[dict[str, object]] = []


@dataclass
class StructuredOutputsParams:
    """vllm/sampling_params.py: one constraint."""

    json: str | None = None
    choice: list[str] | None = None


@dataclass
class SamplingParams:
    """vllm/sampling_params.py, with the names and the checks that matter here."""

    temperature: float = 1.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    max_tokens: int = 16
    seed: int | None = None
    stop_token_ids: list[int] | None = None
    logprobs: int | None = None
    logprob_token_ids: list[int] | None = None
    allowed_token_ids: list[int] | None = None
    structured_outputs: StructuredOutputsParams | None = None

    def __post_init__(self) -> None:
        assert self.logprob_token_ids is None or 0 < len(self.logprob_token_ids) <= 128


@dataclass
class LoRARequest:
    """vllm/lora/request.py."""

    lora_name: str
    lora_int_id: int
    lora_path: str


class LLM:
    """vllm/entrypoints/llm.py: greedy words and raw log-probabilities of a model on the CPU."""

    def __init__(
        self,
        model: str,
        *,
        tokenizer: str,
        load_format: str,
        trust_remote_code: bool,
        enable_prefix_caching: bool,
        logprobs_mode: str,
        enable_lora: bool = False,
        max_lora_rank: int = 16,
    ) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        OPENED.append({"load_format": load_format, "trust": trust_remote_code, "prefix": enable_prefix_caching})
        OPENED[-1] |= {"mode": logprobs_mode, "lora": enable_lora, "rank": max_lora_rank}
        if (Path(model) / "broken").exists():
            raise ValueError("The model's architecture is not supported\nfor now")
        self.model: Any = AutoModelForCausalLM.from_pretrained(model)
        self.tokenizer = AutoTokenizer.from_pretrained(tokenizer)
        self.llm_engine = SimpleNamespace(model_config=SimpleNamespace(max_model_len=2048))

    def generate(
        self,
        prompts: list[dict[str, list[int]]],
        sampling_params: list[SamplingParams],
        *,
        use_tqdm: bool,
        lora_request: LoRARequest | None,
    ) -> list[SimpleNamespace]:
        assert len(prompts) == len(sampling_params)
        assert not use_tqdm
        asked = [prompt["prompt_token_ids"] for prompt in prompts]
        CALLS.extend((ids, params, lora_request) for ids, params in zip(asked, sampling_params, strict=True))
        return [self._output(ids, params) for ids, params in zip(asked, sampling_params, strict=True)]

    def _output(self, ids: list[int], params: SamplingParams) -> SimpleNamespace:
        if params.logprob_token_ids is None:
            output = self.model.generate(input_ids=torch.tensor([ids]), max_new_tokens=params.max_tokens)
            new = output[0, len(ids) :].tolist()
            ended = new[-1] in (params.stop_token_ids or [])
            text = self.tokenizer.decode(new, skip_special_tokens=True)
            answer = SimpleNamespace(text=text, token_ids=new, finish_reason="stop" if ended else "length")
            return SimpleNamespace(outputs=[answer])
        with torch.no_grad():
            logprobs = self.model(input_ids=torch.tensor([ids])).logits[0, -1].log_softmax(-1)
        drawn = max(params.allowed_token_ids or range(len(logprobs)), key=lambda token: float(logprobs[token]))
        # The first place is that of the token drawn; one that was not asked for costs the last one that was.
        given = [drawn, *(token for token in params.logprob_token_ids if token != drawn)]
        table = {
            token: SimpleNamespace(logprob=float(logprobs[token])) for token in given[: len(params.logprob_token_ids)]
        }
        return SimpleNamespace(outputs=[SimpleNamespace(logprobs=[table])])


@pytest.fixture(autouse=True)
def _vllm(monkeypatch: pytest.MonkeyPatch) -> None:
    modules: dict[str, dict[str, object]] = {
        "vllm": {"LLM": LLM, "SamplingParams": SamplingParams},
        "vllm.sampling_params": {"StructuredOutputsParams": StructuredOutputsParams},
        "vllm.lora": {},
        "vllm.lora.request": {"LoRARequest": LoRARequest},
    }
    for name, contents in modules.items():
        module: Any = ModuleType(name)
        module.__dict__.update(contents)
        monkeypatch.setitem(sys.modules, name, module)
    CALLS.clear()
    OPENED.clear()


def chat(text: str) -> tuple[Message, ...]:
    return (Message("system", "Say what is felt."), Message("user", text))


def answers(address: str, questions: Sequence[Question]) -> dict[str, Answer]:
    return {answer.question.id: answer for answer in llms.open(address).ask(questions)}


def test_labels_get_the_scores_that_transformers_gives(tiny_qwen3: Path) -> None:
    questions = [Question(text, chat(text), CHOICES) for text in ("I won!", "No." * 30, "Hm.")]
    here, there = answers(f"vllm/{tiny_qwen3}", questions), answers(f"hf/{tiny_qwen3}", questions)
    for id, answer in here.items():
        assert answer.probabilities == pytest.approx(there[id].probabilities, abs=1e-5)
        assert answer.choice == there[id].choice
    assert OPENED == [
        {
            "load_format": "safetensors",
            "trust": False,
            "prefix": True,
            "mode": "raw_logprobs",
            "lora": False,
            "rank": 16,
        }
    ]


def test_more_tokens_than_a_request_may_score(tiny_qwen3: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answers(f"vllm/{tiny_qwen3}", [Question("1", chat("Hm."), CHOICES)])
    requests = len(CALLS)
    monkeypatch.setattr(adapter, "MOST_TOKENS", 2)
    parts = answers(f"vllm/{tiny_qwen3}", [Question("1", chat("Hm."), CHOICES)])
    assert parts["1"].probabilities == pytest.approx(whole["1"].probabilities, abs=1e-6)
    assert len(CALLS) - requests > requests


def test_words_and_how_they_are_asked_for(tiny_qwen3: Path) -> None:
    sampling = Sampling(max_tokens=6, top_p=0.9, seed=5)
    questions = [Question(str(n), chat("Oh."), sampling=sampling, sample=n) for n in (0, 1)]
    here, there = answers(f"vllm/{tiny_qwen3}", questions), answers(f"hf/{tiny_qwen3}", questions)
    assert {id: answer.text for id, answer in here.items()} == {id: answer.text for id, answer in there.items()}
    assert here["0"].usage == there["0"].usage
    (ids, first, lora), (_, second, _) = CALLS
    assert (first.max_tokens, first.top_p, first.seed, second.seed) == (6, 0.9, 5, 6)
    assert first.stop_token_ids == [2], "the end of the turn"
    assert (first.structured_outputs, lora) == (None, None)
    assert here["0"].usage.prompt_tokens == len(ids)


def test_json_is_kept_to_its_schema_by_vllm_and_checked_by_us(tiny_qwen3: Path) -> None:
    schema = {"type": "object", "required": ["a"]}
    question = Question("1", chat("?"), schema=schema, sampling=Sampling(max_tokens=4))
    (answer,) = answers(f"vllm/{tiny_qwen3}", [question]).values()
    constraint = CALLS[0][1].structured_outputs
    assert constraint is not None
    assert constraint.json is not None
    assert json.loads(constraint.json) == schema
    assert answer.error is not None
    assert (answer.attempts, len(CALLS)) == (2, 2)


@pytest.mark.parametrize(("rank", "told"), [(4, 8), (16, 16), (20, 32)])
def test_an_adapter_goes_with_every_request(tiny_qwen3: Path, tmp_path: Path, rank: int, told: int) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(tiny_qwen3), "r": rank}))
    (tmp_path / "adapter_model.safetensors").touch()
    answers(f"vllm/{tmp_path}", [Question("1", chat("?"), CHOICES)])
    assert (OPENED[0]["lora"], OPENED[0]["rank"]) == (True, told)
    assert all(lora == LoRARequest("adapter", 1, str(tmp_path)) for _, _, lora in CALLS)


def test_a_vllm_that_scores_no_given_tokens_is_told(tiny_qwen3: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = SimpleNamespace(outputs=[SimpleNamespace(logprobs=[{}])])
    monkeypatch.setattr(LLM, "_output", lambda self, ids, params: old)
    with pytest.raises(LanguageModelError, match="scores no given tokens"):
        answers(f"vllm/{tiny_qwen3}", [Question("1", chat("?"), CHOICES)])


def test_what_vllm_says_of_a_model_is_one_line(tiny_qwen3: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "broken").touch()
    with pytest.raises(LanguageModelError, match=r"cannot be loaded: The model's architecture is not supported$"):
        llms.open(f"vllm/{tmp_path}")


def test_without_vllm_the_extra_is_named(tiny_qwen3: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(MissingExtra, match=r'pip install "sentio\[vllm\]"'):
        llms.open(f"vllm/{tiny_qwen3}")


def test_a_server_is_not_in_this_process(tiny_qwen3: Path) -> None:
    with pytest.raises(LanguageModelError, match="a model in this process has no URL"):
        llms.open(f"vllm/{tiny_qwen3}@http://localhost:1/v1")
