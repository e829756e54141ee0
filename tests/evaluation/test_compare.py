"""Comparisons of two runs: what is drawn is what the task itself would score, whatever the task."""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import InputError, ScoreError
from sentio.evaluation import evaluate
from sentio.evaluation.aligned import Aligned
from sentio.evaluation.base import Predictions, Task
from sentio.evaluation.comparison import Comparison, compare
from sentio.evaluation.folders import below
from sentio.evaluation.outcome import Outcome, Row, merged
from sentio.evaluation.paired import Paired, differences
from sentio.evaluation.predictions import by_seed
from sentio.evaluation.tallies import Part, Rows, parts
from sentio.evaluation.tasks.causes import Causes
from sentio.evaluation.tasks.classification import Classification
from sentio.evaluation.tasks.multilabel import MultiLabel
from sentio.evaluation.tasks.next_emotion import NextEmotion
from sentio.evaluation.tasks.regression import Regression
from sentio.evaluation.tasks.reply import ReplyTask
from sentio.evaluation.tasks.spans import Spans
from sentio.evaluation.tasks.text import Text
from sentio.gold import Value
from sentio.metrics.classification import weighted_f1
from sentio.metrics.confusion import Codes
from sentio.metrics.significance import compare as paired_bootstrap
from sentio.metrics.significance import outcomes, randomisation_p

LABELS = ("joy", "anger", "neutral")
WORDS = ("the", "rain", "the rain", "rain on the roof of my car", "my car", "she left me and took the car today")
ROWS = 40
Write = Callable[..., Path]
NOT_DRAWN = {"distinct_1", "distinct_2", "emotion_agreement", "bert_score", "words", "empty_rate"}
"""Metrics without interval: what a repeated text changes, what a model reads every text for, and counts."""


def guesses(task: Task, dice: np.random.Generator, rows: int = ROWS, *, gold: bool = False) -> list[Value]:
    """Random gold, or random answers, some of which are none of the labels."""
    match task:
        case Causes():
            return list(map(str, dice.choice(task.labels, rows)))
        case Classification():
            return list(map(str, dice.choice(LABELS if gold else (*LABELS, "hunger"), rows)))
        case MultiLabel():
            known = LABELS if gold else (*LABELS, "hunger")
            return [tuple(map(str, dice.choice(known, dice.integers(0, 3), replace=False))) for _ in range(rows)]
        case Regression():
            return [float(score) for score in dice.integers(0, 8, rows) / 2]
        case Spans():
            return list(map(str, dice.choice(("", *WORDS), rows)))
    return list(map(str, dice.choice(WORDS, rows)))


TASKS: tuple[Task, ...] = (
    Classification("emotion", LABELS),
    Classification("emotion", LABELS, "micro_f1_without:neutral"),
    NextEmotion("emotion", LABELS),
    Causes(),
    MultiLabel("emotion", LABELS),
    Regression("empathy"),
    Spans(),
    Text("explanation"),
    ReplyTask(),
)


