"""One plausible row, to be changed by the tests."""

from collections.abc import Callable

import pytest

from sentio.evaluation.catalogue import Result

Make = Callable[..., Result]


@pytest.fixture
def row() -> Make:
    """A made-up published result, with the given fields changed."""

    def make(**changes: object) -> Result:
        given = {
            "system": "Kettle", "task": "emotion", "corpus": "meld", "split": "test", "modalities": ("text",),
            "metric": "weighted_f1", "value": 60.0, "unit": "percent", "selection": "n/a", "source_kind": "paper",
            "evidence": "verified", "source": "Kettle paper, Table 1",
        }  # fmt: skip
        return Result.model_validate({**given, **changes})

    return make
