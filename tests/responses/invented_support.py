"""Invented support chats in the form of FailedESConv: who is tired is asked, who is lost gets advice."""

import json
from pathlib import Path

RECIPE = """
system = "strategy_planner"
sources = ["failed_esconv/all"]
seeds = [1]
folds = 2
hidden = 8

[tuning]
epochs = 2
"""
"""A recipe that learns them in seconds."""

ANSWERS = {"I am tired.": ("Questions", "Since when?"), "I feel lost.": ("Providing Suggestions", "Take a walk.")}


def corpus(data: Path, chats: int = 8) -> Path:
    """The data folder, with the corpus in it, and one chat more of PPDPP's to measure on."""
    (data / "esconv").mkdir(parents=True)
    (data / "esconv" / "FailedESConv.json").write_text(json.dumps([_chat(number) for number in range(chats)]))
    dialog = [{"speaker": "usr", "text": "I am tired."}, {"speaker": "sys", "text": "Why?", "strategy": "Question"}]
    other = {"emotion_type": "sadness", "problem_type": "job crisis", "situation": "another story", "dialog": dialog}
    (data / "esconv" / "ppdpp_esc-valid.jsonl").write_text(json.dumps(other) + "\n")
    return data


def _chat(number: int) -> dict[str, object]:
    said: list[dict[str, object]] = []
    for turn in range(3):
        text, (strategy, answer) = list(ANSWERS.items())[(number + turn) % 2]
        said.append({"speaker": "speaker", "annotation": {}, "content": text})
        said.append({"speaker": "listener", "annotation": {"strategy": strategy}, "content": answer})
    return {
        "experience_type": "Current Experience",
        "emotion_type": "sadness",
        "problem_type": "job crisis",
        "situation": f"story {number}",
        "survey_score": {"seeker": {"initial_emotion_intensity": "5"}, "supporter": {}},
        "dialog": said,
    }