def outcome(task: Task, rows: Sequence[Row] = (), **changes: str) -> Outcome:
    given: dict[str, Any] = {
        "system": "mini", "corpus": "kitchen", "split": "validation", "target": task.layer, "task": task.name,
        "headline": task.headline, "labels": task.labels, "conversations": 1, "targets": 1, "chosen_on": "nothing",
        "rows": tuple(rows), **changes,
    }  # fmt: skip
    return Outcome(**given)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a finished run: its answers a seed, its metrics by the task's own `score`."""
    numbers = count()

    def run(
        task: Task,
        gold: Sequence[Value],
        *answers: Sequence[Value],
        units: Sequence[str] = (),
        ids: Sequence[str] = (),
        **changes: str,
    ) -> Path:
        folder = tmp_path / f"run{next(numbers)}"
        folder.mkdir()
        (folder / "config.toml").write_text('[evaluation]\nsystem = "mini"\n')
        columns = {
            "conversation": units or [f"talk{row // 4}" for row in range(len(gold))],
            "utterance": ids or list(map(str, range(len(gold)))),
            "gold": gold,
        }
        alike = {"evidence": "", "speaker": "Ada", "text": "Who ate my cake?", "probabilities": None}
        frames = [
            pl.DataFrame({**columns, "predicted": each}, strict=False).with_columns(
                seed=pl.lit(seed, pl.Int32), **{name: pl.lit(value) for name, value in alike.items()}
            )
            for seed, each in enumerate(answers)
        ]
        table = pl.concat(frames)
        table.write_parquet(folder / "predictions.parquet")
        metrics, per_label = merged([task.score(one) for _, one in by_seed(table)])
        row = Row(
            name="mini", kind="system", summary="", learned="", metrics=metrics, per_label=per_label, interval=None
        )
        (folder / "metrics.json").write_text(outcome(task, [row], **changes).model_dump_json(), "utf8")
        return folder

    return run


def random_rows(task: Task, seed: int = 0) -> Rows:
    dice = np.random.default_rng(seed)
    gold, first, second = (guesses(task, dice, gold=side == 0) for side in range(3))
    probabilities = None
    if task.name == "classification":
        probabilities = (dice.dirichlet(np.ones(3), ROWS), dice.dirichlet(np.ones(3), ROWS))
        # A confidence on the edge of two bins, wrong below it and right above.
        wrong = np.array([gold[row] != LABELS[1] for row in range(ROWS)])
        probabilities[0][:] = np.where(wrong[:, None], [0.2, 0.6, 0.2], [0.19, 0.62, 0.19])
    units = np.sort(dice.integers(0, 9, ROWS)).astype(np.intp)
    units = np.unique(units, return_inverse=True)[1].astype(np.intp)
    return Rows(units, np.ones(units.max() + 1, dtype=np.intp), gold, first, second, probabilities)


def drawable(task: Task, rows: Rows) -> list[Part]:
    return parts(task.name, task.headline, task.labels, rows)


def scored(task: Task, rows: Rows, chosen: Iterable[int], swapped: Codes | None = None) -> list[dict[str, float]]:
    """The task's own scores of the chosen rows, both systems' answers exchanged where `swapped`."""
    told = []
    places = list(chosen)
    for side in (0, 1):
        predicted, shares = [], []
        for row in places:
            other = side if swapped is None or not swapped[row] else 1 - side
            predicted.append(rows.answers[other][row])
            if rows.probabilities:
                shares.append(rows.probabilities[other][row].tolist())
        gold = [rows.gold[row] for row in places]
        answered = Predictions([str(rows.units[row]) for row in places], gold, predicted, shares or None)
        told.append(dict(task.score(answered).values))
    return told


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.name} {task.headline}")
def test_every_draw_has_the_scores_that_the_task_gives_its_rows(task: Task) -> None:
    rows = random_rows(task)
    dice = np.random.default_rng(1)
    units = len(rows.repeats)
    drawn = dice.multinomial(units, np.full(units, 1 / units), size=3).astype(np.int32)
    swaps = dice.integers(0, 2, (3, units)).astype(np.int32)
    found = drawable(task, rows)
    names = {name for part in found for name in part.metrics}
    assert task.headline in names
    for draw in range(3):
        again = np.repeat(np.arange(ROWS), drawn[draw][rows.units])
        exchanged = swaps[draw][rows.units].astype(bool)
        expected = (
            scored(task, rows, range(ROWS)),
            scored(task, rows, again),
            scored(task, rows, range(ROWS), exchanged),
        )
        assert names == expected[0][0].keys() - NOT_DRAWN
        for part in found:
            computed = (part.paired.whole(), part.paired.resampled(drawn)[:, draw], part.paired.swapped(swaps)[:, draw])
            for scores, wanted in zip(computed, expected, strict=True):
                for column, name in enumerate(part.metrics):
                    assert scores[:, column] == pytest.approx([one[name] for one in wanted], abs=1e-9), name


