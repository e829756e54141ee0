"""Work that asks a language model several times, each question built on the answers before.

A *flow* is a generator: it yields questions, is sent their answers, and returns what came out. Many run at once, so
that a server has enough to do; each reads like a story from top to bottom.

>>> from sentio import llms
>>> from sentio.prompts.message import Message
>>> def moods(name):
...     first = yield Question(name, (Message("user", "joy or anger?"),), choices=("joy", "anger"))
...     second = yield Question(name, (Message("user", f"not {first.choice}?"),), choices=("yes", "no"))
...     return first.choice, second.choice
>>> list(run(llms.open("scripted/always=joy"), map(moods, ["a"])))[0][0]
'joy'
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from sentio.llms.base import Answer, LanguageModel, Question
from sentio.llms.second_attempt import spelled_out
from sentio.llms.tally import Tally

Result = TypeVar("Result")
Value = TypeVar("Value")
Flow = Generator[Question, Answer, Result]

AHEAD = 64
"""Flows at work at once: more than any server answers at a time, few enough to see results come."""


def run(
    model: LanguageModel, flows: Iterable[Flow[Result]], ahead: int = AHEAD, tally: Tally | None = None
) -> Iterator[Result]:
    """What each flow returns, in order; the questions of up to `ahead` flows are asked together, counted by `tally`.

    Flows are taken only as far ahead as are worked on at once, so an endless stream works. Raises
    `LanguageModelError` where the model cannot be asked at all; a question that failed is the flow's to deal with.
    """
    rest = iter(flows)
    while some := list(islice(rest, ahead)):
        yield from _together(model, some, tally or Tally())


def settled(
    question: Question, read: Callable[[Answer], Value | None], correction: str
) -> Flow[tuple[Value | None, Answer]]:
    """Ask, and once more where `read` makes nothing of the answer; None where it makes nothing of the second either.

    `correction` are the words that the second question ends with; it is asked greedily. To be used as
    `value, answer = yield from settled(...)`. A question that failed on its way, and one that the model's adapter has
    asked twice itself because the first words were no JSON or no label, is not asked again.
    """
    answer = yield question
    repaired = not answer.valid and (answer.value is not None or answer.choice is not None)
    if (value := read(answer)) is not None or answer.error or repaired:
        return value, answer
    answer = yield spelled_out(question, correction)
    return read(answer), answer


def counted(flow: Flow[Result]) -> Flow[tuple[Result, int]]:
    """What a flow returns, and how many questions it asked."""
    calls, answer = 0, None
    while True:
        try:
            question = next(flow) if answer is None else flow.send(answer)
        except StopIteration as end:
            return end.value, calls
        answer = yield question
        calls += 1


def _together(model: LanguageModel, flows: list[Flow[Result]], tally: Tally) -> Iterator[Result]:
    done: dict[int, Result] = {}
    waiting: dict[str, tuple[int, Question]] = {}

    def advance(number: int, answer: Answer | None) -> None:
        try:
            question = next(flows[number]) if answer is None else flows[number].send(answer)
        except StopIteration as end:
            done[number] = end.value
        else:
            waiting[str(number)] = number, question

    for number in range(len(flows)):
        advance(number, None)
    while waiting:
        asked = dict(waiting)
        waiting.clear()
        # Numbered, because two flows may give their questions the same name.
        for answer in tally.over(model.ask([replace(question, id=name) for name, (_, question) in asked.items()])):
            number, question = asked[answer.question.id]
            advance(number, replace(answer, question=question))
    yield from (done[number] for number in range(len(flows)))
