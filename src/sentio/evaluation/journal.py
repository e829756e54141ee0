"""Answers on disk as they come, so that a killed run goes on where it was.

One JSON line a conversation: its id and the answers, in the order of its targets. A line that was cut
by the kill, or damaged by anything else, is dropped with those after it and asked again.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from sentio.errors import InputError, OutputError
from sentio.evaluation.base import Answer, Asked, Predictor
from sentio.gold import Value


class Journal:
    """The answers of one predictor to one split, in a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def complete(self, predictor: Callable[[], Predictor], asked: Sequence[Asked]) -> Iterator[int]:
        """Ask what has not been answered; yields the number of targets of each conversation as it is done.

        The predictor is only made when it is needed: loading or fitting may take minutes. Raises
        `OutputError` when the file holds another split's answers or cannot be written, and the predictor's
        `InputError`: it may say at its end that what it read is not of these conversations, so no answer is kept.
        """
        done = self._cut(asked)
        yield sum(len(one.targets) for one in asked[:done])
        if not (rest := asked[done:]):
            return
        try:
            # Line by line on disk: a killed process loses the line it was writing.
            with self._path.open("a", encoding="utf8", buffering=1) as file:
                for one, answers in zip(rest, predictor().predict(rest), strict=True):
                    if len(answers) != len(one.targets):
                        raise ValueError(f"{len(answers)} answers to {len(one.targets)} targets of {one.item.id!r}")
                    file.write(_line(one.item.id, answers))
                    yield len(answers)
        except InputError:
            self._path.unlink()
            raise
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror}") from error

    def answers(self) -> Iterator[Answer]:
        """All answers, in the order of the targets."""
        with self._path.open(encoding="utf8") as file:
            for line in file:
                for value, probabilities in json.loads(line)["answers"]:
                    yield Answer(_value(value), None if probabilities is None else tuple(probabilities))

    def _cut(self, asked: Sequence[Asked]) -> int:
        """Drop what was not finished; the number of conversations that are done."""
        if not self._path.exists():
            return 0
        whole, end = 0, 0
        with self._path.open("rb") as file:
            for one, line in zip(asked, islice(file, len(asked)), strict=False):
                if (about := _about(line, len(one.targets))) is None:
                    break
                if about != one.item.id:
                    raise OutputError(f"{self._path}: holds answers about other conversations; remove the run folder")
                whole, end = whole + 1, end + len(line)
        with self._path.open("r+b") as file:
            file.truncate(end)
        return whole


def _line(conversation: str, answers: Sequence[Answer]) -> str:
    told = [[answer.value, answer.probabilities] for answer in answers]
    return json.dumps({"conversation": conversation, "answers": told}, ensure_ascii=False) + "\n"


def _about(line: bytes, targets: int) -> str | None:
    """The conversation of a line with so many answers; None where the line is cut or damaged."""
    try:
        told = json.loads(line)
        answers = [(value, probabilities) for value, probabilities in told["answers"]]
        conversation: str = told["conversation"]
    except (ValueError, KeyError, TypeError):
        return None
    return conversation if line.endswith(b"\n") and len(answers) == targets else None


def _value(value: str | float | list[str]) -> Value:
    return tuple(value) if isinstance(value, list) else value
