"""Votes of a corpus that several metrics are tried on."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(scope="session")
def cremad(data: Path) -> dict[str, NDArray[np.int64]]:
    """The vote matrix of each channel of CREMA-D, classes A D F H N S, as `tabulatedVotes.csv.gz` has them."""
    import polars as pl

    classes = "ADFHNS"
    table = pl.read_csv(data / "cremad" / "tabulatedVotes.csv.gz", columns=["", *classes])
    channels = {"voice": 1, "face": 2, "audio-visual": 3}
    return {
        name: table.filter(pl.col("") // 100_000 == code).select(list(classes)).to_numpy()
        for name, code in channels.items()
    }
