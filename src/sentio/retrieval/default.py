"""The repository that is there when none is named: the verified utterances of sentio's own corpus.

It is made of what comes with sentio, by the encoder that needs no torch, when it is first asked for, and kept:

~/.cache/sentio/demos/everyday-1f0c9a27b1d3e466/     another name for each state of the corpus and of the encoder

All five languages are in it, and every label as often as it was verified: docs/demonstrations.md has the figures.
"""

import atexit
import logging
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from sentio import encoders
from sentio.corpora.sources import label_layer, open_source
from sentio.errors import InputError, OutputError
from sentio.files.cache_folder import cache_folder
from sentio.files.writers.output import reported
from sentio.retrieval.building import Progress, build
from sentio.retrieval.repository import FORMAT, MANIFEST, Repository, read
from sentio.retrieval.unification import rendered

DEFAULT = Path("everyday")
"""Its name wherever a repository is named; a folder that is called so is named by its whole path."""
SOURCE = "everyday:train"
"""Whose labels it shows."""
ENCODER = "mini"
LOG = logging.getLogger("sentio.retrieval")


def load(repository: Path = DEFAULT, progress: Progress = lambda stage, done: None) -> Repository:
    """The repository in a folder, or the default one, which is made where it is not there yet; that takes some seconds.

    It is kept in the cache folder, or for this process alone where nothing can be written there; either is told in a
    line of the log. Raises `InputError` where there is no repository, a file is missing or damaged, or is not the one
    the manifest speaks of, or where "everyday" may also be a repository of the working directory, and `OutputError`
    where the default one can be written nowhere.

    >>> from sentio import retrieval
    >>> won = [retrieval.Query("We won!")]
    >>> [hit.entry.corpus for hit in retrieval.Retriever(retrieval.load()).retrieve(won)[0]]
    ['everyday', 'everyday', 'everyday']
    """
    if repository != DEFAULT:
        return read(repository)
    if (DEFAULT / MANIFEST).is_file():
        cause = "has the name of the demonstrations that come with sentio; name it by this path, or rename it"
        raise InputError(cause, path=DEFAULT.absolute())
    name = _name()
    try:
        place = cache_folder() / "demos" / name
        return _kept(place) or _made(place, progress)
    except OutputError as error:
        return _of_this_process(name, error, progress)


def suits(labels: Sequence[str]) -> bool:
    """Whether the default repository can show half of these labels or more: where it has words for a few of many, a
    prompt would point at those few.

    >>> from sentio.labels import SPACES
    >>> [suits(SPACES[space].labels) for space in ("iemocap6", "goemotions", "sentiment3")]
    [True, False, False]
    """
    corpus, _ = open_source(SOURCE, None)
    own = corpus.card.layers[label_layer(corpus.card, corpus.name)]
    told = {rendered(label, corpus.name, labels, "drop") for label in own} - {None}
    return 2 * len(told) >= len(labels)


def _name() -> str:
    """A name that says what it is made of: a repository of other texts or other vectors is never taken for this one."""
    (corpus, split), encoder = open_source(SOURCE, None), encoders.load(ENCODER)
    state = f"{FORMAT} {corpus.name} {corpus.fingerprint(split)} {encoder.name} {encoder.version}"
    return f"{corpus.name}-{sha256(state.encode()).hexdigest()[:16]}"


def _kept(place: Path) -> Repository | None:
    """What is there; None where nothing is, or a damaged one."""
    with suppress(InputError), reported(place):
        return read(place)
    return None


def _of_this_process(name: str, why: OutputError, progress: Progress) -> Repository:
    """The repository where it cannot be kept: the first call makes it, and tells why."""
    try:
        place = _temporary_folder() / name
    except OSError as error:
        cause = f"{why}; there is no folder for temporary files, either: name one with XDG_CACHE_HOME"
        raise OutputError(cause) from error
    if (found := _kept(place)) is not None:
        return found
    LOG.warning("%s; the default demonstrations are made for this process alone", why)
    return _made(place, progress)


@cache
def _temporary_folder() -> Path:
    """The one of this process. An index may still be written beside the files: they stay as long as the process."""
    folder = Path(tempfile.mkdtemp(prefix="sentio-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _made(place: Path, progress: Progress) -> Repository:
    """Make it beside its place, under a name of its own, and move it there when it is whole.

    Of several processes at once each makes one, and the first one's stays.
    """
    with reported(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    with reported(place), tempfile.TemporaryDirectory(prefix=f"{place.name}.", dir=place.parent) as beside:
        LOG.warning("making the default demonstrations of %s, once: %s", SOURCE, place)
        made = build([SOURCE], Path(beside) / "whole", encoder=ENCODER, progress=progress)
        if _kept(place) is None:
            with suppress(OSError):  # somebody else may have moved a damaged one away, or been faster
                place.rename(Path(beside) / "damaged")
            with suppress(OSError):
                made.path.rename(place)
    return replace(made, path=place)
