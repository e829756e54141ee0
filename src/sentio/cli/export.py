"""`sentio export`: the model of a training run for use elsewhere."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def export(
    run: Path,
    *,
    form: Literal["merged", "adapter", "llama-factory", "encoder"],
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    seed: int | None = None,
    data: Path | None = None,
) -> int:
    """Write what a training run has made in another form, and say how it is used.

    Examples:

    sentio export runs/prc-emo-meld --form merged --out models/prc-emo-meld
    sentio export runs/prc-emo-meld --form adapter --out adapters/prc-emo
    sentio export runs/prc-emo-meld --form llama-factory --out exports/prc --data DATA
    sentio export runs/prc-encoder-meld --form encoder --out models/prc-encoder-meld

    Parameters
    ----------
    run
        The folder of a training run (`sentio train`).
    form
        merged: one model with the adapter in its weights; adapter: PEFT's format, which vLLM serves; llama-factory:
        its data and configuration, to train there; encoder (of prc_encoder): its token layers as a
        sentence-transformers model, for `sentio features build --encoder`.
    out
        A new or empty folder.
    seed
        Which of the run's seeds; the best on validation by default.
    data
        The folder of the corpora, for llama-factory; SENTIO_DATA by default.
    """
    from sentio.recognition.exporting import export as written

    print(written(run, form, out, seed=seed, data=data))
    return 0
