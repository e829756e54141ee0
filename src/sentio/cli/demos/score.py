"""`sentio demos score`: how often demonstrations carry the right label."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sentio.cli.demos.options import Flags
from sentio.retrieval.default import DEFAULT
from sentio.retrieval.options import Retrieval

if TYPE_CHECKING:
    from sentio.retrieval.repository import Repository
    from sentio.retrieval.score import Score


def score(
    *repositories: Path,
    on: str,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
    options: Flags = Retrieval(),  # noqa: B008  (frozen)
) -> None:
    """Score repositories on a split: the share of demonstrations that carry the label of their utterance.

    Examples:

    sentio demos score --on meld:validation --data DATA
    sentio demos score everyday demos --on meld:validation --data DATA
    sentio demos score by-minilm by-mini --on iemocap:validation --k 3
    sentio demos score demos --on meld:validation --context 0.2 --format json

    Parameters
    ----------
    repositories
        Folders that `sentio demos build` has written: of several encoders or corpora, for example. "everyday", which is
        the default, are the demonstrations that come with sentio.
    on
        CORPUS:SPLIT with labels, or your own table.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print: table, or json.
    """
    from sentio.cli.demos.opened import opened
    from sentio.cli.demos.target import target
    from sentio.corpora.sources import label_layer, open_source
    from sentio.retrieval import Retriever
    from sentio.retrieval.score import score as run

    corpus, split = open_source(on, data)
    aim = target(on if split == "all" else corpus.name, data)
    items, layer = list(corpus.conversations(split)), label_layer(corpus.card, corpus.name)
    scored = [opened(path) for path in repositories or (DEFAULT,)]
    found = [(held, run(Retriever(held, aim, options), items, layer, corpus.name)) for held in scored]
    if format == "json":
        rows = [
            {"repository": str(held.path), "encoder": held.manifest.encoder, **of.model_dump()} for held, of in found
        ]
        print(json.dumps(rows, indent=2))
    else:
        print(_table(on, found))


def _table(on: str, found: "list[tuple[Repository, Score]]") -> str:
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    k, utterances = found[0][1].k, found[0][1].utterances
    rows = [["repository", "encoder", "entries", f"precision at {k}", "any right", "vote wF1", "by chance"]]
    for held, of in found:
        figures = (f"{value:.4f}" for value in (of.precision, of.any, of.vote, of.chance))
        rows.append([literal(str(held.path)), literal(held.manifest.encoder), f"{of.entries}", *figures])
    return "\n".join([f"{literal(on)}: {utterances} utterances", "", aligned(rows, numbers_from=2)])
