import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.llms.servers import asked, choosing

from sentio import llms
from sentio.errors import InputError, OutputError
from sentio.llms import Answer, Question, Sampling
from sentio.llms.cache import AHEAD, AnswerCache, Cached
from sentio.llms.records import key
from sentio.prompts.message import Message


@dataclass
class Counting:
    """A model that answers the number of the question and counts how often it was asked."""

    name: str = "counting"
    asked: list[str] = field(default_factory=list)
    failing: bool = False
    ahead: int = 4

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        source = iter(questions)
        while batch := list(islice(source, self.ahead)):
            for question in batch:
                self.asked.append(question.id)
                yield Answer(question, text=question.messages[0].content, error="broken" if self.failing else None)

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def test_the_same_question_twice_is_one_call(path: Path) -> None:
    model = Counting()
    cached = Cached(model, path)
    assert [answer.cached for answer in cached.ask([asked(1)])] == [False]
    again = list(cached.ask([replace(asked(1), id="another asker")]))
    assert [(answer.cached, answer.text, answer.question.id) for answer in again] == [(True, "say 1", "another asker")]
    assert again[0].attempts == 0
    assert model.asked == ["q1"]
    cached.close()


def test_the_same_question_on_its_way_is_not_asked_again(path: Path) -> None:
    model = Counting()
    cached = Cached(model, path)
    answers = list(cached.ask([asked(1), replace(asked(1), id="twin"), asked(2)]))
    assert sorted(answer.question.id for answer in answers) == ["q1", "q2", "twin"]
    assert model.asked == ["q1", "q2"]
    assert len(cached.cache) == 2
    cached.close()


BASE = Question("q", (Message("user", "Joy or anger?"),), ("joy", "anger"), {"type": "object", "title": "t"})


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, messages=(Message("user", "Joy or anger!"),)),
        replace(BASE, messages=(Message("system", "Joy or anger?"),)),
        replace(BASE, choices=("anger", "joy")),
        replace(BASE, schema=None),
        replace(BASE, sampling=Sampling(temperature=0.3)),
        replace(BASE, sampling=Sampling(seed=1)),
        replace(BASE, sample=1),
    ],
)
def test_whatever_decides_the_answer_changes_the_key(other: Question) -> None:
    assert key(other, "m") != key(BASE, "m")
    assert key(BASE, "m@a") != key(BASE, "m@b")
    assert key(replace(BASE, id="r", schema={"title": "t", "type": "object"}), "m") == key(BASE, "m")


def test_the_key_is_what_it_was() -> None:
    """A changed key makes every cache of every user worthless: change VERSION knowingly."""
    assert key(asked(1), "m") == KEY


KEY = "86c7a2fa3bdd933f236adfcaa77a9d1b87b25ae424fde74373c3e9da9545a6ea"


