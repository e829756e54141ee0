"""Log-probabilities of whole label strings from a server: prompt and label go in, and what they cost comes back.

`/tokenize` (vLLM and its kin) writes the chat as the model reads it; `/v1/completions` with `echo` gives the
log-probability of each token of prompt and label, for all labels in one request. A label's score is the sum over its
tokens and the one that ends the turn, as in the adapter `hf`: the probability that the model answers this and stops.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, isnan
from typing import Any, TypeVar

from sentio.llms.base import Usage
from sentio.llms.client import Client, Refused, Unanswered, used
from sentio.llms.label_scores import distribution
from sentio.llms.retries import Retries

Messages = Sequence[dict[str, str]]
T = TypeVar("T")
WITHOUT_THINKING = {"enable_thinking": False}
FEW = Retries(attempts=3)
"""Of a server that has not shown yet that it has these endpoints: where it has none, some answer 500."""


class CannotEcho(Exception):
    """A server without these endpoints, or one that takes `echo` and does not do it."""


@dataclass
class Echo:
    """What is known of a server's echo: whether it `works`, None before the first answer; labels as tokens."""

    works: bool | None = None
    labels: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class EchoScores:
    """Scores of one model behind one server. Labels are put into tokens once."""

    client: Client
    model: str
    echo: Echo

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
            (scores, usage), failures = await self._post(
                f"{self.client.url}/completions", body, lambda answer: _scores(answer, lengths)
            )
        except Refused as refused:
            words = refused.complaint.words
            if refused.status in {404, 405, 501} or "echo" in words or "logprobs" in words:
                raise CannotEcho from refused
            raise
        self.echo.works = True
        return distribution(scores), usage, failed + failures

    async def _ending(self, choice: str) -> list[int]:
        """The tokens of a label and the one that ends the turn after it, as far as the chat template has one."""
        labels = self.echo.labels
        if choice not in labels:
            label, _ = await self._tokens({"prompt": choice, "add_special_tokens": False})
            asked = {"role": "user", "content": "?"}
            open_turn, _ = await self._tokens({"messages": [asked], "add_generation_prompt": True})
            turns = [asked, {"role": "assistant", "content": choice}]
            closed_turn, _ = await self._tokens({"messages": turns, "add_generation_prompt": False})
            known = open_turn + label
            end = closed_turn[len(known) : len(known) + 1] if closed_turn[: len(known)] == known else []
            labels[choice] = label + end
        return labels[choice]

    async def _tokens(self, what: dict[str, Any]) -> tuple[list[int], int]:
        body = {"model": self.model, "chat_template_kwargs": WITHOUT_THINKING, **what}
        if "prompt" in what:
            del body["chat_template_kwargs"]
        try:
            # It stands beside the API, not in it: http://host:port/tokenize.
            return await self._post(f"{self.client.url.removesuffix('/v1')}/tokenize", body, _ids)
        except Refused as refused:
            raise CannotEcho from refused

    async def _post(self, url: str, body: object, read: Callable[[Any], T]) -> tuple[T, int]:
        """As `Client.post`. That a server fails is its inability, unless it has scored before."""
        if self.echo.works:
            return await self.client.post(url, body, read)
        try:
            return await replace(self.client, retries=FEW).post(url, body, read)
        except Unanswered as failed:
            raise CannotEcho from failed


def _ids(answer: Any) -> list[int]:  # noqa: ANN401
    """The tokens. Raises `CannotEcho` where there are none: some servers know this address by another meaning."""
    tokens = answer.get("tokens")
    if not tokens:
        raise CannotEcho
    return [int(token) for token in tokens]


def _scores(answer: Any, lengths: Sequence[tuple[int, int]]) -> tuple[list[float], Usage]:  # noqa: ANN401
    """Sums over the tokens of each label. Raises `CannotEcho` where only new tokens, or no numbers, came back."""
    by_index = {int(choice["index"]): choice.get("logprobs") for choice in answer["choices"]}
    scores = []
    for number, (start, stop) in enumerate(lengths):
        told = (by_index[number] or {}).get("token_logprobs") or ()
        label = told[start:stop]
        if len(label) < stop - start or not all(isinstance(logprob, int | float) for logprob in label):
            raise CannotEcho
        scores.append(fsum(label))
    if any(map(isnan, scores)):
        raise CannotEcho
    return scores, used(answer)
