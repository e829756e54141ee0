"""From the trained student to the model folder: export, thresholds for the 8-bit scores, figures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from sentio import labels
from sentio.encoders.mini.model_folder import Manifest
from sentio.metrics.multilabel import ThresholdFit
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.recognition.mini.export import export
from sentio.recognition.mini.model_card import model_card
from sentio.recognition.mini.recognizer import Mini
from sentio.training.fine_tune import predict
from sentio.training.run_folder import RunFolder

CALIBRATION = 2_000
"""Training texts on which the 8-bit ranges are chosen."""
DECIMALS = 4


class Thresholds(BaseModel):
    """See `sentio.metrics.multilabel.ThresholdFit`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bandwidth: float = Field(ge=0)
    prior: float = Field(ge=0)

    @property
    def fit(self) -> ThresholdFit:
        """How thresholds are fitted."""
        return ThresholdFit(self.bandwidth, self.prior)


class Rows(BaseModel):
    """One split, tokenised: token ids of each row and marks of shape (rows, labels)."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    texts: list[str]
    ids: list[list[int]]
    marks: NDArray[np.bool_]


def publish(
    run: RunFolder,
    student: EmotionEncoder,
    tokenizer: Path,
    training: Rows,
    dev: Rows,
    fit: ThresholdFit,
    window: int,
) -> dict[str, Any]:
    """Write the run's model folder and measure it on dev, beside the fp32 student.

    The predictions are on disk before anything is computed from them. The thresholds that go with the
    model are fitted on the whole dev split; the F1 reported is cross-fitted: no row is judged by
    thresholds that have seen it.
    """
    space = labels.space("goemotions")
    export(
        student,
        tokenizer,
        run.model,
        labels=space.labels,
        thresholds=[0.5] * len(space),
        texts=training.texts[:CALIBRATION],
        window=window,
    )
    exact, quantised = predict(student, dev.ids, exact=True), Mini(run.model).scores(dev.texts)
    keep_scores(run.path / "predictions.parquet", space, dev.marks, quantised)
    halvings = {"fp32": fit.cross_fitted(dev.marks, exact), "int8": fit.cross_fitted(dev.marks, quantised)}
    figures: dict[str, Any] = {"training_rows": len(training.texts), "dev_rows": len(dev.texts)}
    figures |= {
        f"macro_f1_{name}": {"mean": _round(f1.mean()), "spread": _round(f1.mean(axis=1).std())}
        for name, f1 in halvings.items()
    }
    figures["largest_score_difference"] = _round(np.abs(exact - quantised).max())
    figures["f1"] = dict(zip(space.labels, map(_round, halvings["int8"].mean(axis=0)), strict=True))
    figures["positives"] = dict(zip(space.labels, dev.marks.sum(axis=0).tolist(), strict=True))
    _finish(run.model, fit.thresholds(dev.marks, quantised), figures)
    return figures


def keep_scores(path: Path, space: labels.LabelSpace, marks: NDArray[np.bool_], scores: NDArray[np.float32]) -> None:
    """Write what was marked and what the model says, a row each, before any figure is computed from it."""
    names = np.array(space.labels)
    columns = {"gold": [names[row].tolist() for row in marks]}
    frame = polars.DataFrame(columns | {label: scores[:, number] for number, label in enumerate(space.labels)})
    frame.write_parquet(path)


def _finish(folder: Path, thresholds: NDArray[np.float64], figures: dict[str, Any]) -> None:
    path = folder / "model.json"
    found = Manifest.model_validate_json(path.read_bytes())
    told = found.model_copy(update={"thresholds": tuple(_round(t) for t in thresholds), "training": figures})
    path.write_text(json.dumps(told.model_dump(mode="json"), indent=2) + "\n", "utf8")
    (folder / "README.md").write_text(model_card(told), "utf8")


def _round(value: float) -> float:
    return round(float(value), DECIMALS)
