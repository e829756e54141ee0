"""One question to an OpenAI-compatible server: a chat, JSON of a schema, or a choice among labels."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sentio.errors import LanguageModelError, UnknownName
from sentio.llms.answers import fault, parse_json, parse_label, spoken
from sentio.llms.base import Answer, Json, Question, Usage
from sentio.llms.characters import whole_characters
from sentio.llms.client import Client, Failed, Refused, used
from sentio.llms.dialect import CONSTRAINTS, TOP, Dialect, told
from sentio.llms.echo_scores import CannotEcho, EchoScores
from sentio.llms.label_scores import Place, from_top_logprobs, places
from sentio.llms.retries import Retries
from sentio.llms.second_attempt import json_of, spelled_out

NOTHING_USED = Usage()
SERVE_ANY_NAME = {"llamacpp", "sglang"}
"""Servers, by `owned_by` of their list of models, that answer with the model they have, whatever name is asked for."""
WRONG_MODEL = re.compile(r"\bmodel\b.*(?:not (?:found|exist)|unknown|invalid)", re.I)
PINNED = re.compile(r"pinned to", re.I)
"""So `transformers serve` refuses another model than the one it was started with."""
QUOTED = 120
"""Characters of an unusable answer that are shown in its error."""


@dataclass(frozen=True)
class Written:
    """What came back for one request or several: words, log-probabilities where there are any, what it took, and
    why a second attempt brought nothing."""

    text: str
    logprobs: tuple[Place, ...] = ()
    usage: Usage = NOTHING_USED
    failures: int = 0
    error: str | None = None


@dataclass
class Completions:
    """The model behind the server."""

    client: Client
    model: str
    dialect: Dialect
    scores: EchoScores

    async def answer(self, question: Question) -> Answer:
        """The answer. Raises as `Client.post` does."""
        if question.choices:
            return await self._choice(question)
        if question.schema is not None:
            return await self._json(question, question.schema)
        written = await self._chat(question, {})
        text = spoken(written.text)
        error = None if text else f"the answer is empty: {question.sampling.max_tokens} tokens went into thinking?"
        return _done(question, written, text=text, valid=bool(text), error=error)

    async def _choice(self, question: Question) -> Answer:
        """Scored over whole labels, or by the likeliest tokens, or at last by the words of the answer."""
        if self.scores.echo.works is not False:
            try:
                probabilities, usage, failures = await self.scores.probabilities(_messages(question), question.choices)
                choice = question.choices[probabilities.index(max(probabilities))]
                scored = Written(choice, usage=usage, failures=failures)
                return _done(question, scored, text=choice, choice=choice, probabilities=probabilities)
            except CannotEcho:
                self.scores.echo.works = False
        return await self._choice_by_chat(question)

    async def _choice_by_chat(self, question: Question) -> Answer:
        """By the likeliest tokens, unless the words are a label that these say nothing of; else by the words."""
        scoring = self.dialect.takes("logprobs") and self.dialect.takes("top_logprobs")
        asked = {"logprobs": True, "top_logprobs": TOP} if scoring else _format(_label_schema(question.choices))
        written = await self._chat(question, asked)
        text, said = spoken(written.text), parse_label(written.text, question.choices)
        if scoring and written.text and not written.logprobs:
            self.dialect.missing.add("logprobs")
        shares = from_top_logprobs(written.logprobs, question.choices) if written.logprobs else None
        if shares and (said is None or shares[question.choices.index(said)] > 0):
            choice, valid = question.choices[shares.index(max(shares))], said is not None
            return _done(question, written, text=text, choice=choice, probabilities=shares, valid=valid)
        if said is not None:
            return _done(question, written, text=text, choice=said)
        return await self._choice_again(question, written)

    async def _choice_again(self, question: Question, first: Written) -> Answer:
        ask = f"Answer with exactly one of these labels and nothing else: {', '.join(question.choices)}"
        again = await self._once_more(question, first, ask, _label_schema(question.choices))
        said = parse_label(again.text, question.choices)
        error = None if said else again.error or f"no label in the answer: {_quoted(first.text)}"
        return _done(question, again, text=spoken(again.text), choice=said, valid=False, error=error)

    async def _json(self, question: Question, schema: Json) -> Answer:
        first = await self._chat(question, _format(schema))
        value, wrong = _checked(first.text, schema)
        if wrong is None:
            return _done(question, first, text=spoken(first.text), value=value)
        again = await self._once_more(question, first, json_of(schema), schema)
        value, still = _checked(again.text, schema)
        error = None if still is None else again.error or f"no JSON of the schema ({still}): {_quoted(again.text)}"
        return _done(question, again, text=spoken(again.text), value=value, valid=False, error=error)

    async def _once_more(self, question: Question, first: Written, ask: str, schema: Json) -> Written:
        """The second attempt; usage and failures of both. The first where there is no answer, and why."""
        try:
            again = await self._chat(spelled_out(question, ask), _format(schema))
        except Failed as failed:
            return replace(first, failures=first.failures + failed.attempts, error=told(failed))
        return replace(again, usage=first.usage + again.usage, failures=first.failures + again.failures + 1)

    async def _chat(self, question: Question, extra: Mapping[str, Any]) -> Written:
        """A chat completion, without what the server turns out not to take."""
        trial, tried = self.dialect.on_trial(), 0
        while True:
            body = trial.body(self.model, question, _messages(question)) | trial.spoken(extra)
            try:
                written = await self._complete(body)
            except Refused as refused:
                await self._about_the_model(refused)
                tried += refused.attempts
                if trial.learn(refused, body):
                    continue
                written = await self._unconstrained(body, trial, refused, tried)
            self.dialect.adopt(trial, self.client.url)
            return replace(written, failures=tried + written.failures)

    async def _unconstrained(self, body: dict[str, Any], trial: Dialect, refused: Refused, tried: int) -> Written:
        """The request without its constraints: where this is answered, it was they that were refused."""
        constrained = [name for name in CONSTRAINTS if name in body]
        if refused.status not in {400, 422} or not constrained:
            raise Refused(refused.status, refused.complaint, tried)
        try:
            written = await self._complete({name: value for name, value in body.items() if name not in constrained})
        except Refused as again:
            raise Refused(refused.status, refused.complaint, tried + again.attempts) from None
        trial.missing.update(constrained)
        return written

    async def _complete(self, body: dict[str, Any]) -> Written:
        written, failures = await self.client.post(f"{self.client.url}/chat/completions", body, _written)
        return replace(written, failures=failures)

    async def check(self) -> None:
        """Raise `LanguageModelError` where no question can be answered: no server, a wrong key, another model."""
        served = await self._served()
        names = [name for name, owner in served.items() if owner in SERVE_ANY_NAME]
        if names and self.model not in names:
            raise LanguageModelError(f"{self.client.url} serves {names[0]!r} and not {self.model!r}; name it so")

    async def _about_the_model(self, refused: Refused) -> None:
        """Raise `LanguageModelError` where it is the model that is refused: words alone do not show that."""
        words = refused.complaint.words
        surely = refused.status == 404 or (refused.status == 400 and PINNED.search(words) is not None)
        if not surely and not (refused.status == 400 and WRONG_MODEL.search(words)):
            return
        served = await self._served()
        if served and self.model not in served:
            unknown = UnknownName("model", self.model, served)
            raise LanguageModelError(f"{self.client.url}: {unknown}") from refused
        if surely:
            raise LanguageModelError(
                f"{self.client.url} has no chat completions for {self.model!r} ({refused.complaint.told}); "
                "correct the model or the address, which mostly ends in /v1"
            ) from refused

    async def _served(self) -> dict[str, str]:
        """Names of the models there are and who lists them, none where the server does not tell at once."""
        once = replace(self.client, retries=Retries(attempts=1))
        try:
            served, _ = await once.get(
                f"{self.client.url}/models",
                lambda answer: {str(model["id"]): str(model.get("owned_by")) for model in answer["data"]},
            )
        except Failed:
            return {}
        return served | {name.removesuffix(":latest"): owner for name, owner in served.items()}


def _messages(question: Question) -> list[dict[str, str]]:
    return [{"role": message.role, "content": whole_characters(message.content)} for message in question.messages]


def _format(schema: Json) -> dict[str, Any]:
    return {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": True},
        }
    }


def _label_schema(choices: Sequence[str]) -> Json:
    label = {"type": "string", "enum": list(choices)}
    return {"type": "object", "properties": {"label": label}, "required": ["label"], "additionalProperties": False}


def _checked(text: str, schema: Json) -> tuple[Json | None, str | None]:
    """The value in the words and what is wrong with it; without a value something always is."""
    value = parse_json(text)
    if value is None:
        return None, "no JSON object"
    wrong = fault(value, schema)
    return (None, wrong) if wrong else (value, None)


def _written(answer: Any) -> Written:  # noqa: ANN401
    choice = answer["choices"][0]
    return Written(str(choice["message"]["content"] or ""), places(choice.get("logprobs")), used(answer))


def _quoted(text: str) -> str:
    told = " ".join(text.split())
    return repr(told if len(told) <= QUOTED else told[: QUOTED - 1] + "…")


def _done(
    question: Question,
    written: Written,
    *,
    text: str,
    choice: str | None = None,
    probabilities: tuple[float, ...] | None = None,
    value: Json | None = None,
    valid: bool = True,
    error: str | None = None,
) -> Answer:
    return Answer(
        question,
        text=text,
        choice=choice,
        probabilities=probabilities,
        value=value,
        valid=valid,
        usage=written.usage,
        attempts=1 + written.failures,
        error=error,
    )
