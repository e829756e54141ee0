"""Texts of people and models on their way into a page."""

import re

# Control characters, which no page may hold, and lone surrogates, which no file may; tab and line feed stay.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Text without what cannot stand in a page; line ends become line feeds.

    >>> clean("two\r\nlines\0")
    'two\nlines'
    """
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
