"""A small repository of made-up lines, built once."""

from pathlib import Path

import pytest

from sentio.retrieval import Repository, build

LINES = [
    ("party", "Ada", "We won the cup!", "happy"),
    ("party", "Bo", "I am so happy for you!", "happy"),
    ("party", "Ada", "Come and dance with us!", "excited"),
    ("funeral", "Cy", "I miss my brother every day.", "sad"),
    ("funeral", "Di", "I am so sorry.", "sad"),
    ("funeral", "Cy", "We won the cup!", "sad"),
    ("office", "Ed", "Who took my stapler again?", "angry"),
    ("office", "Flo", "The meeting is at ten.", "neutral"),
    ("office", "Ed", "You never listen to me!", "frustrated"),
    ("office", "Flo", "", "neutral"),
]


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lines as a user's own table."""
    path = tmp_path_factory.mktemp("tables") / "mine.csv"
    rows = [f'{chat},{who},"{text}",{label}' for chat, who, text, label in LINES]
    path.write_text("\n".join(["conversation,speaker,text,emotion", *rows]) + "\n")
    return path


@pytest.fixture(scope="session")
def repository(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return build([str(table)], tmp_path_factory.mktemp("demos") / "mine", encoder="mini")
