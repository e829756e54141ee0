"""The floor for Chinese: the golden figures of CPED, runs that go on, Chinese from a file to a report."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sentio import Conversation, Utterance, cli
from sentio.errors import SentioError
from sentio.evaluation.outcome import Outcome
from sentio.evaluation.run import evaluate
from sentio.recognition import load, recognize
from sentio.training.by_recipe import train

pytest.importorskip("sklearn")

SENTIMENT = (
    'system = "char_ngrams"\ncorpus = "cped"\ntarget = "sentiment"\nsplit = "validation"\nleave_out = "series"\n'
)


def test_one_series_left_out_at_a_time_gives_the_golden_figures(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(SENTIMENT)
    metrics = train(recipe, out=tmp_path / "run", data=data)
    scores = metrics["all"]["average_of_seeds"]
    # specs/cped.md: .484 / .413; scikit-learn's own pipeline gives .48379 / .41306 on the same folds.
    assert (round(scores["accuracy"], 5), round(scores["macro_f1"], 5)) == (0.48379, 0.41306)
    assert metrics["targets"] == 11137
    assert metrics["fitted_on"] == ["cped/other series"]

    outcome = evaluate(str(tmp_path / "run"), "cped", target="sentiment", data=data, out=tmp_path / "evaluated")
    assert means(outcome, str(tmp_path / "run")) == (0.4838, 0.4131)
    assert means(outcome, "majority") == (0.5674, 0.2413)
    assert means(outcome, "repeat_previous") == (0.7827, 0.7370)


def means(outcome: Outcome, name: str) -> tuple[float, float]:
    """Accuracy and macro F1 of a row, to the digits of the page."""
    (row,) = [row for row in outcome.rows if row.name == name]
    accuracy, macro = row.metrics["accuracy"], row.metrics["macro_f1"]
    assert accuracy is not None
    assert macro is not None
    return round(accuracy.mean, 4), round(macro.mean, 4)


@pytest.mark.parametrize("name", ["char_ngrams", "char_encoder"])
def test_what_is_learned_is_said_again(name: str, trained_characters: Callable[[str], Path]) -> None:
    said = ("I found my keys!", "Nobody carried the train.", "That cup it is.")
    chat = Conversation(id="c", utterances=[Utterance(id=str(n), speaker="Ada", text=t) for n, t in enumerate(said)])
    run = trained_characters(name)
    assert [mood.emotion for mood in recognize(chat, system=str(run))] == ["joy", "anger", "neutral"]
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["fitted_on"] == ["meld/train"]
    assert metrics["selected_on"] == []
    assert metrics["all"]["average_of_seeds"]["accuracy"] > 0.6


@pytest.mark.parametrize("name", ["char_ngrams", "char_encoder"])
def test_damaged_models_are_one_line(name: str, trained_characters: Callable[[str], Path], tmp_path: Path) -> None:
    import shutil

    model = tmp_path / "model"
    shutil.copytree(trained_characters(name) / "model", model)
    weights = next(model.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(SentioError, match=f"{weights.name}: damaged"):
        load(name, {"model": model})
    weights.unlink()
    with pytest.raises(SentioError, match=weights.name):
        load(name, {"model": model})
    (model / "model.json").write_text("{}")
    with pytest.raises(SentioError, match=r"model\.json"):
        load(name, {"model": model})


@pytest.fixture
def chinese(tmp_path: Path) -> Path:
    """A data folder with an invented CPED of two series, in which good is happy and bad is anger."""
    columns = (
        "TV_ID,Dialogue_ID,Utterance_ID,Speaker,Gender,Age,Neuroticism,Extraversion,Openness,Agreeableness,"
        "Conscientiousness,Scene,FacePosition_LU,FacePosition_RD,Sentiment,Emotion,DA,Utterance"
    )
    rows = [columns]
    for series in ("7", "8"):
        for dialogue in range(6):
            own = f"{series}_{dialogue:03}"
            for turn, (text, emotion, sentiment) in enumerate(
                [("真好", "happy", "positive"), ("太坏了", "anger", "negative"), ("很好啊", "happy", "positive")]
            ):
                rows.append(
                    f"{series},{own},{own}_{turn:03},李雷,male,young,low,high,low,high,high,home,0_0,0_0,"
                    f"{sentiment},{emotion},greeting,{text}"
                )
    (tmp_path / "cped").mkdir()
    (tmp_path / "cped" / "valid_split.csv").write_text("\n".join(rows) + "\n", "utf-8-sig")
    return tmp_path


def test_chinese_survives_from_a_table_with_a_mark_to_every_output(
    chinese: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, run = chinese / "recipe.toml", chinese / "run"
    recipe.write_text('system = "char_ngrams"\ncorpus = "cped"\nsplit = "validation"\nleave_out = "series"\n')
    train(recipe, out=run, data=chinese)
    chat = chinese / "对话.csv"
    chat.write_text("speaker,text\n韩梅,今天真好😀\n李雷,\n韩梅,天气太坏\n", "utf-8-sig")
    for suffix in ("csv", "jsonl", "html"):
        out = chinese / f"情绪.{suffix}"
        call = ["sentio", "recognize", str(chat), "--system", str(run), "--out", str(out), "--quiet"]
        monkeypatch.setattr(sys, "argv", call)
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert not end.value.code
        told = out.read_text("utf8")
        assert "今天真好😀" in told
        assert "韩梅" in told
    with (chinese / "情绪.csv").open(encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    assert [row["emotion"] for row in rows][::2] == ["happy", "anger"]
    assert [row["text"] for row in rows] == ["今天真好😀", "", "天气太坏"]


def test_a_killed_training_goes_on_with_the_same_bytes(chinese: Path) -> None:
    from sentio.recognition import char_ngrams

    recipe = chinese / "recipe.toml"
    recipe.write_text('system = "char_ngrams"\ncorpus = "cped"\nsplit = "validation"\nleave_out = "series"\n')
    train(recipe, out=chinese / "whole", data=chinese)
    seen: list[str] = []

    def interrupted(stage: str, share: float) -> None:
        seen.append(stage)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe, out=chinese / "cut", data=chinese, progress=interrupted)
    assert not (chinese / "cut" / "metrics.json").exists()
    first = chinese / "cut" / "model" / "fold-0.safetensors"
    stamp = first.stat().st_mtime_ns
    train(recipe, out=chinese / "cut", data=chinese)
    assert first.stat().st_mtime_ns == stamp
    for name in (char_ngrams.NAME, "fold-0.safetensors", "fold-1.safetensors"):
        assert (chinese / "cut" / "model" / name).read_bytes() == (chinese / "whole" / "model" / name).read_bytes()