@pytest.mark.parametrize("measured", ["interval", "p"])
def test_figures_are_those_of_the_tests_of_one_measure(measured: str) -> None:
    rows = random_rows(TASKS[0], seed=3)
    gold, first, second = ([str(value) for value in side] for side in (rows.gold, *rows.answers))
    data = outcomes(gold, first, second, classes=LABELS, clusters=rows.units.tolist())
    part = drawable(TASKS[0], rows)[0]
    found = differences([part.paired], 2_000)
    column = part.metrics.index("weighted_f1")
    if measured == "p":
        assert found.p[column] == pytest.approx(randomisation_p(data, weighted_f1, draws=2_000))
        return
    wanted = paired_bootstrap(data, weighted_f1, draws=2_000)
    assert (found.low[column], found.high[column]) == pytest.approx((wanted.low, wanted.high))
    assert found.first[column] - found.second[column] == pytest.approx(wanted.score)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.name} {task.headline}")
def test_scores_are_those_of_the_runs_and_turn_their_sign_with_the_order(task: Task, write: Write) -> None:
    dice = np.random.default_rng(5)
    gold = guesses(task, dice, gold=True)
    first, second = (write(task, gold, guesses(task, dice)) for _ in range(2))
    found, turned = compare(first, second), compare(second, first)
    assert found.metrics[0].name == task.headline
    for one, other in zip(found.metrics, turned.metrics, strict=True):
        assert one.first_spread is not None
        assert one.first == pytest.approx(one.first_spread.mean, abs=1e-9)
        assert one.second == pytest.approx(other.first)
        assert one.difference == pytest.approx(-(other.difference or 0))
        assert one.p == pytest.approx(other.p)
        assert (one.interval is None) == (one.name in NOT_DRAWN)
        if one.interval and other.interval:
            assert one.interval == pytest.approx((-other.interval[1], -other.interval[0]), abs=1e-6)
    assert Comparison.model_validate_json(found.model_dump_json()) == found
    if found.agreement is not None:
        each = found.agreement
        assert each.both + each.only_first + each.only_second + each.neither == found.targets == ROWS
    assert found.disagreeing == len(found.disagreements)


def test_the_same_answers_differ_in_nothing(write: Write) -> None:
    gold = guesses(TASKS[0], np.random.default_rng(0), gold=True)
    found = compare(*(write(TASKS[0], gold, gold[::-1]) for _ in range(2)))
    assert {(one.difference, one.interval, one.p) for one in (*found.metrics, *found.labels)} == {
        (0.0, (0.0, 0.0), 1.0)
    }
    assert (found.disagreeing, found.disagreements) == (0, ())


def test_a_difference_of_every_conversation_is_none_of_chance(write: Write) -> None:
    gold = ["joy", "anger", "neutral", "joy"] * 20
    found = compare(write(TASKS[0], gold, gold), write(TASKS[0], gold, gold[1:] + gold[:1]))
    headline = found.metrics[0]
    assert headline.interval is not None
    assert headline.interval[0] > 0
    # Of 20 conversations all or none must be exchanged for a difference so large: 2 of 2 ** 20.
    assert headline.p == pytest.approx(1 / 10_001, abs=2e-4)


