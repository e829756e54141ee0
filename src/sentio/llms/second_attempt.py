"""A question that is asked once more because the first words were of no use."""

import json
from dataclasses import replace

from sentio.llms.base import Json, Question
from sentio.prompts.message import Message


def spelled_out(question: Question, ask: str) -> Question:
    """The question with the form of its answer in words, to be answered greedily.

    >>> spelled_out(Question("q", (Message("user", "Joy or anger?"),)), "One word!").messages[0].content
    'Joy or anger?\\n\\nOne word!'
    """
    *before, last = question.messages or (Message("user", ""),)
    if last.role == "user":  # templates want turns to alternate
        messages = (*before, Message("user", f"{last.content}\n\n{ask}".strip()))
    else:
        messages = (*before, last, Message("user", ask))
    return replace(question, messages=messages, sampling=replace(question.sampling, temperature=0.0, top_p=1.0))


def json_of(schema: Json | None) -> str:
    """The words that ask for JSON of a schema."""
    return f"Answer with one JSON object of this schema and nothing else: {json.dumps(schema)}"
