"""The task strategy: its figures against the page's, thirds of dialogues, who may answer, and the picture."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import cli, corpora, evaluate, registry
from sentio.card import BaselineCard
from sentio.errors import SentioError
from sentio.evaluation import predictors, tasks
from sentio.evaluation.base import Predictions
from sentio.evaluation.replying import turn_before
from sentio.evaluation.tasks.strategy import THIRDS, Strategy, thirds
from sentio.prompts.support import STRATEGIES
from sentio.report import preferences
from sentio.responses import load

LABELS = tuple(STRATEGIES)
TASK = Strategy("strategy", LABELS, "macro_f1")


def test_repeating_the_previous_strategy_on_ppdpp(data: Path) -> None:
    """Figures of specs/esc-preference-bias.md, measured independently of this code."""
    source = corpora.load("esconv_ppdpp", data)
    task = tasks.for_target(source, "strategy", list(source.conversations("validation")))
    asked = tasks.asked(task, source.conversations("validation"))
    rule = predictors.fitted(predictors.baseline("repeat_speaker", source), task, asked, 0)
    scores = task.score(
        Predictions(
            [one.item.id for one in asked for _ in one.targets],
            [target.gold for one in asked for target in one.targets],
            [answer.value for answers in rule.predict(asked) for answer in answers],
        )
    )
    expected = {"accuracy": 0.2444, "macro_f1": 0.1877, "weighted_f1": 0.2388, "bias": 0.212430}
    assert {name: scores.values[name] for name in expected} == pytest.approx(expected, abs=5e-5)
    assert scores.values["bias"] == pytest.approx(0.212430, abs=5e-7)
    p = [scores.per_label[label]["preference"] for label in LABELS]
    wanted = [1.511347, 1.032441, 0.944638, 0.998831, 0.949806, 0.913136, 0.934524, 0.715277]
    assert p == pytest.approx(wanted, abs=5e-7)


def test_the_canonical_order_is_that_of_the_corpora() -> None:
    for name in ("esconv", "esconv_ppdpp", "failed_esconv"):
        card = registry.find("corpora", name).card
        assert getattr(card, "layers")["strategy"] == LABELS  # noqa: B009


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(LABELS[:3]), st.sampled_from((*LABELS[:3], "hug", ""))),
        min_size=1,
        max_size=40,
    )
)
def test_figures_of_a_third_are_those_of_its_rows_alone(rows: list[tuple[str, str, str]]) -> None:
    conversations, gold, predicted = ([row[column] for row in rows] for column in range(3))
    whole = TASK.score(Predictions(conversations, gold, predicted)).values
    assert whole["invalid_rate"] == pytest.approx(sum(one not in LABELS for one in predicted) / len(rows))
    for number, third in enumerate(THIRDS):
        own = [place for place, of in enumerate(thirds(conversations)) if of == number]
        assert (f"macro_f1_{third}" in whole) == bool(own)
        if own:
            kept = [[side[place] for place in own] for side in (conversations, gold, predicted)]
            part = Predictions(kept[0], kept[1], kept[2])
            alone = TASK.score(part).values
            for name in ("macro_f1", "bias"):
                np.testing.assert_equal(whole[f"{name}_{third}"], alone[name])


@given(st.lists(st.sampled_from("abcd"), max_size=40))
def test_thirds_are_in_order_and_about_as_large(conversations: list[str]) -> None:
    found = list(thirds(conversations))
    for name in set(conversations):
        own = [third for third, of in zip(found, conversations, strict=True) if of == name]
        sizes = [own.count(third) for third in range(3)]
        assert own == sorted(own)
        assert max(sizes) - min(sizes) <= 1


def test_always_the_same_has_no_bias() -> None:
    scores = TASK.score(Predictions("aaa", ["question", "others", "others"], ["question"] * 3))
    assert np.isnan(scores.values["bias"])
    assert "preference" not in scores.per_label["question"]


def test_a_perfect_supporter_prefers_nothing() -> None:
    scores = TASK.score(Predictions("a" * 8, LABELS, LABELS))
    assert (scores.values["macro_f1"], scores.values["bias"]) == (1.0, 0.0)
    assert {told["preference"] for told in scores.per_label.values()} == {1.0}


def test_baselines_see_nothing_of_the_turn(miniatures: Path) -> None:
    offered = {
        name
        for name, component in registry.components("evaluation.baselines").items()
        if isinstance(component.card, BaselineCard) and "strategy" in component.card.answers
    }
    assert offered == {"majority", "stratified_random", "repeat_speaker", "tfidf_history"}
    with pytest.raises(SentioError, match="tfidf is a baseline for"):
        evaluate("tfidf", "esconv_ppdpp", data=miniatures)


def test_the_history_is_all_that_a_linear_model_reads(miniatures: Path) -> None:
    source = corpora.load("esconv_ppdpp", miniatures)
    items = list(source.conversations("train"))
    task = tasks.for_target(source, "strategy", items)
    asked = tasks.asked(task, items)
    model = predictors.fitted(predictors.baseline("tfidf_history", source), task, asked, 0)
    hidden = [
        type(one)(
            one.item.model_copy(
                update={
                    "conversation": one.item.conversation.model_copy(
                        update={
                            "utterances": (
                                *one.item.conversation.utterances[:-1],
                                one.item.conversation.utterances[-1].model_copy(update={"text": "zebra"}),
                            )
                        }
                    )
                }
            ),
            one.targets,
        )
        for one in asked
    ]
    assert list(model.predict(asked)) == list(model.predict(hidden))


def test_a_supporter_is_told_what_was_known_before_and_no_more(data: Path) -> None:
    item = next(iter(corpora.load("failed_esconv", data).conversations("all")))
    task = tasks.for_target(corpora.load("failed_esconv", data), "strategy", [item])
    asked = task.asked(item)
    turn = turn_before(item, asked.targets[-1], "strategy")
    assert set(turn.facts) == {"situation", "problem_type", "emotion_type"}
    assert turn.speaker == "supporter"
    assert len(turn.conversation) < len(item.conversation)
    assert asked.targets[-1].utterance not in {said.id for said in turn.conversation.utterances}


def test_other_strategies_than_the_systems_are_refused(data: Path) -> None:
    with pytest.raises(SentioError, match="does not know greeting, providing suggestions or information"):
        evaluate("support", "esconv_multiesc", data=data, options={"llm": "scripted/lexicon"})


@pytest.mark.parametrize("options", [{"selector": "zero-shot", "llm": "scripted/lexicon"}, {"selector": "random"}])
def test_a_model_is_scored_and_drawn(
    options: dict[str, str], miniatures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    arguments = ["evaluate", "--system", "support", "--corpus", "esconv_ppdpp", "--data", str(miniatures)]
    monkeypatch.setattr("sys.argv", ["sentio", *arguments, "--out", str(out), *flags])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    told = json.loads((out / "metrics.json").read_text())
    assert (told["task"], told["headline"]) == ("strategy", "macro_f1")
    assert told["rows"][0]["metrics"]["invalid_rate"]["mean"] == 0
    assert "bias" in told["rows"][0]["metrics"]


def test_the_picture_has_a_dot_for_every_preference(data: Path, tmp_path: Path) -> None:
    outcome = evaluate("support", "esconv_ppdpp", data=data, out=tmp_path / "run", options={"selector": "random"})
    path = preferences.write(outcome, tmp_path)
    assert path is not None
    text = path.read_text("utf8")
    ET.fromstring(text)
    drawn = [row for row in outcome.rows if row.metrics["bias"]]
    assert {row.name for row in drawn} == {"support", "repeat_speaker", "stratified_random"}
    assert text.count("preference p; 1 = as often as right:") == len(drawn) * len(LABELS) * 4
    for label in LABELS:
        assert label in text
    assert "<script" not in text


def test_there_is_no_picture_where_nothing_is_preferred(data: Path, tmp_path: Path) -> None:
    outcome = evaluate("majority", "esconv_ppdpp", data=data, out=tmp_path / "run")
    lonely = outcome.model_copy(update={"rows": outcome.rows[:1]})
    assert preferences.write(lonely, tmp_path) is None


def test_a_planner_and_a_model_decide_alike_for_whoever_asks(data: Path) -> None:
    responder = load("support", {"selector": "random"})
    task = Strategy("strategy", LABELS, "macro_f1")
    item = next(iter(corpora.load("esconv_ppdpp", data).conversations("validation")))
    from sentio.evaluation.replying import replying

    (answers,) = replying(responder, task).predict([task.asked(item)])
    assert {answer.value for answer in answers} <= set(LABELS)
    assert len(answers) == len(item.gold["strategy"])


def test_what_a_planner_was_trained_on_counts_as_seen(data: Path, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"fitted_on": ["esconv_multiesc/validation"], "selected_on": []}')
    source = corpora.load("esconv_ppdpp", data)
    contender = predictors.system("support", TASK, source, {"planner": tmp_path})
    assert contender.chosen_on("esconv_ppdpp/validation") == "this split"
