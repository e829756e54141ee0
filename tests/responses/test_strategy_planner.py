"""The planner of strategies: what it learns from, how long, what a kill costs, and that it reads nothing ahead."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sentio import Conversation, Utterance, corpora, responses
from sentio.corpora.leaks import between
from sentio.errors import RecipeError, SentioError
from sentio.gold import AnnotatedConversation
from sentio.responses import Deciding, NextTurn
from sentio.responses.strategy_planner.lessons import LABELS, allowed, by_roles, situation
from sentio.responses.strategy_planner.planner import FAR, StrategyPlanner
from sentio.responses.strategy_planner.train import Recipe, figures, folds_of, materials
from sentio.responses.strategy_planner.tuning import partial_loss
from sentio.training.by_recipe import train

RECIPE = """
system = "strategy_planner"
sources = ["failed_esconv/all"]
measured = "esconv_ppdpp/validation"
seeds = [3, 4]
folds = 2
hidden = 8

[tuning]
epochs = 2
"""
CUES = {"Why did it happen?": "Questions", "Have you tried to rest?": "Providing Suggestions"}


def document(number: int) -> dict[str, object]:
    """An invented dialogue: who says "tired" is asked, who says "lost" is given advice."""
    said: list[dict[str, object]] = []
    for turn in range(3):
        tired = (number + turn) % 2 == 0
        said.append({"speaker": "speaker", "annotation": {}, "content": "I am tired." if tired else "I feel lost."})
        text = [*CUES][0 if tired else 1]
        said.append({"speaker": "listener", "annotation": {"strategy": CUES[text]}, "content": text})
    facts = {"experience_type": "Current Experience", "emotion_type": "sadness", "problem_type": "job crisis"}
    survey = {"seeker": {"initial_emotion_intensity": "5"}, "supporter": {}}
    return {**facts, "situation": f"story {number}", "survey_score": survey, "dialog": said}


@pytest.fixture(scope="module")
def supported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with invented dialogues; one of those learned from is also measured on."""
    folder = tmp_path_factory.mktemp("data") / "esconv"
    folder.mkdir()
    (folder / "FailedESConv.json").write_text(json.dumps([document(number) for number in range(12)]))
    lines = []
    for number in (11, 12, 13):
        one = document(number)
        roles, names = {"speaker": "usr", "listener": "sys"}, {"Questions": "Question"}
        dialog = [
            {"text": turn["content"], "speaker": roles[turn["speaker"]]}
            | ({"strategy": names.get(name, name)} if (name := turn["annotation"].get("strategy")) else {})
            for turn in one["dialog"]  # type: ignore[attr-defined]
        ]
        lines.append(
            json.dumps({key: one[key] for key in ("emotion_type", "problem_type", "situation")} | {"dialog": dialog})
        )
    (folder / "ppdpp_esc-valid.jsonl").write_text("\n".join(lines) + "\n")
    return folder.parent


