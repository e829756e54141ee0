"""EmoBench: 400 hand-written scenarios, what somebody feels there and why, and what one should do; twice,
in English and Chinese.

Sabour et al., "EmoBench: Evaluating the Emotional Intelligence of Large Language Models", ACL 2024. JSON
lines. EU.jsonl asks two questions a scenario (the released scorer counts it only when both are right),
EA.jsonl one.

    {"qid": "901", "language": "en", "coarse_category": "emotional_cues", "finegrained_category": "vocal_cues",
     "scenario": "Noor reads the letter twice and hums.", "subject": "Noor",
     "emotion_choices": ["Joy", "Anger"], "emotion_label": "Joy",
     "cause_choices": ["The letter is good news", "She likes letters"], "cause_label": "The letter is good news"}
"""

from collections.abc import Iterator
from typing import Any

from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder
from sentio.gold import Item, Question

card = CorpusCard(
    title="EmoBench",
    summary="multiple-choice questions on feelings, their causes, and what to do; English and Chinese",
    paper="Sabour et al., EmoBench: Evaluating the Emotional Intelligence of Large Language Models, ACL 2024",
    licence="MIT",
    languages=("en", "zh"),
    tasks=("understanding",),
    obtain="get data/EU.jsonl and data/EA.jsonl from github.com/Sahandfer/EmoBench",
    files={"understanding": ("EU.jsonl",), "application": ("EA.jsonl",)},
    checksums={"EU.jsonl": "60140a7617779bdb496cd50dcebaf33037c39c65821ae300a6a24a72fd7c7037"},
    counts={"understanding": {"questions": 800, "scenarios": 400}},
    layers={},
    faults=(
        "the Chinese scenarios translate the English ones: split by qid, never by row",
        "it may be in the training data of language models",
    ),
)


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """Questions with id LANGUAGE-QID-WHAT. Facts: language, subject and categories; `scenario` joins a pair."""
    (name,) = card.files[split]
    questions = _understanding if split == "understanding" else _application
    for line, row in files.json_lines(name):
        with files.at(name, line):
            asked = questions(row)
            for question in asked:
                if question.answers[0] not in question.choices:
                    raise ValueError(f"the answer {question.answers[0]!r} is none of the choices")
        yield from asked


def _understanding(row: dict[str, Any]) -> tuple[Question, ...]:
    scenario, subject = f"{row['language']}-{row['qid']}", row["subject"]
    facts = {
        "scenario": scenario,
        "language": row["language"],
        "subject": subject,
        "category": row["coarse_category"],
        "subcategory": row["finegrained_category"],
    }
    asked = {"emotion": f"What would {subject} feel in the end?", "cause": f"Why would {subject} feel so?"}
    return tuple(
        Question(
            id=f"{scenario}-{what}",
            context=row["scenario"],
            question=question,
            choices=tuple(row[f"{what}_choices"]),
            answers=(row[f"{what}_label"],),
            facts=facts,
        )
        for what, question in asked.items()
    )


def _application(row: dict[str, Any]) -> tuple[Question, ...]:
    scenario, kind = f"{row['language']}-{row['qid']}", row["question type"]
    question = Question(
        id=f"{scenario}-application",
        context=row["scenario"],
        question=f"What is the most effective {str(kind).lower()} for {row['subject']}?",
        choices=tuple(row["choices"]),
        answers=(row["label"],),
        facts={
            "scenario": scenario,
            "language": row["language"],
            "subject": row["subject"],
            "category": row["category"],
            "kind": kind,
        },
    )
    return (question,)
