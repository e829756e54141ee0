"""From bytes to text: UTF-8, UTF-16 or Windows-1252, decided while the file streams.

A byte order mark decides. Without one, text whose every other byte is NUL is UTF-16, and all else is
UTF-8 in which bytes that cannot be UTF-8 are read as Windows-1252, one by one. So a Windows-1252 file
needs no second pass, and a UTF-8 file into which a Windows-1252 line was pasted keeps both. A byte that
means nothing in either becomes U+FFFD: the words around it are worth more than the byte. Only text in an
old code page of another script is refused, for then nothing would be right.

>>> encoding_of("Zoë: hi".encode("utf-16"))
'utf-16'
>>> "Zoë: naïve “yes”".encode("cp1252").decode("utf-8", FALLBACK)
'Zoë: naïve “yes”'
>>> b"caf\\x81".decode("utf-8", FALLBACK)
'caf�'
"""

import codecs
import re

FALLBACK = "sentio.windows-1252"
"""Name of the decoding error handler that reads single bytes as Windows-1252."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = bytes({*range(9), *range(14, 27), *range(28, 32)})
_ODD = re.compile("[\0\x80-\x9f\ud800-\udfff]")
_MENDED = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)} | {0: ""}


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


# Python looks error handlers up by name, so this one entry must be made in its table.
codecs.register_error(FALLBACK, _windows_1252)


def encoding_of(head: bytes) -> str:
    """The codec of a file that begins with `head`."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # Western text in UTF-16 has NUL in nearly every high byte and never in a low one.
    if half and odd > 0.6 * half and even == 0:
        return "utf-16-le"
    if half and even > 0.6 * half and odd == 0:
        return "utf-16-be"
    return "utf-8"


def is_binary(head: bytes) -> bool:
    """Whether a file that begins with `head` is no text: more than one byte in a hundred is a control byte.

    A stray NUL or two in a text is no sign; reading drops them.

    >>> is_binary(b"Ada: hi\\0"), is_binary(bytes(range(64)))
    (False, True)
    """
    if encoding_of(head).startswith("utf-16"):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls >= 4 and controls > len(head) / 100


def foreign_byte(head: bytes) -> int | None:
    """Where `head` stops being UTF-8, if it is no Western text either; None where it can be read.

    Cyrillic, Greek or Chinese in an old code page would turn into accented rubbish as Windows-1252.
    It shows by its letters: most lie outside ASCII, which no Western language comes near. And most of
    their bytes are invalid, unlike those of UTF-8 in which a byte or two were damaged.
    """
    if encoding_of(head) != "utf-8":
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        high = sum(byte >= 0x80 for byte in head)
        letters = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in head)
        valid = sum(byte >= 0x80 for byte in head.decode("utf-8", "ignore").encode())
        return error.start if high >= 8 and high > letters and high > 2 * valid else None
    return None


def opening_of(head: bytes) -> str:
    """The first characters of a file, for a look at its format; undecodable bytes become U+FFFD."""
    encoding = encoding_of(head)
    text = codecs.getincrementaldecoder(encoding)(on_undecodable(encoding)).decode(head)
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def on_undecodable(encoding: str) -> str:
    """The error handler that goes with a codec from `encoding_of`; neither ever raises."""
    return "replace" if encoding.startswith("utf-16") else FALLBACK


def mend(text: str) -> str:
    """Text without damage done by others: Windows-1252 punctuation that was taken for Latin-1 control
    characters (as in MELD) is put right, NUL is dropped, half a surrogate pair becomes U+FFFD.

    >>> mend("He\\x92s here\\x85")
    'He’s here…'
    """
    # Almost every string is ASCII without NUL, and both tests are a matter of nanoseconds.
    if (text.isascii() and "\0" not in text) or not _ODD.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").translate(_MENDED)
