"""What of the API a server understands, learnt from what it refuses."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sentio.llms.base import Question
from sentio.llms.client import Failed, Refused

LOG = logging.getLogger("sentio.llms")
OPTIONAL = (
    "response_format",
    "logprobs",
    "top_logprobs",
    "chat_template_kwargs",
    "repetition_penalty",
    "seed",
    "top_p",
    "temperature",
    "max_tokens",
)
SAMPLING = frozenset({"repetition_penalty", "seed", "top_p", "temperature", "max_tokens"})
"""Without these the answers are others: their loss is told."""
CONSTRAINTS = ("response_format", "logprobs", "top_logprobs")
"""What a server may refuse without saying that it is this."""
NOT_TAKEN = re.compile(r"support|recogni[sz]ed|unknown|unexpected|unused|extra|permitted|allowed|invalid", re.I)
BAD_VALUE = re.compile(
    r"too (?:large|long|high|big|many|small|low)|at (?:most|least)|must be|between|range|maximum|minimum|exceed"
    r"|(?:less|greater|larger) than",
    re.I,
)
"""A field that is known and whose value is refused: without it the answer would be another one than was asked for."""
TOO_LONG = re.compile(
    r"context|too (?:long|many tokens)|(?<!tokens is )too large|maximum.{0,20}(?:length|tokens)|prompt is longer", re.I
)
TOP = 20
"""Likeliest tokens asked for: the most that OpenAI and vLLM give by default."""


@dataclass
class Dialect:
    """The fields a server does not take, and its name for the longest answer."""

    missing: set[str] = field(default_factory=set)
    limit: str = "max_tokens"

    def on_trial(self) -> "Dialect":
        """A copy that may learn without consequence."""
        return replace(self, missing=set(self.missing))

    def adopt(self, trial: "Dialect", server: str) -> None:
        """Hold from now on what was tried and answered; says so on the log where it changes the sampling."""
        if lost := sorted((trial.missing - self.missing) & SAMPLING):
            LOG.warning("%s does not take %s; left out from now on", server, ", ".join(lost))
        self.missing |= trial.missing
        self.limit = trial.limit

    def takes(self, name: str) -> bool:
        return name not in self.missing

    def body(self, model: str, question: Question, messages: list[dict[str, str]]) -> dict[str, Any]:
        """A request for a chat completion. What is the server's default is left unsaid."""
        sampling = question.sampling
        fields: dict[str, Any] = {
            "model": model,
            "messages": messages,
            "temperature": sampling.temperature,
            self.limit: sampling.max_tokens,
            # Servers of open models think aloud by default where the model can; the answer is all that is asked for.
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if sampling.top_p != 1.0:
            fields["top_p"] = sampling.top_p
        if sampling.repetition_penalty != 1.0:
            fields["repetition_penalty"] = sampling.repetition_penalty
        if sampling.seed is not None:
            fields["seed"] = sampling.seed + question.sample
        return self.spoken(fields)

    def spoken(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what the server does not take."""
        return {name: value for name, value in body.items() if name not in self.missing}

    def learn(self, refused: Refused, body: Mapping[str, Any]) -> bool:
        """Whether the refusal is about a field of the body that can be left out; it will be from now on."""
        words = refused.complaint.words
        if refused.status not in {400, 422} or not NOT_TAKEN.search(words) or BAD_VALUE.search(words):
            return False
        if "max_completion_tokens" in words and self.limit == "max_tokens":
            self.limit = "max_completion_tokens"
            return True
        named = {name for name in OPTIONAL if name in body and _is_named(name, refused, body)}
        self.missing |= named
        return bool(named)


def too_long(refused: Refused) -> bool:
    """Whether a question is refused for its length."""
    return refused.status in {400, 413, 422} and TOO_LONG.search(refused.complaint.words) is not None


def told(failed: Failed) -> str:
    """What the error of a question says that the server does not answer."""
    if isinstance(failed, Refused) and too_long(failed):
        return f"longer than the model's context: {failed.complaint.told}"
    return str(failed)


def _is_named(name: str, refused: Refused, body: Mapping[str, Any]) -> bool:
    """Whether the refusal is about this field. A server that says so apart is believed; else its words are searched,
    in which it may quote the chat."""
    if refused.complaint.fields:
        return name in refused.complaint.fields
    field_name = re.compile(rf"\b{name}\b")
    quoted = any(field_name.search(message["content"]) for message in body["messages"])
    return not quoted and field_name.search(refused.complaint.words) is not None
