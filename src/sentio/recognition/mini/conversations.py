"""How `mini` learns to read conversations: on sentio's own, with some of GoEmotions' comments beside them.

What reads comments stays as it is, to the last bit; a branch of its graph and what was said before answer in
conversations. Several seeds are trained, each epoch is judged on validation, and the best seed is put into the folder.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

from sentio import labels
from sentio.corpora import goemotions
from sentio.encoders.mini.model_folder import Context, Manifest, read_manifest, version_of_vectors
from sentio.metrics.multilabel import thresholds_by_share
from sentio.nn.contextual_encoder import ContextualEncoder
from sentio.nn.conversation_encoder import EncoderShape
from sentio.nn.history_means import HistoryShape
from sentio.recognition.mini.context_export import export_context
from sentio.recognition.mini.lessons import BROAD, broad_mapping, lessons, talks
from sentio.recognition.mini.model_card import model_card
from sentio.recognition.mini.publish import CALIBRATION, DECIMALS, keep_scores
from sentio.recognition.mini.recognizer import Mini, active_in_conversation
from sentio.recognition.prc_encoder.reading import Reader, initial, weights_of_mini
from sentio.training.contextual_tuning import ContextualTuning, Loss, Rehearsal, cross_entropy, predict, tune
from sentio.training.epochs import Epoch
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder, replacing
from sentio.training.selection import Selection
from sentio.training.tuned_encoder import TOKENIZER
from sentio.training.weights_file import restored

Progress = Callable[[str, float], None]


class Conversations(BaseModel):
    """Everything that decides how conversations are read.

    `upper` layers are copied and tuned. So many comments of GoEmotions' training split are `rehearsed` beside the
    conversations; `marks_weight` is their annotators' share in the targets, the model's own scores have the rest.
    `neutral_share` is how much of what will be read is neutral: the conversations learned from have less of it, and the
    log-odds of neutral are raised by the difference (Saerens et al., Neural Computation 2002). `chosen_on` names the
    splits, beside everyday's validation split, on which these settings were chosen. `limit` cuts both splits of the
    conversations, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Seeds = (1, 2, 3, 4, 5)
    upper: int = Field(default=1, ge=1, le=6)
    rehearsed: int = Field(default=4000, ge=1)
    marks_weight: float = Field(default=0.5, ge=0, le=1)
    neutral_share: float | None = Field(default=None, gt=0, lt=1)
    chosen_on: tuple[str, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    history: HistoryShape = HistoryShape()
    tuning: ContextualTuning = ContextualTuning()


class Course:
    """What all seeds of a run share: a model folder that reads comments, some comments, and the conversations."""

    def __init__(
        self, settings: Conversations, run: RunFolder, comments: goemotions.Comments, progress: Progress
    ) -> None:
        """Reads what all seeds read; the model folder is the run's."""
        progress("reading conversations", 0.0)
        self._settings, self._run, self._progress = settings, run, progress
        space = labels.space("goemotions")
        self._shape = EncoderShape(labels=len(space), upper=settings.upper)
        self._lower, start = initial(self._shape, weights_of_mini(run.model))
        self._start = {name.removeprefix("scores."): tensor for name, tensor in start.items()}
        reader = Reader(run.model / TOKENIZER, self._lower, (), read_manifest(run.model).window)
        span = settings.history.span
        self._talks = {split: talks(split)[: settings.limit] for split in ("train", "validation")}
        self._lessons, self._tests = (lessons(reader, found, space, span) for found in self._talks.values())
        texts, marks = comments.texts[: settings.rehearsed], comments.marks[: settings.rehearsed]
        opinions = Mini(run.model, context=False).scores(texts)
        targets = settings.marks_weight * marks + (1 - settings.marks_weight) * opinions
        beside = Rehearsal(reader.states(texts, exact=False), torch.from_numpy(targets.astype(np.float32)))
        self._loss = Loss(broad_mapping(space), beside, settings.tuning, span)

    def learn(self) -> dict[str, Any]:
        """Train what is not trained yet, put the best seed into the model folder, and say what each was worth.

        `likelihood` is, by seed, what the epochs gave the votes of validation: the geometric mean of the probability
        of the emotion that was voted for.
        """
        selection = Selection(self._run, self._judge)
        history = selection.study(self._settings.seeds, self._epochs)
        best = max(history, key=lambda seed: max(history[seed]))
        self._progress("exporting", 0.0)
        manifest = read_manifest(self._run.model)
        model = restored(self._fresh(best), selection.weights(best))
        figures: dict[str, Any] = {"seed": best, "likelihood": {f"{seed}": scores for seed, scores in history.items()}}
        if self._settings.neutral_share is not None:
            figures["neutral_raised"] = self._raise_neutral(model, self._settings.neutral_share)
        context = Context(
            span=self._settings.history.span,
            thresholds=(0.5,) * self._shape.labels,
            vectors=version_of_vectors(self._run.model, manifest),
        )
        said = [turn.text for item in self._talks["train"] for turn in item.conversation.utterances][:CALIBRATION]
        export_context(self._run.model, self._lower, model, self._shape, self._settings.history, said)
        # Without a manifest the folder answers nothing that thresholds could be chosen on.
        self._write(manifest.model_copy(update={"context": context}))
        thresholds, measured = self._active(figures.get("neutral_raised", 0.0))
        figures |= measured
        learned = context.model_copy(update={"thresholds": thresholds, "training": figures})
        told = manifest.model_copy(update={"context": learned})
        self._write(told)
        (self._run.model / "README.md").write_text(model_card(told), "utf8")
        return figures

    def _fresh(self, seed: int) -> ContextualEncoder:
        torch.manual_seed(seed)
        tuning = self._settings.tuning
        model = ContextualEncoder(
            self._shape, self._settings.history, tuning.dropout, tuning.context_dropout, tuning.absence
        )
        model.load_state_dict(model.state_dict() | self._start)
        return model

    def _epochs(self, seed: int, checkpoint: Path) -> Iterator[Epoch[ContextualEncoder]]:
        done = partial(self._progress, f"seed {seed}")
        return tune(self._fresh(seed), self._lessons, self._loss, seed, checkpoint, done)

    def _judge(self, model: ContextualEncoder) -> float:
        logits = torch.from_numpy(predict(model, self._tests))
        votes = torch.cat([lesson.votes for lesson in self._tests])
        return exp(-float(cross_entropy(logits, votes, self._loss.broad)))

    def _raise_neutral(self, model: ContextualEncoder, share: float) -> float:
        """Raise neutral's log-odds to where it is that share of what is read; by how much."""
        space, broad = labels.space("goemotions"), labels.space(BROAD)
        votes = torch.cat([lesson.votes for lesson in self._lessons]).mean(0)
        learned = float(votes[broad.labels.index(str(broad.neutral))])
        raised = log(share / (1 - share)) - log(learned / (1 - learned))
        model.history.outputs.bias.data[space.labels.index(str(space.neutral))] += raised
        return round(raised, 4)

    def _active(self, raised: float) -> tuple[tuple[float, ...], dict[str, Any]]:
        """From which score on each label is active in a conversation, and what that gives on validation.

        A label is active as often as it is marked there; neutral as often as before it was raised, so that where
        people talk as they mostly do it is active more often.
        """
        space = labels.space("goemotions")
        marks = torch.cat([lesson.marks for lesson in self._tests]).numpy().astype(bool)
        scores = Mini(self._run.model).scores_in([item.conversation for item in self._talks["validation"]])
        keep_scores(self._run.path / "predictions-context.parquet", space, marks, scores)
        learned, neutral = scores.astype(np.float64), space.labels.index(str(space.neutral))
        learned[:, neutral] /= learned[:, neutral] + exp(raised) * (1 - learned[:, neutral])
        thresholds = thresholds_by_share(marks, learned).round(DECIMALS)
        active = active_in_conversation(scores, thresholds.astype(np.float32))
        hits = int((active & marks).sum())
        figures = {
            "marked": marks.sum() / len(marks),
            "active": active.sum() / len(marks),
            "precision": hits / active.sum(),
            "recall": hits / marks.sum(),
        }
        return tuple(thresholds.tolist()), {name: round(float(value), DECIMALS) for name, value in figures.items()}

    def _write(self, manifest: Manifest) -> None:
        with replacing(self._run.model / "model.json") as beside:
            beside.write_text(json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n", "utf8")