def test_seeds_are_compared_pair_by_pair_where_both_have_them(write: Write) -> None:
    dice = np.random.default_rng(2)
    gold = guesses(TASKS[0], dice, gold=True)
    three = [guesses(TASKS[0], dice) for _ in range(3)]
    two = [guesses(TASKS[0], dice) for _ in range(2)]
    found = compare(write(TASKS[0], gold, *three), write(TASKS[0], gold, *two))
    assert (found.seeds, found.first.seeds, found.second.seeds) == ((0, 1), 3, 2)
    singles = [compare(write(TASKS[0], gold, a), write(TASKS[0], gold, b)) for a, b in zip(three, two, strict=False)]
    for place, metric in enumerate(found.metrics):
        each = [one.metrics[place] for one in singles]
        assert metric.difference == pytest.approx(sum(one.difference or 0 for one in each) / 2)
        assert metric.first == pytest.approx(sum(one.first or 0 for one in each) / 2)
    assert found.metrics[0].first_spread is not None
    assert found.metrics[0].first_spread.n == 3, "the spread is over all seeds of the run"
    alone = compare(write(TASKS[0], gold, *three), write(TASKS[0], gold, two[0]))
    assert alone.seeds == (0,)
    assert alone.metrics == tuple(
        one.model_copy(update={"first_spread": other.first_spread})
        for one, other in zip(singles[0].metrics, alone.metrics, strict=True)
    )


def test_rows_are_found_by_their_place_and_twins_by_their_order(write: Write) -> None:
    task = Causes()
    gold = ["cause", "no cause", "cause", "cause"] * 3
    ids = ["0", "1", "1", "2"] * 3
    first, second = write(task, gold, gold, ids=ids), write(task, gold, ["cause"] * 12, ids=ids)
    found = compare(first, second)
    path = second / "predictions.parquet"
    table = pl.read_parquet(path)
    table.reverse().sort("conversation", "utterance", maintain_order=True).write_parquet(path)
    with pytest.raises(ScoreError, match="other gold for 'talk0 1', one of 6 targets"):
        compare(first, second)  # the twins have changed places
    table.sort("text", "utterance", maintain_order=True).write_parquet(path)
    assert compare(first, second) == found


