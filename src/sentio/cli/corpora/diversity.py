"""`sentio corpora diversity`: how varied the language of a corpus is, beside others at equal size."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.cli.progress import Progress
    from sentio.corpora.diversity import Comparison, Texts
    from sentio.gold import AnnotatedConversation
    from sentio.metrics.spread import Spread

NAMES = {
    "utterances": ("utterances", 0),
    "length": ("tokens of an utterance", 2),
    "vocabulary": ("vocabulary", 0),
    "distinct_1": ("distinct-1", 4),
    "distinct_2": ("distinct-2", 4),
    "self_bleu_2": ("self-BLEU-2", 2),
    "self_bleu_3": ("self-BLEU-3", 2),
    "self_bleu_4": ("self-BLEU-4", 2),
}
"""What a figure is called in the table, and with how many digits it is shown."""


def diversity(
    name: str,
    *,
    against: Annotated[list[str] | None, Parameter(name="--against", negative="")] = None,
    where: str | None = None,
    samples: int = 5,
    seed: int = 0,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> None:
    """Measure how varied the language of a corpus is: vocabulary, distinct-n, self-BLEU; beside others at equal size.

    All these move with size, so whole conversations are drawn from each corpus until it has as many tokens as the
    smallest. Of vocabulary and distinct-n more is more diverse, of self-BLEU less.

    Examples:

    sentio corpora diversity everyday --where language=en --against meld:train
    sentio corpora diversity mine.csv --against everyday --against meld:train --format json
    sentio corpora diversity meld:train

    Parameters
    ----------
    name
        CORPUS or CORPUS:SPLIT, as `sentio corpora ls` names them, or your own table.
    against
        Another one to compare with; give it once for each.
    where
        FACT=VALUE: of NAME only the conversations with this fact (`sentio corpora convert --to jsonl` shows facts).
    samples
        Draws of each corpus, whose mean and standard deviation are shown.
    seed
        Of the draws.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print: table, or json.
    quiet
        No progress.
    """
    from sentio.cli.progress import Progress
    from sentio.corpora.diversity import compare
    from sentio.errors import InputError

    if samples < 1:
        raise InputError(f"--samples: at least one is drawn, not {samples}")
    names = [name, *(against or ())]
    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        found = compare(_read(names, where, data, progress), samples=samples, seed=seed)
    heads = [f"{name} where {where}" if where else name, *names[1:]]
    print(_json(heads, found, samples, seed) if format == "json" else _table(heads, found, samples))


def _read(names: list[str], where: str | None, data: Path | None, progress: "Progress") -> "list[list[Texts]]":
    """The conversations of each corpus as tokens; raises `InputError` for one without a word."""
    from sentio.cli.corpora.reading import counted
    from sentio.corpora.diversity import texts_of
    from sentio.corpora.sources import conversations, open_splits
    from sentio.errors import InputError

    if where is not None and not all(where.partition("=")):
        raise InputError(f"--where: write FACT=VALUE, as in language=en, not {where!r}")
    # All are opened first: a name that is misspelt is told before anything is read.
    opened = [open_splits(name, data) for name in names]
    found = []
    for place, (name, (corpus, splits)) in enumerate(zip(names, opened, strict=True)):
        items = counted((item for _, item in conversations(corpus, splits)), progress, name)
        talks = texts_of(_having(items, name, where) if where and not place else items)
        if not talks:
            raise InputError(f"{name} has no words to measure")
        found.append(talks)
    return found


def _having(items: "Iterable[AnnotatedConversation]", name: str, where: str) -> "Iterator[AnnotatedConversation]":
    """Those with the fact; where there are none, `InputError` says which values there are."""
    from sentio.errors import InputError

    fact, _, value = where.partition("=")
    known, met = set(), False
    for item in items:
        known.add(str(item.facts.get(fact, "")))
        if item.facts.get(fact) is not None and str(item.facts[fact]) == value:
            met = True
            yield item
    if not met:
        values = sorted(known - {""})
        said = f"there it is {', '.join(values[:8])}" if values else "nothing there says so"
        raise InputError(f"--where: no conversation of {name} has {where}; {said}")


def _json(heads: list[str], found: "Comparison", samples: int, seed: int) -> str:
    corpora = [
        {"corpus": head, **{name: asdict(spreads[place]) for name, spreads in found.scores.items()}}
        for place, head in enumerate(heads)
    ]
    return json.dumps({"tokens": found.tokens, "samples": samples, "seed": seed, "corpora": corpora}, indent=2)


def _table(heads: list[str], found: "Comparison", samples: int) -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    rows = [["", *map(literal, heads)]]
    for name, spreads in found.scores.items():
        said, digits = NAMES[name]
        rows.append([said, *(_cell(one, digits) for one in spreads)])
    draws = f"mean ± standard deviation of {samples} draws" if samples > 1 else "one draw"
    return f"{aligned(rows, numbers_from=1)}\n\nat {found.tokens} tokens each; {draws}"


def _cell(found: "Spread", digits: int) -> str:
    """Mean and standard deviation; the mean alone where every draw is the same."""
    return f"{found.mean:.{digits}f}" + (f" ± {found.sd:.{digits}f}" if found.sd else "")
