"""Asynchronous work behind a plain generator.

The event loop runs in a thread of its own for as long as the generator lives, so that work goes on while the caller
uses an answer, and callers with an event loop of their own (a notebook) can use it. Questions are drawn in the
caller's thread. Closing the generator early, or an interrupt, cancels what is on its way and ends the thread.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
Work = Callable[[Q], Awaitable[A]]
Session = Callable[[], AbstractAsyncContextManager[Work[Q, A]]]


def in_flight(session: Session[Q, A], questions: Iterable[Q], concurrency: int) -> Iterator[A]:
    """The result of the session's work for each question, each as soon as it is there, `concurrency` at once.

    Raises what the session or the work raises, and `ValueError` for a concurrency below 1.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency {concurrency}: at least 1 question must be worked on at once")
    source = iter(questions)
    first = next(source, None)
    if first is None:
        return
    loop = _Loop(session)
    try:
        loop.submit(first)
        yield from _landing(loop, source, concurrency)
    finally:
        loop.stop()


def _landing(loop: "_Loop[Q, A]", source: Iterator[Q], concurrency: int) -> Iterator[A]:
    pending, more = 1, True
    while pending or more:
        # Draw one, hand one out: a slow source does not hold back what is there, nor a slow caller what is not.
        if more and pending < concurrency:
            for question in source:
                loop.submit(question)
                pending += 1
                break
            else:
                more = False
        if pending and (not more or pending >= concurrency or not loop.landed.empty()):
            result = loop.landed.get()
            pending -= 1
            if isinstance(result, BaseException):
                raise result
            yield result


class _Loop(Generic[Q, A]):
    """A thread with an event loop, what runs in it, and the queue of what came out."""

    def __init__(self, session: Session[Q, A]) -> None:
        self.landed: SimpleQueue[A | BaseException] = SimpleQueue()
        self._session = session
        self._ready = Event()
        self._thread = Thread(target=self._run, name="sentio-questions", daemon=True)
        self._thread.start()
        self._ready.wait()

    def submit(self, question: Q) -> None:
        with suppress(RuntimeError):  # the loop has ended, and said why in `landed`
            self._loop.call_soon_threadsafe(self._begin, question)

    def stop(self) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # told to the caller, in its own thread
            self.landed.put(error)
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        async with self._session() as self._work:
            self._ready.set()
            await self._stopped.wait()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, question: Q) -> None:
        task = self._loop.create_task(self._do(question))
        self._tasks.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._tasks.discard)

    async def _do(self, question: Q) -> None:
        try:
            self.landed.put(await self._work(question))
        except Exception as error:
            self.landed.put(error)