@given(st.lists(st.tuples(*[st.sampled_from(LABELS)] * 3), min_size=2, max_size=60))
def test_alike_conversations_are_counted_not_repeated(rows: list[tuple[str, str, str]]) -> None:
    gold, first, second = zip(*rows, strict=True)
    table = {"seed": 0, "utterance": "0", "evidence": "", "speaker": "", "text": "", "probabilities": None}
    sides = [
        pl.DataFrame({"conversation": list(map(str, range(len(rows)))), "gold": gold, "predicted": side}).with_columns(
            **{name: pl.lit(value) for name, value in table.items()}
        )
        for side in (first, second)
    ]
    (kinds,) = Aligned.of(*sides).rows(len(LABELS))
    assert kinds.repeats.sum() == len(rows)
    different = len(set(rows))
    assert len(kinds.gold) == (different if 1 < different <= len(rows) // 4 else len(rows))
    each = Rows(np.arange(len(rows)), np.ones(len(rows), dtype=np.intp), gold, first, second)
    for task in (TASKS[0], MultiLabel("emotion", LABELS)):
        whole = [part.paired.whole() for part in drawable(task, each)]
        assert np.concatenate([part.paired.whole() for part in drawable(task, kinds)]) == pytest.approx(
            np.concatenate(whole)
        )


def test_kinds_are_drawn_as_their_conversations_are(write: Write) -> None:
    dice = np.random.default_rng(4)
    gold, first, second = (guesses(TASKS[0], dice, 300, gold=True) for _ in range(3))
    alone = [str(row) for row in range(300)]
    kinds = compare(*(write(TASKS[0], gold, side, units=alone) for side in (first, second)))
    rows = Rows(np.arange(300), np.ones(300, dtype=np.intp), gold, first, second)
    each = differences([drawable(TASKS[0], rows)[0].paired], 10_000)
    headline = kinds.metrics[0]
    assert headline.interval == pytest.approx((each.low[0], each.high[0]), abs=0.01)
    assert headline.p == pytest.approx(each.p[0], abs=0.02)


def test_one_conversation_leaves_nothing_to_draw(write: Write) -> None:
    gold = guesses(TASKS[0], np.random.default_rng(0), gold=True)
    found = compare(*(write(TASKS[0], gold, side, units=["talk"] * ROWS) for side in (gold, gold[::-1])))
    assert found.draws == 0
    assert found.metrics[0].difference is not None
    assert {(one.interval, one.p) for one in found.metrics} == {(None, None)}
    assert "single conversation" in found.cautions[0]


def test_what_is_undefined_is_told_as_that(write: Write) -> None:
    gold = [1.0, 2.0, 3.0, 5.0] * 3
    found = compare(write(Regression("empathy"), gold, gold), write(Regression("empathy"), gold, [2.0] * 12))
    pearson, mae = (next(one for one in found.metrics if one.name == name) for name in ("pearson", "mae"))
    assert pearson.first == pytest.approx(1.0)
    assert (pearson.second, pearson.difference, pearson.interval, pearson.p) == (None, None, None, None)
    assert mae.difference == pytest.approx(-1.25)
    assert mae.less_is_better
    assert found.draws == 1_000


@given(st.floats(-1e4, 1e4), st.integers(2, 50))
def test_a_constant_is_one_however_its_sums_are_rounded(constant: float, rows: int) -> None:
    gold = np.random.default_rng(rows).normal(size=rows).tolist()
    given_rows = Rows(np.arange(rows), np.ones(rows, dtype=np.intp), gold, [constant] * rows, gold)
    moments, ranks = drawable(Regression("empathy"), given_rows)
    first, second = moments.paired.whole()
    assert np.isnan(first[0])
    assert first[1] == 0
    assert (second[0], second[1]) == pytest.approx((1, 1))
    assert np.isnan(ranks.paired.whole()[0, 0])


def test_scores_of_many_rows_have_no_ranks_drawn(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentio.evaluation.correlations.RANKED", 10)
    dice = np.random.default_rng(0)
    task = Regression("empathy")
    gold = guesses(task, dice)
    found = compare(*(write(task, gold, guesses(task, dice)) for _ in range(2)))
    spearman = next(one for one in found.metrics if one.name == "spearman")
    assert spearman.difference is not None
    assert spearman.interval is None


def test_answers_that_are_empty_sets_and_sets_in_another_order(write: Write) -> None:
    task = MultiLabel("emotion", LABELS)
    gold: list[Value] = [("joy", "anger"), (), ("neutral",), ("joy",)] * 2
    first, empty = write(task, gold, [("anger", "joy"), (), (), ("joy",)] * 2), write(task, gold, [()] * 8)
    assert pl.read_parquet(empty / "predictions.parquet")["predicted"].dtype == pl.List(pl.Null)
    found = compare(first, empty)
    assert found.agreement is not None
    assert found.agreement.model_dump() == {"both": 2, "only_first": 4, "only_second": 0, "neither": 2}
    assert [(one.gold, one.first, one.second, one.right) for one in found.disagreements[:2]] == [
        (("joy", "anger"), ("anger", "joy"), (), "first"), (("joy",), ("joy",), (), "first"),
    ]  # fmt: skip
    assert {label.label: label.support for label in found.labels} == {"joy": 4, "anger": 2, "neutral": 2}


def test_disagreements_are_counted_and_some_are_listed(write: Write) -> None:
    gold = ["joy", "joy", "anger", "neutral"] * 2
    first, second = ["joy", "anger", "joy", "neutral"] * 2, ["joy", "joy", "hunger", "neutral"] * 2
    found = compare(write(TASKS[0], gold, first), write(TASKS[0], gold, second), limit=3)
    assert found.agreement is not None
    assert found.agreement.model_dump() == {"both": 4, "only_first": 0, "only_second": 2, "neither": 2}
    assert found.disagreeing == 4
    assert [(one.utterance, one.right) for one in found.disagreements] == [
        ("1", "second"),
        ("2", "neither"),
        ("5", "second"),
    ]
    assert found.disagreements[0].text == "Who ate my cake?"
    assert [(one.label, one.support) for one in found.labels] == [("joy", 4), ("anger", 2), ("neutral", 2)]


def test_scores_are_listed_from_the_furthest_apart(write: Write) -> None:
    gold = [1.0, 2.0, 3.0, 4.0, 5.0]
    sides = ([1.0, 2.5, 0.0, 4.0, 5.0], [1.0, 2.0, 3.0, 9.0, 5.0])
    found = compare(*(write(Regression("empathy"), gold, side) for side in sides))
    assert [(one.utterance, one.right) for one in found.disagreements] == [("3", None), ("2", None), ("1", None)]
    assert found.agreement is None


def test_spans_are_the_same_but_for_space_around_them(write: Write) -> None:
    gold = ["the rain", "", "my car", ""] * 2
    found = compare(
        write(Spans(), gold, [" the rain", " ", "car", ""] * 2), write(Spans(), gold, ["the rain", "", "car", "x"] * 2)
    )
    assert found.disagreeing == 2
    assert found.agreement is not None
    assert found.agreement.model_dump() == {"both": 4, "only_first": 2, "only_second": 0, "neither": 2}


def test_open_vocabulary_is_told_as_the_runs_have_it(write: Write) -> None:
    gold: list[Value] = [("glad",), ("cross", "tired")] * 4
    folders = [write(MultiLabel("emotion", ("glad", "cross", "tired")), gold, gold) for _ in range(2)]
    for folder in folders:
        told = json.loads((folder / "metrics.json").read_text("utf8"))
        told |= {"task": "open vocabulary", "labels": [], "headline": "f_s"}
        told["rows"][0]["metrics"] = {"f_s": {"mean": 0.5, "sd": None, "min": 0.5, "max": 0.5, "n": 1}}
        (folder / "metrics.json").write_text(json.dumps(told), "utf8")
    found = compare(*folders)
    assert [(one.name, one.difference, one.interval, one.p) for one in found.metrics] == [("f_s", 0.0, None, None)]
    assert (found.draws, found.agreement, found.labels) == (0, None, ())
    assert "wheels" in found.cautions[0]


@pytest.mark.parametrize("what", ["corpus", "split", "target", "headline"])
def test_runs_on_something_else_are_refused(what: str, write: Write) -> None:
    gold = guesses(TASKS[0], np.random.default_rng(0), gold=True)
    other = write(TASKS[0], gold, gold, **{what: "macro_f1"})
    with pytest.raises(ScoreError, match=f"runs on another {what} cannot be compared: .* and macro_f1"):
        compare(write(TASKS[0], gold, gold), other)


def test_other_targets_and_other_gold_are_refused(write: Write) -> None:
    gold = ["joy", "anger", "neutral", "joy"] * 2
    first = write(TASKS[0], gold, gold)
    with pytest.raises(ScoreError, match="other targets: 8 in one run, 4 in the other"):
        compare(first, write(TASKS[0], gold[:4], gold[:4]))
    with pytest.raises(ScoreError, match="only one run has 'talk0 0'"):
        compare(first, write(TASKS[0], gold, gold, ids=[f"u{row}" for row in range(8)]))
    with pytest.raises(ScoreError, match="other gold for 'talk0 1', one of 2 targets"):
        compare(first, write(TASKS[0], ["joy", "joy", "neutral", "joy"] * 2, gold))


def test_a_path_that_is_no_finished_run_is_refused(write: Write, tmp_path: Path) -> None:
    gold = guesses(TASKS[0], np.random.default_rng(0), gold=True)
    whole = write(TASKS[0], gold, gold)

    def refused(path: Path, message: str) -> None:
        with pytest.raises(InputError, match=message):
            compare(whole, path)

    refused(tmp_path / "nowhere", "no run folder")
    refused(whole / "baselines" / "majority.parquet", "has no such baseline")
    refused(whole / "moods.parquet", "neither a run folder nor the answers")
    unfinished = Path(shutil.copytree(whole, tmp_path / "unfinished"))
    (unfinished / "metrics.json").unlink()
    refused(unfinished, "not finished")
    (unfinished / "metrics.json").write_text("{}")
    refused(unfinished, "not what sentio evaluate writes")
    (unfinished / "config.toml").write_text('system = "mini"')
    refused(unfinished, "a training, not an evaluation")
    (unfinished / "config.toml").write_text("[evaluation")
    refused(unfinished, "cannot be read")
    (whole / "predictions.parquet").unlink()
    refused(whole, "missing")


def test_a_run_and_its_baselines(corpora: Path, moody: str, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "moody"
    told = evaluate(moody, "dailydialog", data=corpora, out=run, seeds=2)
    for row in told.rows[1:]:
        found = compare(run, run / "baselines" / f"{row.name}.parquet")
        assert (found.first.name, found.second.name, found.second.kind) == ("moody", row.name, row.kind)
        assert found.seeds == ((0, 1) if row.name == "stratified_random" else (0,))
        spread = row.metrics[told.headline]
        assert spread is not None
        assert found.metrics[0].second == pytest.approx(spread.mean)
    oracle = compare(run, run / "baselines" / "repeat_speaker.parquet")
    assert oracle.cautions == (
        "only 4 conversations are drawn: too few to say much about others",
        "repeat_speaker reads gold labels that a system has to find",
    )
    assert compare(run, run / "predictions.parquet").names == (str(run), str(run / "predictions.parquet"))


def test_what_was_chosen_on_the_split_is_told(corpora: Path, tmp_path: Path) -> None:
    (corpora / "dailydialog" / "dailydialog_train.txt").unlink()
    evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    found = compare(tmp_path / "run", tmp_path / "run" / "baselines" / "stratified_random.parquet")
    assert [side.chosen_on for side in (found.first, found.second)] == ["this split", "this split"]
    assert found.cautions[1] == "majority was fitted or chosen on this split: its figures are no result"


def test_run_folders_are_found_at_any_depth(write: Write, tmp_path: Path) -> None:
    gold = guesses(TASKS[0], np.random.default_rng(0), gold=True)
    run = write(TASKS[0], gold, gold)
    shutil.copytree(run, tmp_path / "deep" / "er")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.toml").write_text("[")
    found = {str(one.path.relative_to(tmp_path)): (one.finished, bool(one.problem)) for one in below(tmp_path)}
    assert found == {"broken": (False, True), "deep/er": (True, False), "run0": (True, False)}
    with pytest.raises(InputError, match="no such folder"):
        list(below(tmp_path / "nowhere"))


def test_an_answer_that_is_no_number_is_refused() -> None:
    rows = replace(random_rows(Regression("empathy")), first=[float("nan")] * ROWS)
    with pytest.raises(ScoreError, match="not a finite number"):
        drawable(Regression("empathy"), rows)


def test_tests_agree_with_drawing_by_hand() -> None:
    """The bootstrap as one would write it, drawing rows and scoring them one draw after the other."""
    task = MultiLabel("emotion", LABELS)
    rows = random_rows(task, seed=8)
    paired: Paired = drawable(task, rows)[0].paired
    found = differences([paired], 3_000)
    dice, gaps = np.random.default_rng(9), []
    groups = [np.flatnonzero(rows.units == unit) for unit in range(len(rows.repeats))]
    for _ in range(600):
        chosen = np.concatenate([groups[unit] for unit in dice.integers(0, len(groups), len(groups))])
        first, second = scored(task, rows, chosen)
        gaps.append(first["macro_f1"] - second["macro_f1"])
    assert np.quantile(gaps, (0.025, 0.975)) == pytest.approx([found.low[0], found.high[0]], abs=0.03)
