"""Where in a line the speaker's name ends, in `Name: words`.

The name goes up to the first colon that is followed by a space or the end of the line; a colon
directly before a word of two or more letters counts when there is no such colon. So that a sentence
with a colon is not taken for a speaker, a name

- has 1 to 40 characters, not all of them punctuation, and at most five words,
- holds no tab, none of `? ! ; " “ ” … { } < > =` and no time of day,
- if it has more than two words, has no lower-case word of four letters or more.

A time in brackets after the name is not part of it, nor are the asterisks of a name in bold Markdown.

>>> split("Dr. No: a: b"), split("And then she said: go")
(('Dr. No', 'a: b'), None)
"""

import re
from unicodedata import category

CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_COLON = re.compile(r":(?=\s|$)|：")
_TIGHT_COLON = re.compile(r":(?=[^\W\d_]{2})")
_NEVER = re.compile(rf'[?!;"“”„…{{}}<>=\n\t]|\.\.\.|{CLOCK}')
_TIME_AFTER = re.compile(rf"\s*[\[(]\s*{CLOCK}\s*[\])]$")
_LONGEST, _MOST_WORDS = 40, 5


def split(line: str) -> tuple[str, str] | None:
    """Speaker and words of a line, or None when it does not begin with a name."""
    if line.startswith("**"):
        line = line.replace("**", "", 2)
    colon = _COLON.search(line) or _TIGHT_COLON.search(line)
    if colon is None or colon.start() > 2 * _LONGEST:
        return None
    name = _TIME_AFTER.sub("", line[: colon.start()].strip())
    return (name, line[colon.end() :].strip()) if is_name(name) else None


def is_name(name: str) -> bool:
    """Whether this may be what a speaker is called.

    >>> is_name("Customer Service 2"), is_name("the answer is"), is_name("Meet at 10:30")
    (True, False, False)
    """
    if not 0 < len(name) <= _LONGEST or _NEVER.search(name) or not any(category(letter)[0] in "LNS" for letter in name):
        return False
    words = name.split()
    if len(words) > _MOST_WORDS:
        return False
    return len(words) <= 2 or not any(len(word) >= 4 and word[0].islower() for word in words)
