"""Systems as they are named on the command line, and what they have to say afterwards."""

import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from sentio.cli.flags import own
from sentio.errors import UnknownName

System = TypeVar("System")


def load(
    command: Callable[..., object],
    loader: Callable[[str, Mapping[str, object]], System],
    system: str,
    options: Mapping[str, str],
) -> System:
    """The system; an option it does not have may be a flag of the command, misspelt, and is told as one."""
    given: dict[str, object] = {name.replace("-", "_"): value for name, value in options.items()}
    try:
        return loader(system, given)
    except UnknownName as error:
        if error.name not in given or error.name == system:
            raise
        flags = [*own(command), *(_flag(name) for name in error.known)]
        raise UnknownName(f"option of {system}", _flag(error.name), flags) from error


def tell(*systems: object) -> None:
    """What the systems remark on their answers, on the error stream."""
    from sentio.files.writers.terminal import literal
    from sentio.recognition.base import Remarking

    for system in systems:
        if isinstance(system, Remarking):
            for remark in system.remarks():
                print(f"sentio: {literal(remark)}", file=sys.stderr)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
