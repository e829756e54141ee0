"""Log-probabilities of whole label strings from a server: prompt and label go in, and what they cost comes back.

`/tokenize` (vLLM and its kin) writes the chat as the model reads it; `/v1/completions` with `echo` gives the
log-probability of each token of prompt and label, for all labels in one request. A label's score is the sum over its
tokens and the one that ends the turn, as in the adapter `hf`: the probability that the model answers this and stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from sentio.llms.base import Usage
from sentio.llms.client import Client, Refused
from sentio.llms.label_scores import distribution

Messages = Sequence[dict[str, str]]
WITHOUT_THINKING = {"enable_thinking": False}


class CannotEcho(Exception):
    """A server without these endpoints, or one that takes `echo` and does not do it."""


@dataclass
class EchoScores:
    """Scores of one model behind one server. Labels are put into tokens once."""

    client: Client
    model: str
    labels: dict[str, list[int]] = field(default_factory=dict)

    async def probabilities(self, messages: Messages, choices: Sequence[str]) -> tuple[tuple[float, ...], Usage, int]:
        """The distribution over the choices, the tokens it took, and how many requests failed on the way.

        Raises `CannotEcho` where the server cannot do it, `Refused` where it can but not for this question.
        """
        prompt, failed = await self._tokens({"messages": list(messages), "add_generation_prompt": True})
        endings = [await self._ending(choice) for choice in choices]
        body = {
            "model": self.model,
            "prompt": [prompt + ending for ending in endings],
            "echo": True,
            "logprobs": 1,
            "temperature": 0,
            "max_tokens": 1,  # some servers take no 0
        }
        lengths = [(len(prompt), len(prompt) + len(ending)) for ending in endings]
        try:
            (scores, usage), failures = await self.client.post(
                f"{self.client.url}/completions", body, lambda answer: _scores(answer, lengths)
            )
        except Refused as refused:
            if refused.status in {404, 405, 501} or "echo" in refused.words or "logprobs" in refused.words:
                raise CannotEcho from refused
            raise
        return distribution(scores), usage, failed + failures

    async def _ending(self, choice: str) -> list[int]:
        """The tokens of a label and the one that ends the turn after it, as far as the chat template has one."""
        if choice not in self.labels:
            label, _ = await self._tokens({"prompt": choice, "add_special_tokens": False})
            asked = {"role": "user", "content": "?"}
            open_turn, _ = await self._tokens({"messages": [asked], "add_generation_prompt": True})
            turns = [asked, {"role": "assistant", "content": choice}]
            closed_turn, _ = await self._tokens({"messages": turns, "add_generation_prompt": False})
            known = open_turn + label
            end = closed_turn[len(known) : len(known) + 1] if closed_turn[: len(known)] == known else []
            self.labels[choice] = label + end
        return self.labels[choice]

    async def _tokens(self, what: dict[str, Any]) -> tuple[list[int], int]:
        body = {"model": self.model, "chat_template_kwargs": WITHOUT_THINKING, **what}
        if "prompt" in what:
            del body["chat_template_kwargs"]
        try:
            # It stands beside the API, not in it: http://host:port/tokenize.
            return await self.client.post(f"{self.client.url.removesuffix('/v1')}/tokenize", body, _ids)
        except Refused as refused:
            raise CannotEcho from refused


def _ids(answer: Any) -> list[int]:  # noqa: ANN401
    tokens = [int(token) for token in answer["tokens"]]
    if not tokens:
        raise ValueError("no tokens")
    return tokens


def _scores(answer: Any, lengths: Sequence[tuple[int, int]]) -> tuple[list[float], Usage]:  # noqa: ANN401
    """Sums over the tokens of each label. Raises `CannotEcho` where only new tokens came back."""
    by_index = {int(choice["index"]): choice["logprobs"]["token_logprobs"] for choice in answer["choices"]}
    scores = []
    for number, (start, stop) in enumerate(lengths):
        logprobs = by_index[number]
        if len(logprobs) < stop:
            raise CannotEcho
        scores.append(fsum(map(float, logprobs[start:stop])))
    used = answer.get("usage") or {}
    return scores, Usage(int(used.get("prompt_tokens", 0)), int(used.get("completion_tokens", 0)))
