"""A person or a language model labels, and is told what came of it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.cli import DONE, SKIPPED
from sentio.cli.progress import Progress

if TYPE_CHECKING:
    from sentio.annotation import Source
    from sentio.annotation.by_model import Count
    from sentio.llms.options import Asking


def by_person(sources: "Sequence[Source]", file: Path, annotator: str, limit: int | None) -> int:
    """Show the page until the person has had enough; the exit code."""
    from sentio.annotation import poll
    from sentio.annotation.ballot import Ballot, VotesFile
    from sentio.annotation.by_person import label
    from sentio.annotation.keys import require_terminal
    from sentio.files.writers.terminal import literal

    require_terminal()
    with VotesFile(file) as votes:
        found = poll(sources, [file])
        ballot = Ballot(found, votes, annotator, "person")
        done = label(found, ballot, annotator, limit)
    print(literal(f"{file}: {done} labelled, {len(ballot)} of {len(found.utterances)} in all"))
    return DONE


def by_model(
    sources: "Sequence[Source]", file: Path, annotator: str | None, limit: int | None, asking: "Asking", shown: bool
) -> int:
    """Ask the model about all that it has not labelled, with progress where it is `shown`; the exit code."""
    from sentio.annotation import poll
    from sentio.annotation.ballot import Ballot, VotesFile
    from sentio.annotation.by_model import label, wanted
    from sentio.files.writers.terminal import literal

    with closing(asking.opened("this")) as model, VotesFile(file) as votes, Progress(shown) as progress:
        # Where its server stands is no part of a model.
        name = model.name.partition("@http")[0]
        found = poll(sources, [file])
        ballot = Ballot(found, votes, annotator or name, "language model", name)
        places = wanted(found, ballot, annotator or name, limit)
        done = 0

        def tell() -> None:
            nonlocal done
            done += 1
            progress.share(f"{done:,} of {len(places):,}", done / len(places))

        count = label(found, ballot, places, model, tell)
    print(literal(_summary(count, file, len(ballot), len(found.utterances))))
    return SKIPPED if count.failed else DONE


def _summary(count: "Count", file: Path, labelled: int, utterances: int) -> str:
    told = f"{file}: {count.labelled} labelled, {labelled} of {utterances} in all; {count.tally}"
    if count.failed:
        told += f"; {count.failed} questions failed, which are no votes; the last error: {count.last_error}"
        told += "; call again to ask them again"
    return told