@pytest.fixture(scope="module")
def run(supported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planner")
    (folder / "tiny.toml").write_text(RECIPE)
    train(folder / "tiny.toml", out=folder / "run", data=supported)
    return folder / "run"


@pytest.fixture(scope="module")
def planner(run: Path) -> StrategyPlanner:
    return StrategyPlanner(run / "model")


def chat(*texts: str, name: str = "c") -> Conversation:
    turns = [Utterance(id=str(n), speaker=("Bo", "Ada")[n % 2], text=text) for n, text in enumerate(texts)]
    return Conversation(id=name, utterances=turns)


def test_metrics_say_what_was_learned_from(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["fitted_on"] == metrics["selected_on"] == ["failed_esconv/all"]
    assert metrics["dialogues"] == 11  # the twelfth is measured on
    crossed, measured = metrics["cross_validation"], metrics["measured"]
    assert (crossed["targets"], len(crossed["history"])) == (33, 2)
    assert crossed["history"][crossed["epochs"] - 1] == max(crossed["history"]) == crossed["proficiency"]
    assert set(measured["seeds"]) == {"3", "4"}
    assert crossed["floors"]["majority"]["accuracy"] == pytest.approx(17 / 33)
    assert set(measured["floors"]) == {"tfidf", "majority"}


def test_a_killed_training_ends_with_the_same_model(run: Path, supported: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(RECIPE)
    steps = iter(range(100))

    def killed(stage: str, share: float) -> None:
        if next(steps) in (5, 9, 12):
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "tiny.toml", out=tmp_path / "run", data=supported, progress=killed)
    train(tmp_path / "tiny.toml", out=tmp_path / "run", data=supported)
    for file in sorted((run / "model").iterdir()):
        assert file.read_bytes() == (tmp_path / "run" / "model" / file.name).read_bytes(), file.name
    one, other = (json.loads((each / "metrics.json").read_text()) for each in (run, tmp_path / "run"))
    assert one == other


def test_the_real_sources_share_no_dialogue_with_what_is_measured(data: Path) -> None:
    both = Recipe(system="strategy_planner", sources=("failed_esconv/all", "esconv_multiesc/validation"))
    learned, measured = materials(both, data)
    assert len(learned) == 196 + 65
    assert {situation(item) for item in learned}.isdisjoint(map(situation, measured))
    report = between(measured, learned)
    # Stock phrases of supporters recur ("How are you doing today?"), no dialogue does.
    assert report.verbatim_long / report.long < 0.02


def test_multiesc_tells_one_of_two(data: Path) -> None:
    items = list(corpora.load("esconv_multiesc", data).conversations("validation"))
    rows = [allowed(value) for item in items for value in item.gold["strategy"].values()]
    assert [sum(sum(row) == n for row in rows) for n in range(3)] == [191, 2257 - 191 - 519, 519]


def test_folds_keep_a_situation_together() -> None:
    def told(number: int) -> AnnotatedConversation:
        return AnnotatedConversation(conversation=chat(name=str(number)), facts={"situation": f" Story {number % 7} "})

    folds = folds_of([told(number) for number in range(35)], 3)
    assert all(folds[number] == folds[number % 7] for number in range(35))
    assert set(np.bincount(folds[:7]).tolist()) == {2, 3}


def test_too_few_dialogues(supported: Path) -> None:
    with pytest.raises(RecipeError, match="11 dialogues are left to learn from: too few for 12 folds"):
        materials(Recipe(system="strategy_planner", folds=12), supported)


def test_the_planner_is_a_system_and_has_no_words(run: Path) -> None:
    found = responses.load(str(run))
    assert isinstance(found, Deciding)
    (reply,) = responses.respond(chat("I am tired."), system=found)
    assert reply.strategy in LABELS
    assert (reply.speaker, reply.text, reply.stage) == ("sentio", "", "exploration")
    assert reply.error is not None


def test_support_uses_it_with_and_without_words(run: Path) -> None:
    wanted = responses.respond(chat("I am tired."), system=str(run))[0].strategy
    (silent,) = responses.respond(chat("I am tired."), options={"planner": run, "selector": "planner"})
    (spoken,) = responses.respond(chat("I am tired."), options={"planner": run, "llm": "scripted/lexicon"})
    assert (silent.strategy, silent.text, silent.calls) == (wanted, "", 0)
    assert silent.error is not None
    assert (spoken.strategy, spoken.error, spoken.calls) == (wanted, None, 1)


def test_what_is_no_planner_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('system = "mini"\n')
    with pytest.raises(SentioError, match="mini"):
        responses.load("support", {"planner": tmp_path})
    with pytest.raises(SentioError, match="has to be trained"):
        responses.load("strategy_planner")


def test_a_seed_that_is_not_there(run: Path) -> None:
    with pytest.raises(SentioError, match="has no seed 9; it has 3, 4"):
        StrategyPlanner(run / "model", 9)


def test_turns_that_grow_are_decided_as_each_alone(planner: StrategyPlanner) -> None:
    texts = ("I am tired.", "Why did it happen?", "I feel lost.", "", "🎉", "我很难过")
    turns = [NextTurn(chat(*texts[:n]), "Ada") for n in range(len(texts) + 1)]
    turns += [NextTurn(chat(*texts[:2], name="another"), "Ada"), NextTurn(chat(*texts[:3]), "Bo")]
    together = list(planner.decide(turns))
    for turn, decision in zip(turns, together, strict=True):
        (alone,) = planner.decide([turn])
        assert decision.probabilities is not None
        assert decision.label == alone.label
        assert decision.probabilities == pytest.approx(alone.probabilities, abs=2e-6)
        assert sum(decision.probabilities) == pytest.approx(1, abs=1e-5)


def test_nothing_is_read_ahead(planner: StrategyPlanner) -> None:
    one = planner.opinions(chat("I am tired.", "Why did it happen?", "I feel lost."), "Ada")
    other = planner.opinions(chat("I am tired.", "Why did it happen?", "Never mind, all is well."), "Ada")
    assert one.shape == (2, 4, 8)
    np.testing.assert_allclose(one[:, :3], other[:, :3], atol=1e-6)
    assert np.abs(one[:, 3] - other[:, 3]).max() > 1e-6


def test_names_do_not_matter_only_who_supports(planner: StrategyPlanner) -> None:
    texts = ("I am tired.", "Why did it happen?", "I feel lost.")
    renamed = Conversation(
        id="c",
        utterances=[Utterance(id=str(n), speaker=("甲", "乙")[n % 2], text=text) for n, text in enumerate(texts)],
    )
    assert list(planner.decide([NextTurn(chat(*texts), "Ada")])) == list(planner.decide([NextTurn(renamed, "乙")]))


def test_two_thousand_turns(planner: StrategyPlanner) -> None:
    long = chat(*["I am tired.", "Why did it happen?"] * 1_000)
    end = long.model_copy(update={"utterances": long.utterances[-FAR:]})
    (one,), (other,) = (list(planner.decide([NextTurn(each, "Ada")])) for each in (long, end))
    assert one == other


def test_roles() -> None:
    read = by_roles(chat("a", "b", "c"), "Ada")
    assert [one.speaker for one in read.utterances] == ["seeker", "seeker", "supporter", "seeker"]
    assert read.utterances[0].text == ""


@given(
    logits=st.lists(st.lists(st.floats(-4, 4), min_size=3, max_size=3), min_size=1, max_size=6),
    smoothing=st.sampled_from([0.0, 0.1]),
    seed=st.integers(0, 9),
)
def test_with_one_label_a_row_it_is_cross_entropy(logits: list[list[float]], smoothing: float, seed: int) -> None:
    rows = torch.tensor(logits)
    labels = torch.randint(3, (len(rows),), generator=torch.Generator().manual_seed(seed))
    weights = torch.ones(3)
    found = partial_loss(rows, torch.nn.functional.one_hot(labels, 3).bool(), weights, smoothing)
    wanted = torch.nn.functional.cross_entropy(rows, labels, label_smoothing=smoothing)
    assert found.item() == pytest.approx(wanted.item(), rel=1e-4, abs=1e-5)


def test_one_of_two_is_the_sum_of_both() -> None:
    rows = torch.tensor([[0.0, 1.0, 2.0], [5.0, 5.0, 5.0]])
    masks = torch.tensor([[False, True, True], [False, False, False]])
    shares = rows[0].softmax(-1)
    found = partial_loss(rows, masks, torch.ones(3), 0.0)
    assert found.item() == pytest.approx(-torch.log(shares[1] + shares[2]).item(), rel=1e-5)
    assert partial_loss(rows, torch.zeros_like(masks), torch.ones(3), 0.0).item() == 0.0


def test_figures_of_answers_without_finite_strengths() -> None:
    told = figures(["question", "others"], np.eye(8)[[0, 0]])
    assert (told["bias"], told["preferences"], told["accuracy"]) == (None, None, 0.5)
