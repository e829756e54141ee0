"""Text that every tokenizer and server can read."""


def whole_characters(text: str) -> str:
    """The text with a replacement character for each half of one: Python strings may hold halves (lone surrogates),
    UTF-8 may not, and tokenizers and servers stumble on them.

    >>> whole_characters("half \\ud83c, whole \\ud83c\\udf89")
    'half \ufffd, whole 🎉'
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
