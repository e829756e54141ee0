"""Character n-gram models, one a fold: how each is fitted once, and how they return.

runs/char-ngrams-cped/model/
  model.json                the folds, and what else the system says of itself
  fold-0.safetensors …      the model of each fold
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from sentio.training.char_ngram_model import CharNgramModel, read_model
from sentio.training.folds import Fold, Folded
from sentio.training.manifest_file import require_files
from sentio.training.splits import Split


def fit_folds(
    model: Path,
    plan: Sequence[Fold],
    fit: Callable[[Split], CharNgramModel],
    progress: Callable[[str, float], None],
) -> None:
    """Fit a model on what each fold learns from, unless it is there, and keep it in the run's model folder."""
    model.mkdir(exist_ok=True)
    for number, fold in enumerate(plan):
        progress("fitting", number / len(plan))
        if not (path := _file(model, number)).exists():
            fit(fold.train).save(path)


def read_folds(model: Path, manifest: Folded) -> list[CharNgramModel]:
    """The model of each fold; raises `SentioError` where files lack or are damaged."""
    files = [_file(model, number) for number in range(len(manifest.folds))]
    require_files(files)
    return [read_model(file) for file in files]


def _file(model: Path, number: int) -> Path:
    return model / f"fold-{number}.safetensors"