@given(st.text(), st.text(), st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_an_answer_comes_back_as_it_was(text: str, choice: str, probabilities: list[float]) -> None:
    cache = AnswerCache(Path(":memory:"))
    question = choosing(text, "joy", choice)
    answer = Answer(question, text, choice, tuple(probabilities), {"a": [text, None]}, valid=False)
    cache.put(answer, "m")
    assert cache.get(question, "m") == replace(answer, cached=True, attempts=0)
    cache.close()


def test_errors_are_not_kept(path: Path) -> None:
    model = Counting(failing=True)
    cached = Cached(model, path)
    twins = list(cached.ask([asked(1), asked(1)]))
    assert [answer.error for answer in twins] == ["broken", "broken"]
    model.failing = False
    assert [answer.error for answer in cached.ask([asked(1)])] == [None]
    assert model.asked == ["q1", "q1"]
    cached.close()


def test_an_endless_stream_of_known_questions_is_answered_as_it_comes(path: Path) -> None:
    model = Counting(ahead=1)
    cached = Cached(model, path)
    list(cached.ask([asked(1)]))
    drawn = 0

    def stream() -> Iterator[Question]:
        nonlocal drawn
        yield asked(2)
        for _ in count():
            drawn += 1
            yield asked(1)

    answers = cached.ask(stream())
    assert next(answers).text == "say 2"
    for _ in islice(answers, 5000):
        pass
    assert drawn <= 5000 + AHEAD
    answers.close()  # type: ignore[attr-defined]
    assert model.asked == ["q1", "q2"]
    cached.close()


def test_answers_from_the_cache_come_between_those_that_are_asked_for(path: Path) -> None:
    model = Counting()
    cached = Cached(model, path)
    list(cached.ask(asked(number) for number in range(0, 100, 2)))
    answers = list(cached.ask(asked(number) for number in range(100)))
    assert sorted(answer.text for answer in answers) == sorted(f"say {number}" for number in range(100))
    assert [answer.cached for answer in answers].count(True) == 50
    assert len(model.asked) == 100
    cached.close()


def test_values_are_json_and_nothing_else(path: Path) -> None:
    cached = Cached(Counting(), path)
    list(cached.ask([asked(1)]))
    cached.close()
    with sqlite3.connect(path) as connection:
        rows = list(connection.execute("SELECT key, answer FROM answers"))
        assert list(connection.execute("PRAGMA journal_mode")) == [("wal",)]
    connection.close()
    assert [len(name) for name, _ in rows] == [64]
    assert json.loads(rows[0][1])["text"] == "say 1"


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to have a header" * 50, b"SQLite format 3\0" * 300]
)
def test_a_file_that_is_no_cache_is_told_and_kept(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(
        InputError, match=r"answers.sqlite: is no answer cache or is damaged; delete it or name another"
    ):
        llms.open("scripted/lexicon", cache=path)
    assert path.read_bytes() == content


def test_another_programs_database_is_not_written_to(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title)")
    connection.close()
    with pytest.raises(InputError, match="is another program's database"):
        AnswerCache(path)


def test_a_cache_damaged_in_the_middle_is_told(path: Path) -> None:
    cached = Cached(Counting(), path)
    list(cached.ask(asked(number) for number in range(500)))
    cached.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    damaged = Cached(Counting(), path)
    with pytest.raises(InputError, match="is no answer cache or is damaged"):
        list(damaged.ask(asked(number) for number in range(500)))
    damaged.close()


def test_a_damaged_answer_is_told(path: Path) -> None:
    cache = AnswerCache(path)
    cache.connection.execute("INSERT INTO answers VALUES (?, ?)", (key(asked(1), "m"), '{"text": 1}'))
    with pytest.raises(InputError, match="holds a damaged answer; delete the file and ask again"):
        cache.get(asked(1), "m")
    cache.close()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the answer cache cannot be used: unable to open database file"):
        AnswerCache(tmp_path / "nowhere" / "answers.sqlite")


def test_a_full_disk_ends_the_job_in_one_line_and_keeps_the_answers(path: Path) -> None:
    cached = Cached(Counting(), path)
    cached.cache.connection.execute("PRAGMA max_page_count = 20")
    told: list[Answer] = []
    with pytest.raises(
        OutputError, match=r"answers.sqlite: the disk is full; free some space and start again"
    ) as raised:
        told.extend(cached.ask(asked(number) for number in range(10_000)))
    assert "\n" not in str(raised.value)
    kept = len(cached.cache)
    assert kept > 50
    cached.close()
    model = Counting()
    resumed = Cached(model, path)
    assert len(list(resumed.ask(asked(number) for number in range(kept + 10)))) == kept + 10
    assert len(model.asked) == 10
    resumed.close()


LIMITED = """
import sys
from pathlib import Path
from sentio.errors import SentioError
from sentio.llms import Answer
from sentio.llms.cache import AnswerCache
from tests.llms.servers import asked
try:
    cache = AnswerCache(Path(sys.argv[1]))
    for number in range(100_000):
        cache.put(Answer(asked(number), text="x" * 1000), "m")
except SentioError as error:
    print(error)
"""


def test_a_file_that_may_not_grow_is_told(path: Path) -> None:
    """The operating system's own limit, in a process of its own."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    done = run(LIMITED, path, preexec_fn=limit)
    assert done.stdout.startswith(f"{path}: ")
    assert done.stdout.count("\n") == 1
    cache = AnswerCache(path)
    assert len(cache) > 20
    assert cache.get(asked(0), "m") is not None
    cache.close()


SHARING = """
import sys
from pathlib import Path
from sentio import llms
from tests.llms.servers import asked
model = llms.open("scripted/always=joy", cache=Path(sys.argv[1]))
print(len(list(model.ask(asked(number) for number in range(int(sys.argv[2]), 2000)))))
model.close()
"""


def test_two_processes_share_a_cache(path: Path) -> None:
    command = [sys.executable, "-c", SHARING, str(path)]
    both = [subprocess.Popen([*command, start], stdout=subprocess.PIPE, text=True, env=environment()) for start in "01"]
    assert [process.communicate(timeout=60)[0] for process in both] == ["2000\n", "1999\n"]
    cache = AnswerCache(path)
    assert len(cache) == 2000
    cache.close()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def run(code: str, *arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, env=environment(), capture_output=True, text=True, check=True, timeout=60, **more
    )
