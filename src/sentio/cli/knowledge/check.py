"""`sentio knowledge check`: what is lacking in a knowledge file, and what is odd in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.knowledge.coverage import Coverage

NAMED = 5
"""So many of what is lacking are named."""


def check(
    knowledge: Path,
    *,
    corpus: str | None = None,
    split: str | None = None,
    file: Path | None = None,
    data: Path | None = None,
) -> int:
    """Compare a knowledge file with the conversations it is about: what is lacking, gaps, lengths, label words.

    Ends with 1 where something is lacking, had an error or is about another conversation.

    Examples:

    sentio knowledge check meld.jsonl --corpus meld --split validation
    sentio knowledge check chat.jsonl --file chat.txt

    Parameters
    ----------
    knowledge
        A file of `sentio knowledge build`.
    corpus
        The corpus it is about.
    split
        The part of the corpus; train by default, or the only one there is.
    file
        The file with the conversations it is about, instead of a corpus.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    """
    from sentio.cli import DONE, SKIPPED
    from sentio.cli.alignment import aligned
    from sentio.cli.knowledge.source import opened
    from sentio.files.writers.terminal import literal
    from sentio.knowledge.coverage import coverage
    from sentio.knowledge.reading import Knowledge

    source = opened(corpus, split, file, data)
    with Knowledge(knowledge) as known:
        found = coverage(known, source.read(), source.labels)
        print(literal(f"{knowledge}: by {', '.join(known.models)}, asked {', '.join(known.prompts)}"))
        if not known.causal:
            print("characteristics were written with the whole conversation in view: they know the future")
    heading = ("", "wanted", "answered", "gaps", "errors", "lacking", "foreign", "words", "off length", "label words")
    print("\n" + aligned([heading, *(_cells(one) for one in found)], numbers_from=1))
    print("".join(f"\n{literal(note)}" for one in found for note in _notes(one)), end="")
    return DONE if all(one.whole for one in found) else SKIPPED


def _cells(one: "Coverage") -> tuple[str, ...]:
    counts = (one.wanted, one.answered, one.gaps, one.errors, len(one.lacking), len(one.foreign))
    words = "" if one.words is None else "–".join(map(str, one.words))
    return (one.kind, *map(str, counts), words, str(one.off_length), str(sum(one.label_words.values())))


def _notes(one: "Coverage") -> Iterator[str]:
    for what, keys in (("lacking", one.lacking), ("about another conversation", one.foreign)):
        if keys:
            more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
            yield f"{what}: {', '.join(map(str, keys[:NAMED]))}{more}\n"
    if one.label_words:
        told = ", ".join(f"{word} ({times})" for word, times in one.label_words.most_common(NAMED))
        yield f"label words in {one.kind}: {told}\n"
