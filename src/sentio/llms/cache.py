"""Answers that are kept in an SQLite file, so that no question is paid for twice.

An answer is in the file before its asker sees it: a job that is killed asks only the rest when it starts again. Two
processes may share a file. Values are JSON, errors are not kept. A cache that cannot be written ends the job with
what it has: going on would spend on answers that a later start must buy again.
"""

import json
import sqlite3
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from sentio.errors import InputError, OutputError
from sentio.llms.base import Answer, LanguageModel, Question
from sentio.llms.records import key, record, restored

APPLICATION = 0x53454E54
"""Marks the file as ours in its header ("SENT"), so that no other program's database is written to."""
BUSY_SECONDS = 60.0
UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
AHEAD = 1000
"""Found answers that may wait for one that is asked for; more, and they are given out first."""


class AnswerCache:
    """The file. Raises `InputError` where it is damaged or none of ours, `OutputError` where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            # Generators may be closed by another thread than the one that drew from them.
            self.connection = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            with self._told():
                self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        (application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != APPLICATION:
            raise InputError("is another program's database; name another file for the cache", path=self.path)
        self.connection.execute("PRAGMA journal_mode = WAL")
        # Safe against a killed process; only a power cut may cost the last answers.
        self.connection.execute("PRAGMA synchronous = NORMAL")
        if not tables:
            self.connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self.connection.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID"
            )

    def get(self, question: Question, model: str) -> Answer | None:
        """The answer to a question that this model has answered before."""
        with self._told():
            row = self.connection.execute(
                "SELECT answer FROM answers WHERE key = ?", (key(question, model),)
            ).fetchone()
        if row is None:
            return None
        try:
            return restored(question, json.loads(row[0]))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("holds a damaged answer; delete the file and ask again", path=self.path) from error

    def put(self, answer: Answer, model: str) -> None:
        """Keep an answer. One that is there already stays: another process was faster."""
        kept = json.dumps(record(answer))  # ASCII: SQLite takes no lone surrogates
        with self._told():
            self.connection.execute("INSERT OR IGNORE INTO answers VALUES (?, ?)", (key(answer.question, model), kept))

    def __len__(self) -> int:
        with self._told():
            (count,) = self.connection.execute("SELECT count(*) FROM answers").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's complaints within, as one line that says what to do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the detail in the upper bits
            if code in UNREADABLE:
                cause = "is no answer cache or is damaged; delete it or name another file"
                raise InputError(cause, path=self.path) from error
            if code == sqlite3.SQLITE_FULL:
                told = "the disk is full; free some space and start again, the answers so far are kept"
            else:
                told = f"the answer cache cannot be used: {error}"
            raise OutputError(f"{self.path}: {told}") from error


class Cached:
    """A language model that looks into the cache first, with the same face."""

    def __init__(self, model: LanguageModel, path: Path) -> None:
        self.model, self.cache = model, AnswerCache(path)

    @property
    def name(self) -> str:
        return self.model.name

    def close(self) -> None:
        """Close the model and the file."""
        self.model.close()
        self.cache.close()

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """See `LanguageModel.ask`. The same question twice is asked once, also while it is on its way."""
        source = iter(questions)
        for question in source:
            if (found := self.cache.get(question, self.name)) is not None:
                yield found
            else:
                yield from self._ask_from(question, source)

    def _ask_from(self, first: Question, source: Iterator[Question]) -> Iterator[Answer]:
        """Ask for what is not there, and give out between the answers what is. Comes to an end where so much was
        found that it should not wait for an answer: the caller goes on with `source`."""
        found: deque[Answer] = deque()
        asked: dict[str, list[Question]] = {}

        def missing() -> Iterator[Question]:
            waiting = 0
            for question in chain([first], source):
                name = key(question, self.name)
                if name in asked:
                    asked[name].append(question)
                    waiting += 1
                elif (answer := self.cache.get(question, self.name)) is not None:
                    found.append(answer)
                else:
                    asked[name] = []
                    yield question
                if len(found) + waiting >= AHEAD:
                    return

        with closed(self.model.ask(missing())) as answers:
            for answer in answers:
                if answer.error is None:
                    self.cache.put(answer, self.name)
                twins = asked.pop(key(answer.question, self.name))
                while found:
                    yield found.popleft()
                yield answer
                for twin in twins:
                    yield _repeated(twin, answer)
        yield from found


@contextmanager
def closed(answers: Iterator[Answer]) -> Iterator[Iterator[Answer]]:
    """Answers that nobody waits for any more when the block ends, also where they come from a generator."""
    try:
        yield answers
    finally:
        if isinstance(answers, Generator):
            answers.close()


def _repeated(question: Question, answer: Answer) -> Answer:
    if answer.error is not None:
        return Answer(question, text=answer.text, valid=answer.valid, attempts=0, error=answer.error)
    return restored(question, record(answer))
