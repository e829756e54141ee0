"""Systems that find causes, scored on RECCON's folds: the rules that were measured apart from this code, and what is
shown of other dialogues and without context."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.caused_dialogues import FIVE

from sentio import corpora
from sentio.causes import Candidate, Felt, Judgement
from sentio.errors import InputError, SentioError
from sentio.evaluation import evaluate, predictors, tasks
from sentio.evaluation.base import Asked, Predictions, Task
from sentio.evaluation.found_causes import FoundCauses
from sentio.evaluation.tasks.classification import Classification
from sentio.gold import AnnotatedConversation
from sentio.labels import space
from sentio.metrics.extractive import EntailmentScores, causal_entailment_scores

SPLITS = ("validation", "train")
ALL = range(1_000)


class ByDistance:
    """A candidate at one of these distances is a cause, with all of its words; remembers what it was shown."""

    space = space("dailydialog")

    def __init__(self, *distances: int, longer: str = "") -> None:
        self.shown: list[Felt] = []
        self._distances, self._longer = distances, longer

    def find(self, asked: Iterable[Felt]) -> Iterator[Judgement]:
        for felt in asked:
            self.shown.append(felt)
            said = felt.conversation.utterances
            place = {one.id: number for number, one in enumerate(said)}
            yield {
                target: [
                    Candidate(one.id, float(place[target] - number in self._distances), one.text + self._longer)
                    for number, one in enumerate(said[: place[target] + 1])
                ]
                for target in felt.emotions
            }


@cache
def dialogues(data: Path, split: str) -> tuple[AnnotatedConversation, ...]:
    if not (data / "reccon").is_dir():
        pytest.skip("no copy of reccon at hand")
    return tuple(corpora.load("reccon", data).conversations(split))


@cache
def questions(data: Path, target: str, split: str = "validation") -> tuple[Asked, ...]:
    return tasks.asked(tasks.CAUSES[target], dialogues(data, split))


def answered(finder: ByDistance, asked: Iterable[Asked], task: Task) -> Predictions:
    asked = list(asked)
    answers = [answer.value for found in FoundCauses(finder, task).predict(asked) for answer in found]
    gold = [target.gold for one in asked for target in one.targets]
    return Predictions([one.item.id for one in asked for _ in one.targets], gold, answers)


def counts(found: Predictions) -> EntailmentScores:
    gold, predicted = ([value == "cause" for value in side] for side in (found.gold, found.predicted))
    return causal_entailment_scores(gold, predicted)


ENTAILMENT = [
    ("validation", (), (0, 0, 347, 838), "0.00 82.85 41.42"),
    ("validation", (0,), (136, 73, 211, 765), "48.92 84.34 66.63"),
    ("validation", (0, 1), (252, 137, 95, 701), "68.48 85.80 77.14"),
    ("validation", (0, 1, 2), (293, 261, 54, 577), "65.04 78.56 71.80"),
    ("validation", (1,), None, "44.02 83.99 64.01"),
    ("train", (), (0, 0, 7269, 20646), "0.00 85.03 42.52"),
    ("train", (0,), (2655, 1987, 4614, 18659), "44.58 84.97 64.78"),
    ("train", (0, 1), (4897, 3945, 2372, 16701), "60.79 84.10 72.44"),
    ("train", (0, 1, 2), (5863, 6642, 1406, 14004), "59.30 77.68 68.49"),
    ("train", (1,), None, "39.10 84.25 61.68"),
]


@pytest.mark.parametrize(("split", "distances", "table", "percent"), ENTAILMENT)
def test_entailment_by_distance(
    split: str, distances: tuple[int, ...], table: tuple[int, int, int, int] | None, percent: str, data: Path
) -> None:
    task = tasks.CAUSES["causes"]
    found = answered(ByDistance(*distances), questions(data, "causes", split), task)
    assert table is None or counts(found) == EntailmentScores(*table)
    values = task.score(found).values
    assert " ".join(f"{100 * values[name]:.2f}" for name in ("positive_f1", "negative_f1", "macro_f1")) == percent


SPANS = [
    ("validation", (0, 1), "14.12 52.39 85.80 74.50"),
    ("validation", (0,), "5.76 27.08 84.34 72.49"),
    ("validation", tuple(ALL), "18.16 70.81 0.00 20.74"),
    ("validation", (), "0.00 0.00 82.85 70.72"),
    ("train", (0, 1), "23.10 53.50 84.10 73.76"),
    ("train", (0,), "11.16 28.51 84.97 74.27"),
    ("train", tuple(ALL), "33.77 78.97 0.00 20.56"),
    ("train", (), "0.00 0.00 85.03 73.96"),
]


@pytest.mark.parametrize(("split", "distances", "percent"), SPANS)
def test_spans_by_distance(split: str, distances: tuple[int, ...], percent: str, data: Path) -> None:
    """Both scorers agree: what is predicted holds the span."""
    task = tasks.CAUSES["spans"]
    values = task.score(answered(ByDistance(*distances), questions(data, "spans", split), task)).values
    for official in ("", "official_"):
        names = ("positive_em", f"{official}positive_f1", f"{official}negative_f1", f"{official}f1")
        assert " ".join(f"{100 * values[name]:.2f}" for name in names) == percent


def test_the_official_scorer_gives_nothing_for_what_only_overlaps(data: Path) -> None:
    task = tasks.CAUSES["spans"]
    whole, longer = (
        task.score(answered(ByDistance(0, 1, longer=end), questions(data, "spans"), task)).values for end in ("", " x")
    )
    assert longer["official_positive_f1"] == pytest.approx(longer["positive_f1"]), "the gold span is still in it"
    cut = answered(ByDistance(0, 1), questions(data, "spans"), task)
    shifted = Predictions(cut.conversations, cut.gold, [f"{str(value)[5:]} x" for value in cut.predicted])
    values = task.score(shifted).values
    assert 0 < values["official_positive_f1"] < values["positive_f1"] < whole["positive_f1"]


FOLDS = [
    ("causes", (0, *ALL[2:]), (231, 774, 116, 64)),
    ("causes_fold2", (0, 1), (252, 78, 95, 722)),
    ("causes_fold2", (0,), (136, 0, 211, 800)),
    ("causes_fold3", (0,), (136, 0, 211, 800)),
    ("causes_fold3", (0, 1), (252, 800, 95, 0)),
    # The utterance just before the emotional one is the stranger: all others are causes.
    ("causes_fold3", (0, *ALL[2:]), (231, 0, 116, 800)),
    ("causes_without_context", (0,), (136, 73, 211, 765)),
    ("causes_without_context", (0, 1), (347, 838, 0, 0)),
    ("causes_fold2_without_context", (0,), (136, 0, 211, 800)),
    ("causes_fold3_without_context", (1,), (211, 800, 136, 0)),
]


@pytest.mark.parametrize(("target", "distances", "table"), FOLDS)
def test_what_a_rule_of_distances_makes_of_the_folds(
    target: str, distances: tuple[int, ...], table: tuple[int, int, int, int], data: Path
) -> None:
    assert counts(answered(ByDistance(*distances), questions(data, target), tasks.CAUSES[target])) == EntailmentScores(
        *table
    )


def test_folds_and_their_rows(data: Path) -> None:
    for kind in ("causes", "spans"):
        for target, rows in ((kind, 1185), (f"{kind}_fold2", 1147), (f"{kind}_fold3", 1147)):
            for context in ("", "_without_context"):
                asked = questions(data, target + context)
                assert sum(len(one.targets) for one in asked) == rows
                assert len(asked) == 47, "intervals are over dialogues"


def asked_of(target: str) -> tuple[Asked, ...]:
    return tasks.asked(tasks.CAUSES[target], FIVE)


def test_what_a_system_sees_of_a_stranger() -> None:
    for target, whole in (("causes_fold2", True), ("causes_fold3", False)):
        finder = ByDistance(0)
        answered(finder, asked_of(target), tasks.CAUSES[target])
        strange = [felt for felt in finder.shown if "/" in felt.conversation.utterances[0].id]
        assert len(strange) == 4 * 10
        lengths = {item.id: len(item.conversation) for item in FIVE}
        for felt in strange:
            *told, last = felt.conversation.utterances
            assert list(felt.emotions) == [last.id]
            (other,) = {one.id.partition("/")[0] for one in told}
            assert len(told) == lengths[other] if whole else len(told) <= lengths[other]
        # And every dialogue once, with all of its emotions.
        assert [len(felt.emotions) for felt in finder.shown if felt not in strange] == [2, 3, 2, 3]


def test_what_a_system_sees_without_context() -> None:
    finder = ByDistance(0)
    asked = asked_of("causes_without_context")
    answered(finder, asked, tasks.CAUSES["causes_without_context"])
    pairs = {(one.item.id, t.utterance, t.evidence) for one in asked for t in one.targets}
    assert len(finder.shown) == len(pairs)
    for felt in finder.shown:
        said = [utterance.id for utterance in felt.conversation.utterances]
        dialogue, target, candidate = felt.conversation.id.split()
        assert said == ([target] if target == candidate else [candidate, target])
        assert (dialogue, target, candidate) in pairs


@pytest.mark.parametrize("target", tasks.CAUSES)
def test_baselines_answer_every_fold(target: str, miniatures: Path) -> None:
    task, asked = tasks.CAUSES[target], asked_of(target)
    source = corpora.load("reccon", miniatures)
    names = [one.name for one in predictors.baselines(task, source, asked)]
    assert set(names) >= ({"position_rule", "self_rule"} if task.name == "causes" else {"whole_utterance"})
    for name in ("position_rule", "self_rule") if task.name == "causes" else ("whole_utterance", "always_empty"):
        answers = list(predictors.fitted(predictors.baseline(name, source), task, asked, 0).predict(asked))
        assert [len(found) for found in answers] == [len(one.targets) for one in asked]


@pytest.mark.parametrize("target", ["spans_fold2", "spans_fold3_without_context"])
def test_a_fold_is_evaluated_from_a_run_folder_to_the_table(target: str, data: Path, tmp_path: Path) -> None:
    if not (data / "reccon").is_dir():
        pytest.skip("no copy of reccon at hand")
    outcome = evaluate("position", "reccon", target=target, data=data, out=tmp_path / "run")
    assert (outcome.target, outcome.targets, outcome.conversations) == (target, 1147, 47)
    again = evaluate("position", "reccon", target=target, data=data, out=tmp_path / "run")
    assert again == outcome
    given = evaluate(
        str(tmp_path / "run" / "predictions.parquet"), "reccon", target=target, data=data, out=tmp_path / "given"
    )
    assert given.rows[0].metrics == outcome.rows[0].metrics


def test_too_few_dialogues_are_an_error_in_one_line() -> None:
    with pytest.raises(InputError, match="causes_fold2: the other dialogues have fewer than 4 utterances"):
        tasks.asked(tasks.CAUSES["causes_fold2"], FIVE[:1])


def test_a_finder_answers_causes_only() -> None:
    with pytest.raises(SentioError, match="does not answer 'emotion'"):
        FoundCauses(ByDistance(), Classification("emotion", ("joy", "anger")))
