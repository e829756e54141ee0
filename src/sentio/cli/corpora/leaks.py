"""`sentio corpora leaks`: what of one split stands in another, or twice in itself."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sentio.cli.corpora.found import PHRASES, WIDTH, Found, phrase_lines, share, titled

if TYPE_CHECKING:
    from sentio.cli.progress import Progress
    from sentio.corpora import Corpus
    from sentio.corpora.leaks import Place, Twin
    from sentio.gold import AnnotatedConversation

NAMES = 8
"""So many shared names are shown; JSON has all of them."""


def leaks(
    evaluated: str,
    trained: str | None = None,
    *,
    everywhere: Annotated[bool, Parameter(negative="")] = False,
    words: int | None = None,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> int:
    """Count what of a split stands in another one already: utterances, runs of words, conversations and speakers.

    Of one split alone: which texts it repeats, how many of these carry labels that differ, and which phrases are a
    habit of it. A split of another corpus that cannot be read (--everywhere) is left out, and ends with exit code 1.

    Examples:

    sentio corpora leaks meld/validation meld/train
    sentio corpora leaks meld/validation emorynlp/train --format json
    sentio corpora leaks meld/train
    sentio corpora leaks everyday --everywhere

    Parameters
    ----------
    evaluated
        CORPUS/SPLIT that is scored, or your own table.
    trained
        CORPUS/SPLIT that is trained on, or your own table.
    everywhere
        Against every split of all other corpora that you have, by runs of words alone; EVALUATED may be a CORPUS.
    words
        So many words in a row make a phrase; 8 between two splits, 5 within one, where a phrase counts that stands in
        more than three conversations.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print: table, or json.
    quiet
        No progress.
    """
    from sentio.cli import DONE, SKIPPED
    from sentio.cli.progress import Progress

    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        found = (_everywhere if everywhere else _of_splits)(evaluated, trained, words, data, progress)
    print(json.dumps(found.values, indent=2) if format == "json" else found.table())
    return DONE if found.complete else SKIPPED


def _everywhere(
    evaluated: str, trained: str | None, words: int | None, data: Path | None, progress: "Progress"
) -> Found:
    from sentio.cli.corpora.everywhere import everywhere
    from sentio.corpora.phrases import SHARED
    from sentio.errors import InputError

    if trained is not None:
        raise InputError(f"--everywhere compares with all corpora; leave out {trained!r} or the flag")
    return everywhere(evaluated, _length(words, SHARED), data, progress)


def _of_splits(
    evaluated: str, trained: str | None, words: int | None, data: Path | None, progress: "Progress"
) -> Found:
    from sentio.corpora.phrases import REPEATED, SHARED

    length = _length(words, REPEATED if trained is None else SHARED)
    ours = _split(evaluated, data, progress)
    if trained is None:
        return _within(ours, evaluated, length)
    return _between(ours, _split(trained, data, progress), evaluated, trained, length)


def _length(words: int | None, usual: int) -> int:
    """Of a phrase; raises `InputError` where it is none."""
    from sentio.errors import InputError

    if words is not None and words < 1:
        raise InputError(f"--words: a phrase has 1 word or more, not {words}")
    return words or usual


def _between(ours: "Split", theirs: "Split", evaluated: str, trained: str, words: int) -> Found:
    from sentio.corpora import leaks
    from sentio.corpora.phrases import PhraseIndex

    report = leaks.between(ours.items, theirs.items)
    phrases = PhraseIndex(ours.items, words).shared_with(theirs.items)
    sharing = len({phrase.place for phrase in phrases})
    rows = [
        ("utterances", f"{report.utterances}"),
        ("  byte for byte there", share(report.exact, report.utterances)),
        ("  verbatim there", share(report.verbatim, report.utterances)),
        (f"utterances of {leaks.LONG} words or more", f"{report.long}"),
        ("  verbatim there", share(report.verbatim_long, report.long)),
        (f"  else nearly there ({report.threshold:.0%} of the words)", share(report.near, report.long)),
        (f"utterances that share {words} words in a row", share(sharing, report.utterances)),
        ("conversations of the same id", _names(report.shared_conversations)),
        ("speakers of the same name", _names(report.shared_speakers)),
        ("speaker-independent, as far as names tell", "yes" if report.speaker_independent else "no"),
    ]
    return Found(
        heading=f"{evaluated} (evaluated) against {trained} (trained on)",
        values={
            "evaluated": evaluated,
            "trained": trained,
            **asdict(report),
            "speaker_independent": report.speaker_independent,
            "words": words,
            "phrases": [asdict(phrase) for phrase in phrases],
        },
        rows=rows,
        examples=[*_examples(report.twins, ours, theirs), *titled("phrases", phrase_lines(phrases))],
    )


def _within(split: "Split", name: str, words: int) -> Found:
    from sentio.corpora import leaks
    from sentio.corpora.phrases import ABOVE, repeated
    from sentio.files.writers.terminal import literal

    layer = next(iter(split.corpus.card.layers), None)
    report = leaks.within(split.items, layer)
    habits = repeated(split.items, words)
    rows = [
        ("utterances", f"{report.utterances}"),
        ("  with a twin, byte for byte", share(report.exact_rows, report.utterances)),
        ("  with a twin, verbatim", share(report.rows, report.utterances)),
        ("texts that recur", f"{report.texts}"),
    ]
    if layer:
        rows.append((f"  with values of {layer!r} that differ", share(report.conflicting, report.texts)))
    rows.append((f"phrases of {words} words in more than {ABOVE} conversations", f"{len(habits)}"))
    phrases = [f"{habit.conversations}x  {literal(habit.phrase)}" for habit in habits[:PHRASES]]
    return Found(
        heading=f"{name} within itself",
        values={
            "split": name,
            "layer": layer,
            **asdict(report),
            "words": words,
            "phrases": [asdict(habit) for habit in habits],
        },
        rows=rows,
        examples=[*_examples(report.twins, split, split), *titled("phrases", phrases)],
    )


@dataclass(frozen=True)
class Split:
    """The conversations of a split, which are compared as a whole."""

    corpus: "Corpus"
    items: "list[AnnotatedConversation]"

    def text(self, place: "Place") -> str:
        """What was said at a place."""
        conversation, utterance = place
        item = next(item for item in self.items if item.id == conversation)
        return next(said.text for said in item.conversation.utterances if said.id == utterance)


def _split(name: str, data: Path | None, progress: "Progress") -> Split:
    """CORPUS/SPLIT, or a table, whose one split need not be named."""
    from sentio.cli.corpora.reading import counted
    from sentio.corpora.sources import opened
    from sentio.errors import SentioError

    corpus, split = opened(name, data)
    if not split:
        raise SentioError(f"{name!r} names no split; write CORPUS/SPLIT, as in {name}/train")
    return Split(corpus, list(counted(corpus.conversations(split), progress, name)))


def _names(names: Sequence[str]) -> str:
    from sentio.files.writers.terminal import literal

    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return f"{len(names)}: {literal(', '.join(names[:NAMES]))}{more}" if names else "0"


def _examples(twins: "Sequence[Twin]", ours: Split, theirs: Split) -> list[str]:
    """Two lines a pair: how much they share, and what was said where."""
    from sentio.files.writers.terminal import literal

    lines = []
    for twin in twins:
        for head, split, place in ((f"{twin.similarity:.2f}", ours, twin.place), ("", theirs, twin.other)):
            lines.append(f"{head:<4}  {literal('/'.join(place))}  {literal(split.text(place))[:WIDTH]}")
    return lines
