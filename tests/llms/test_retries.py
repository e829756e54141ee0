from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.llms.retries import AGAIN, Retries, retry_after


@given(st.integers(1, 9), st.floats(0, 1))
def test_the_wait_is_anywhere_below_a_ceiling_that_doubles(failures: int, chance: float) -> None:
    wait = Retries().wait(failures, None, lambda: chance)
    assert wait == pytest.approx(chance * min(30.0, 0.5 * 2 ** (failures - 1)))


@given(st.floats(0, 300), st.floats(0, 1))
def test_a_server_that_asks_for_time_gets_it(asked: float, chance: float) -> None:
    wait = Retries().wait(1, asked, lambda: chance)
    assert wait is not None
    assert asked <= wait <= asked + 0.5


def test_there_is_an_end() -> None:
    assert Retries(attempts=3).wait(3, None, lambda: 0.5) is None
    assert Retries().wait(1, 3600.0, lambda: 0.5) is None


def test_what_may_be_gone_the_next_time() -> None:
    assert {408, 409, 429, 500, 502, 503, 504, 529} <= AGAIN
    assert not {400, 401, 403, 404, 413, 422, 501} & AGAIN


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("2", 2.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Sat, 21 Nov 2026 13:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 12:00:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_the_header_holds_seconds_or_a_date(header: str | None, expected: float | None) -> None:
    assert retry_after(header, lambda: datetime(2026, 11, 21, 13, 0, 0, tzinfo=UTC)) == expected
