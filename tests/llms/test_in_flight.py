import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from sentio.llms.in_flight import Session, in_flight

Work = Callable[[int], Awaitable[int]]


def session(work: Work, ended: list[str]) -> Session[int, int]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Work]:
        try:
            yield work
        finally:
            ended.append("closed")

    return opened


def threads() -> int:
    return sum(thread.name == "sentio-questions" for thread in threading.enumerate())


def test_everything_comes_back_once_as_soon_as_it_is_there() -> None:
    async def work(number: int) -> int:
        await asyncio.sleep(0.2 if number == 0 else 0.0)
        return number

    ended: list[str] = []
    results = list(in_flight(session(work, ended), range(500), 8))
    assert sorted(results) == list(range(500))
    assert results[-1] == 0 or results.index(0) > 8
    assert ended == ["closed"]
    assert threads() == 0


def test_no_more_than_so_many_at_once_and_drawn() -> None:
    now, most, drawn = 0, 0, 0

    async def work(number: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return number

    def endless() -> Iterator[int]:
        nonlocal drawn
        while True:
            yield drawn
            drawn += 1

    results = in_flight(session(work, []), endless(), 4)
    for taken in range(1, 50):
        next(results)
        assert drawn <= taken + 4
    results.close()  # type: ignore[attr-defined]
    assert most <= 4
    assert threads() == 0


def test_closing_early_cancels_what_is_on_its_way() -> None:
    cancelled = []

    async def work(number: int) -> int:
        try:
            await asyncio.sleep(0 if number == 0 else 3600)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    ended: list[str] = []
    started = time.perf_counter()
    results = in_flight(session(work, ended), range(5), 5)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert time.perf_counter() - started < 5
    assert set(cancelled) <= {1, 2, 3, 4}
    assert ended == ["closed"]
    assert threads() == 0


def test_an_error_of_the_work_or_of_the_session_is_the_callers() -> None:
    async def work(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        list(in_flight(session(work, []), range(10), 2))

    @asynccontextmanager
    async def broken() -> AsyncIterator[Work]:
        raise RuntimeError("no way in")
        yield work

    with pytest.raises(RuntimeError, match="no way in"):
        list(in_flight(broken, range(10), 2))
    assert threads() == 0


def test_an_error_of_the_questions_stops_everything() -> None:
    async def work(number: int) -> int:
        return number

    def questions() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(in_flight(session(work, []), questions(), 2))
    assert threads() == 0


def test_it_works_inside_a_running_event_loop() -> None:
    async def work(number: int) -> int:
        return number

    async def notebook() -> list[int]:
        return list(in_flight(session(work, []), range(3), 2))

    assert sorted(asyncio.run(notebook())) == [0, 1, 2]


@pytest.mark.parametrize("concurrency", [1, 2, 7, 100])
def test_nothing_is_lost_at_any_concurrency(concurrency: int) -> None:
    async def work(number: int) -> int:
        return number

    assert sorted(in_flight(session(work, []), range(50), concurrency)) == list(range(50))


def test_without_questions_nothing_is_opened() -> None:
    async def work(number: int) -> int:
        return number

    ended: list[str] = []
    assert list(in_flight(session(work, ended), [], 2)) == []
    assert ended == []


def test_nothing_at_once_is_refused() -> None:
    async def work(number: int) -> int:
        return number

    with pytest.raises(ValueError, match="concurrency 0"):
        list(in_flight(session(work, []), range(10), 0))
