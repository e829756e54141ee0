"""How a run of questions went: what is reported beside every result."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sentio.llms.base import Answer


@dataclass
class Tally:
    """Counts over answers, of those that came through it.

    `answered` came with an answer, `errors` without; `cached` is the part of `answered` that was not asked for.
    `invalid` were words that were no label or no JSON of the schema at first, among `answered` and `errors`.

    >>> from sentio.llms.base import Question
    >>> tally = Tally()
    >>> for _ in tally.over([Answer(Question("a", ())), Answer(Question("b", ()), valid=False)]): pass
    >>> str(tally)
    '2 questions, 2 answered (0 from the cache), 0 errors, 1 invalid (50.0 %), 2 attempts, 0 + 0 tokens'
    """

    asked: int = 0
    answered: int = 0
    cached: int = 0
    invalid: int = 0
    errors: int = 0
    attempts: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    _seconds: "array[float]" = field(default_factory=lambda: array("d"), repr=False)

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        self.asked += 1
        self.answered += answer.error is None
        self.cached += answer.cached
        self.invalid += not answer.valid
        self.errors += answer.error is not None
        self.attempts += answer.attempts
        self.prompt_tokens += answer.usage.prompt_tokens
        self.completion_tokens += answer.usage.completion_tokens
        if not answer.cached:
            self._seconds.append(answer.seconds)

    def over(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The same answers, counted as they pass."""
        for answer in answers:
            self.add(answer)
            yield answer

    @property
    def invalid_rate(self) -> float:
        """The share of questions whose first words were not usable, 0..1; 0 where nothing was asked."""
        return self.invalid / self.asked if self.asked else 0.0

    def latency(self, quantile: float) -> float:
        """Seconds within which this share of the questions was answered (nearest rank), those from the cache
        left out; 0 where there are none."""
        if not self._seconds:
            return 0.0
        rank = max(0, -int(-quantile * len(self._seconds) // 1) - 1)
        return sorted(self._seconds)[rank]

    def __str__(self) -> str:
        asked = f"{self.asked} questions, {self.answered} answered ({self.cached} from the cache), {self.errors} errors"
        spent = f"{self.attempts} attempts, {self.prompt_tokens} + {self.completion_tokens} tokens"
        told = f"{asked}, {self.invalid} invalid ({100 * self.invalid_rate:.1f} %), {spent}"
        if any(self._seconds):
            told += f", {self.latency(0.5):.2f} s in the median, {self.latency(0.95):.2f} s for 95 %"
        return told
