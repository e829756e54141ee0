"""A recipe of the tests with other settings."""

from pathlib import Path


def written(path: Path, text: str, *changes: tuple[str, str]) -> Path:
    """The file, with the text in which each old part, which must be there, is replaced by the new one."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path
