"""How demonstrations are chosen, as flags: those of `Retrieval`."""

from typing import Annotated

from cyclopts import Parameter
from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from sentio.errors import InputError
from sentio.retrieval.options import Retrieval


def _in_a_line(given: object, check: ValidatorFunctionWrapHandler) -> Retrieval:
    """The settings; raises `InputError` that names the first flag that is wrong, where pydantic would tell all of them
    in lines of its own."""
    try:
        checked: Retrieval = check(given)
    except ValidationError as error:
        first = error.errors()[0]
        flag = "-".join(map(str, first["loc"])).replace("_", "-")
        raise InputError(f"--{flag}: {first['msg'].lower()}, not {first['input']}") from error
    return checked


Flags = Annotated[Retrieval, Parameter(name="*"), WrapValidator(_in_a_line)]
