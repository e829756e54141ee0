"""`sentio features build`: what an encoder makes of each utterance, in a file."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def build(
    *inputs: Path,
    corpus: Annotated[list[str] | None, Parameter(name="--corpus", negative="")] = None,
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    encoder: str = "minilm",
    data: Path | None = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> None:
    """Write the vectors that an encoder gives to the utterances of corpora and files.

    Each text is computed once, and kept: in $XDG_CACHE_HOME/sentio/features.sqlite, by default in ~/.cache. An
    utterance without a word has no vector and no row.

    Examples:

    sentio features build --corpus meld:train --corpus meld:validation --encoder minilm --out meld.npz --data DATA
    sentio features build chat.txt --encoder mini --out chat.parquet
    sentio features build --corpus iemocap:train --encoder models/prc-encoder --out iemocap.safetensors

    Parameters
    ----------
    inputs
        Conversations in any format that `sentio recognize` reads, "-" for standard input.
    corpus
        CORPUS:SPLIT, by a name of `sentio corpora ls`, or your own table with labels; give it once for each.
    out
        The file to write: .npz, .parquet or .safetensors.
    encoder
        minilm, mini, minilm+mini, or the folder of a sentence-transformers model.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    quiet
        No progress.
    """
    from sentio import encoders
    from sentio.cli.features.source import conversations
    from sentio.cli.progress import Progress
    from sentio.features import default_cache
    from sentio.features.encoded import Encoded
    from sentio.features.writing import format_of, write
    from sentio.files.writers.terminal import literal

    format_of(out)  # told before anything is computed
    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        read = conversations(corpus or (), inputs, data, progress)
        model = encoders.load(encoder)
        written = write(out, read, Encoded(model, default_cache()))
    of = f"{written.rows} utterances, {written.width} numbers each by {model.name} {model.version}"
    print(literal(f"{out}: {of}; {written.absent} have no word and no row"))
