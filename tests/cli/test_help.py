"""Every command tells what it does, with examples that can be copied."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from sentio.cli import application

if TYPE_CHECKING:
    from cyclopts import App


def commands(app: "App", path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name in app:
        if not name.startswith("-"):
            yield from commands(app[name], (*path, name))


@pytest.mark.parametrize("command", list(commands(application())), ids=" ".join)
def test_the_help_of_every_command_shows_examples(command: tuple[str, ...], sentio: Callable[..., Any]) -> None:
    done = sentio(*command, "--help")
    assert done.code == 0
    lines = done.out.splitlines()
    heading = next(place for place, line in enumerate(lines) if line in ("Examples:", "For example:"))
    assert lines[heading + 2].startswith(" ".join(["sentio", *command])), lines[heading : heading + 3]


def test_all_commands_are_looked_at() -> None:
    found = list(commands(application()))
    assert {("evaluate",), ("runs", "ls"), ("corpora", "leaks")} <= set(found)
