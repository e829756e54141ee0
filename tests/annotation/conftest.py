"""A table with labels, and what is made of it."""

from pathlib import Path

import pytest

from sentio.annotation import Poll, poll, sources

TABLE = """conversation,speaker,text,emotion
a,Ada,You baked a cake for me?,surprise
a,Bo,I forgot the sugar.,sadness
a,Ada,Then we call it bread! 🍞,joy
b,Cy,谁吃了我的蛋糕？,anger
b,Cy,,neutral
c,Di,Nobody asked me.,
c,Di,I miss my brother.,sadness
"""


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Six labelled utterances of three conversations, and one without a label."""
    (tmp_path / "mine.csv").write_text(TABLE, "utf8")
    return tmp_path / "mine.csv"


@pytest.fixture
def counted(labelled: Path) -> Poll:
    return poll(sources([str(labelled)]))
