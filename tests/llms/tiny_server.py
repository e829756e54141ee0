"""A server of the tiny Qwen3 model, with the parts of the API that vLLM has and others lack."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.llms.servers import Reply, written

CONTEXT = 512


@dataclass
class TinyServer:
    """Answers requests as a server with these `features`: "tokenize", "echo", "logprobs"; refuses what it lacks."""

    folder: Path
    features: frozenset[str]

    def __post_init__(self) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.model = AutoModelForCausalLM.from_pretrained(self.folder)  # comes without dropout
        self.tokenizer = AutoTokenizer.from_pretrained(self.folder)
        self.lock = threading.Lock()

    def __call__(self, path: str, body: Any) -> Reply:  # noqa: ANN401
        routes: dict[str, Callable[[Any], Reply]] = {"/v1/chat/completions": self.chat}
        if "tokenize" in self.features:
            routes["/tokenize"] = self.tokenize
        if "echo" in self.features:
            routes["/v1/completions"] = self.echo
        if path == "/v1/models":
            return Reply({"data": [{"id": "tiny"}]})
        if path not in routes:
            return Reply({"detail": "Not Found"}, 404)
        with self.lock:
            return routes[path](body)

    def tokenize(self, body: Any) -> Reply:  # noqa: ANN401
        if "prompt" in body:
            return Reply({"tokens": self.tokenizer.encode(body["prompt"], add_special_tokens=False)})
        return Reply({"tokens": self._prompt(body)})

    def echo(self, body: Any) -> Reply:  # noqa: ANN401
        assert body["echo"]
        assert body["max_tokens"] == 1
        if max(map(len, body["prompt"])) > CONTEXT:
            return self._too_long()
        choices = [
            {"index": number, "text": "", "logprobs": {"token_logprobs": [None, *self._logprobs(ids), -1.0]}}
            for number, ids in enumerate(body["prompt"])
        ]
        tokens = sum(map(len, body["prompt"]))
        return Reply({"choices": choices[::-1], "usage": {"prompt_tokens": tokens, "completion_tokens": len(choices)}})

    def chat(self, body: Any) -> Reply:  # noqa: ANN401
        if "logprobs" in body and "logprobs" not in self.features:
            return Reply({"error": {"message": "logprobs is not supported"}}, 400)
        ids = self._prompt(body)
        if len(ids) > CONTEXT:
            return self._too_long()
        text, content = "", []
        for _ in range(body["max_tokens"]):
            place = self._next(ids)
            token = max(place, key=lambda entry: entry["logprob"])
            ids = [*ids, token.pop("id")]
            top = [{"token": entry["token"], "logprob": entry["logprob"]} for entry in place]
            content.append({**token, "top_logprobs": top})
            if token["token"] == "<|im_end|>":
                break
            text += token["token"]
        return Reply(written(text, logprobs={"content": content} if "logprobs" in body else None))

    def _next(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        import torch

        with torch.inference_mode():
            logprobs = self.model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)
        values, tokens = logprobs.topk(20)
        pairs = zip(tokens.tolist(), values.tolist(), strict=True)
        return [{"id": token, "token": self.tokenizer.decode([token]), "logprob": value} for token, value in pairs]

    def _logprobs(self, ids: Sequence[int]) -> list[float]:
        import torch

        with torch.inference_mode():
            logprobs = self.model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
        picked: list[float] = logprobs[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].tolist()
        return picked

    def _prompt(self, body: Any) -> list[int]:  # noqa: ANN401
        text = self.tokenizer.apply_chat_template(
            body["messages"],
            tokenize=False,
            add_generation_prompt=body.get("add_generation_prompt", True),
            **body.get("chat_template_kwargs", {}),
        )
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False)
        return ids

    def _too_long(self) -> Reply:
        return Reply({"error": {"message": f"This model's maximum context length is {CONTEXT} tokens."}}, 400)
