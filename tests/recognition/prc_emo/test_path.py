"""The whole way of PRC-Emo through the command line, on an invented corpus and a tiny model, in a minute."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sentio import Conversation, Utterance
from sentio.cli import main
from sentio.recognition import load
from sentio.recognition.prc_emo.recognizer import PrcEmo

pytest.importorskip("trl")

Sentio = Callable[..., str]
RECIPE = """
system = "prc_emo"
corpus = "meld"
model = "{model}"
seeds = [42]
knowledge = "meld.jsonl"
demos = "demos"

[curriculum]
buckets = 2
final_epochs = 2

[lora]
rank = 8
learning_rate = 3e-3
precision = "fp32"
nf4 = false
gradient_checkpointing = false
every = 5
"""


@pytest.fixture
def sentio(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sentio:
    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["sentio", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert ended.value.code == 0, err
        return out

    return run


def test_from_knowledge_to_a_score(
    tiny_qwen3: Path, invented: Path, tmp_path: Path, sentio: Sentio, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge, run, chat = tmp_path / "meld.jsonl", tmp_path / "run", tmp_path / "chat.txt"
    built = ("--data", invented, "-q")
    for split in ("train", "validation"):
        asked = ("--corpus", "meld", "--split", split, "--llm", "scripted/lexicon")
        sentio("knowledge", "build", *asked, "--out", knowledge, *built)
    sentio("demos", "build", "--corpus", "meld:train", "--encoder", "mini", "--out", tmp_path / "demos", *built)

    recipe = tmp_path / "prc-emo-tiny.toml"
    monkeypatch.chdir(tmp_path)
    recipe.write_text(RECIPE.format(model=os.path.relpath(tiny_qwen3)))
    metrics = json.loads(sentio("train", recipe, "--out", run, "--data", invented, "-q"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")  # the run is a system in any folder
    assert metrics["missing_insights"] == 0
    assert metrics["fitted_on"] == ["meld/train"]
    losses = metrics["losses"]["42"]
    assert sum(losses[-3:]) / 3 < 0.5 * losses[0]

    merged, adapter, factory = tmp_path / "merged", tmp_path / "adapter", tmp_path / "factory"
    sentio("export", run, "--form", "merged", "--out", merged)
    assert "--max-lora-rank 8" in sentio("export", run, "--form", "adapter", "--out", adapter)
    assert "cd " in sentio("export", run, "--form", "llama-factory", "--out", factory, "--data", invented)
    assert {path.suffix for path in (*merged.iterdir(), *adapter.iterdir())} <= {
        ".json",
        ".safetensors",
        ".jinja",
        ".md",
    }
    # Each utterance of the easy bucket is seen four times, each of the other three times.
    seen = len((factory / "train.jsonl").read_text().splitlines())
    assert 3 * 21 < seen < 4 * 21

    chat.write_text("Ada: I found my keys!\nBo: Nobody carried the old boat.\n")
    own = [json.loads(line) for line in sentio("recognize", chat, "--system", run, "--format", "jsonl").splitlines()]
    for elsewhere in (merged, adapter):
        told = sentio("recognize", chat, "--system", run, "--llm", f"hf/{elsewhere}", "--format", "jsonl")
        for line, expected in zip(told.splitlines(), own, strict=True):
            found = json.loads(line)
            assert found["emotion"] == expected["emotion"]
            assert found["probabilities"] == pytest.approx(expected["probabilities"], abs=2e-3)

    scored = ("--corpus", "meld", "--out", tmp_path / "scored", "--format", "json", *built)
    outcome = json.loads(sentio("evaluate", "--system", run, *scored))
    score = outcome["rows"][0]["metrics"]["weighted_f1"]["mean"]
    assert score == pytest.approx(metrics["validation"]["weighted_f1"]["mean"])
    assert score > outcome["rows"][1]["metrics"]["weighted_f1"]["mean"]

    # What it was tuned with it is told again, and it says where there is none.
    said = Conversation(id="new", utterances=(Utterance(id="0", speaker="Ada", text="I found it!"),))
    assert remarks(run, said) == ["nothing was known about 1 of 1 utterances"]
    knowledge.unlink()
    (lost,) = remarks(run, said)
    assert lost == f"tuned with knowledge, and told none: {knowledge} is gone; name one with --knowledge"
    assert remarks(run, said, speaker=False, interpretation=False) == []


def remarks(run: Path, conversation: Conversation, **options: object) -> list[str]:
    recognizer = load(str(run), options)
    assert isinstance(recognizer, PrcEmo)
    list(recognizer.predict([conversation]))
    return list(recognizer.remarks())
