"""When a request is made again, and how long is waited before it.

Exponential back-off with full jitter (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog 2015): callers
that failed together do not come back together. A `Retry-After` of the server is the least that is waited.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = frozenset({408, 409, 429, *range(500, 600)}) - {501}
"""Statuses that may be gone the next time; 501 says that the server cannot do it at all."""


@dataclass(frozen=True)
class Retries:
    """At most `attempts` requests a question, waits of `first` seconds doubling up to `longest`.

    Ten attempts: where three answers of ten fail, six questions of a million are left without one. A server that
    asks for more than `patience` seconds is not waited for.
    """

    attempts: int = 10
    first: float = 0.5
    longest: float = 30.0
    patience: float = 300.0

    def budget(self, concurrency: int) -> int:
        """After so many failures in a row, over all questions and without one success, the server counts as gone:
        what is on its way has used up its attempts, or several questions have, where they come one by one."""
        return self.attempts * max(concurrency, 8)

    def wait(self, failures: int, retry_after: float | None, chance: Callable[[], float]) -> float | None:
        """Seconds until the next attempt after `failures` of them; None where none is to be made.

        >>> Retries().wait(1, retry_after=2.0, chance=lambda: 1.0)
        2.5
        """
        if failures >= self.attempts or (retry_after or 0.0) > self.patience:
            return None
        jitter = chance() * min(self.longest, self.first * 2.0 ** (failures - 1))
        return (retry_after or 0.0) + jitter


def retry_after(header: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Seconds of a `Retry-After` header, which holds seconds or a date; None where it says nothing readable.

    >>> retry_after("2")
    2.0
    """
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (then - now()).total_seconds()) if then.tzinfo else None
