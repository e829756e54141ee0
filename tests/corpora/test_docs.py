"""The page on corpora shows a table that is read as it says."""

import re
from pathlib import Path

from sentio import corpora

PAGE = Path(__file__).parents[2] / "docs" / "corpora.md"


def test_the_table_and_its_sidecar_are_read_as_shown(tmp_path: Path) -> None:
    page = PAGE.read_text("utf8")
    table = re.search(r"```\n(call,who,.*?)```", page, re.DOTALL)
    sidecar = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert table
    assert sidecar
    (tmp_path / "calls.csv").write_text(table[1], "utf8")
    (tmp_path / "calls.toml").write_text(sidecar[1], "utf8")
    (item,) = corpora.load(str(tmp_path / "calls.csv")).conversations("all")
    assert item.conversation.speakers == ("Agent", "Customer")
    assert item.gold == {"emotion": {"0": "neutral", "1": "anger"}}
