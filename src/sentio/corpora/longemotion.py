"""LongEmotion: emotional intelligence where the context is long; a split for each of its tasks.

Liu et al., "LongEmotion: Measuring Emotional Intelligence of Large Language Models in Long-Context
Interaction", arXiv 2509.07403. JSON lines (JSON for `expression`):

    detection       {"text": [{"index": 0, "context": "..."}, ...], "label": ["Anger", ...], "ground_truth": 3}
    classification  {"id": 1, "content": "...", "subject": "Mo", "choices": ["Joy", ...], "label": "Joy"}
    qa              {"number": 1, "problem": "...?", "answer": "...", "context": "..."}
    summary         {"id": 1, "case_description": ["..."], ..., "causes": "...", "symptoms": "..."}
    conversation    {"id": 1, "stages": [{"stage": "...", "conversations": [{"role": "Client", "context": "..."}]}]}
    expression      {"emotions": [{"name": "Anger", "factors": [{"name": "...", "scenarios": ["..."]}]}]}
"""

from collections.abc import Callable, Iterator
from typing import Any

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item, Question, Value

card = CorpusCard(
    title="LongEmotion",
    summary="emotional intelligence with long contexts: six tasks in English",
    paper="Liu et al., LongEmotion, arXiv 2509.07403",
    licence="MIT (data card); the repository states none",
    languages=("en",),
    tasks=("understanding", "strategy"),
    obtain="get data/*.jsonl and *.json from github.com/LongEmotion/LongEmotion",
    files={
        "detection": ("Emotion_Detection.jsonl",),
        "classification": (
            "Emotion_Classification_Emobench.jsonl",
            "Emotion_Classification_Finentity.jsonl",
        ),
        "qa": ("Emotion_QA.jsonl",),
        "summary": ("Emotion_Summary_origin.jsonl",),
        "conversation": ("Emotion_Conversations.jsonl",),
        "expression": ("Emotion_Expression_Situations.json", "Emotion_Expression_Questionnaires.json"),
    },
    checksums={
        "Emotion_Detection.jsonl": "6a96d38c925f2be3444550f2ff48a6bcf86cec9f9b4aec78c181be29062a2978",
        "Emotion_Summary_origin.jsonl": "138bca81f7bb97a96b9beeb698864e32c2863e89b1a991207caec5e09fab2016",
        "Emotion_Conversations.jsonl": "d5b6d781eb300846313e5c9b1be20891f951751738b55a64bce44b4bd9eefc24",
        "Emotion_Expression_Situations.json": "6de762d0524114b6258aa2a5e8a6dfc1b6fd9299a308ad61489bc76056d2aabc",
        "Emotion_Expression_Questionnaires.json": "f8f1a41a3a8530b6f8d9abfa8caabdcec73c040a45be3308152a9d8304fbb5ea",
    },
    counts={
        "detection": {"questions": 68},
        "summary": {"questions": 375},
        "conversation": {"conversations": 50, "utterances": 6722},
        "expression": {"questions": 214},
    },
    layers={
        "stage": (
            "Reception and Inquiry Stage", "Diagnostic Stage", "Consultation Stage",
            "Consolidation and Ending Stage",
        ),
    },
    faults=(
        "checksums and counts are of the first half of each file",
        "two versions of the paper exist (8,777 and 15,341 tokens on average): always say which",
        "the released scorer divides the hits of three passes by one pass: accuracies up to 300 %",
        "nothing in the release says whether people or a language model wrote the answers of qa and summary",
        "a backup twin of Emotion_Detection.jsonl differs in the text of 30 rows: compare checksums",
    ),
)  # fmt: skip

REPORT = ("case_description", "consultation_process", "experience_and_reflection")
SUMMARISED = ("causes", "symptoms", "treatment_process", "characteristics_of_illness", "treatment_effect")
"""The five parts of a report that a system is to write, in the paper's order."""


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """Questions, and in `conversation` dialogues of a client and a counsellor with their four stages.

    `detection` asks for the number of the segment that differs; rows without an id of their own are
    numbered from 1. `expression` asks for ratings and has no right answers.
    """
    if split == "expression":
        yield from _expression(files)
        return
    of_task = TASKS[split]
    for name in card.files[split]:
        for number, (line, row) in enumerate(files.json_lines(name), start=1):
            with files.at(name, line):
                items = of_task(row, number)
            yield from items


def _detection(row: dict[str, Any], number: int) -> tuple[Item, ...]:
    segments, labels = row["text"], row["label"]
    numbers = [str(segment["index"]) for segment in segments]
    answer = str(row["ground_truth"])
    if len(labels) != len(segments) or answer not in numbers:
        raise ValueError("segments, labels and ground_truth do not fit together")
    question = Question(
        id=str(number),
        context="\n".join(f"{segment['index']}: {segment['context']}" for segment in segments),
        question="Which segment expresses another emotion than all the others?",
        choices=tuple(numbers),
        answers=(answer,),
        facts={"tokens": float(row["length"])},
    )
    return (question,)


def _classification(row: dict[str, Any], number: int) -> tuple[Item, ...]:
    # Names of fields differ between releases in their case, and content is context in one of them.
    fields = {str(key).lower(): value for key, value in row.items()}
    subject, source = fields["subject"], str(fields["source"])
    question = Question(
        id=f"{source}-{fields['id']}",
        context=fields["content"] if "content" in fields else fields["context"],
        question=f"Which emotion does {subject} feel in the end?",
        choices=tuple(fields["choices"]),
        answers=(fields["label"],),
        facts={"subject": subject, "source": source},
    )
    return (question,)


def _qa(row: dict[str, Any], number: int) -> tuple[Item, ...]:
    question = Question(
        id=str(row["number"]),
        context=row["context"],
        question=row["problem"],
        answers=(row["answer"],),
        facts={"source": row["source"]},
    )
    return (question,)


def _summary(row: dict[str, Any], number: int) -> tuple[Item, ...]:
    report = "\n\n".join(_joined(row[part]) for part in REPORT)
    return tuple(
        Question(
            id=f"{row['id']}-{part}",
            context=report,
            question=f"Summarise the {part.replace('_', ' ')} of this case.",
            answers=(row[part],),
            facts={"case": str(row["id"])},
        )
        for part in SUMMARISED
    )


def _conversation(row: dict[str, Any], number: int) -> tuple[Item, ...]:
    utterances: list[Utterance] = []
    stages: dict[str, Value] = {}
    for stage in row["stages"]:
        if stage["stage"] not in card.layers["stage"]:
            raise ValueError(f"{stage['stage']!r} is none of the stages")
        for turn in stage["conversations"]:
            id = str(len(utterances))
            utterances.append(Utterance(id=id, speaker=turn["role"], text=turn["context"]))
            stages[id] = stage["stage"]
    # Two dialogues have no description.
    facts = {"description": _joined(row["description"])} if "description" in row else {}
    conversation = Conversation(id=str(row["id"]), utterances=tuple(utterances))
    return (AnnotatedConversation(conversation=conversation, gold={"stage": stages}, facts=facts),)


def _expression(files: CorpusFolder) -> Iterator[Question]:
    situations, questionnaires = card.files["expression"]
    with files.at(questionnaires):
        (questionnaire,) = files.document(questionnaires)
        asked = questionnaire["prompt"] + "\n" + "\n".join(f"{n}. {q}" for n, q in questionnaire["questions"].items())
    with files.at(situations):
        scenarios = [
            (emotion["name"], factor["name"], number, scenario)
            for emotion in files.document(situations)["emotions"]
            for factor in emotion["factors"]
            for number, scenario in enumerate(factor["scenarios"], start=1)
        ]
        items = [
            Question(
                id=f"{emotion}/{factor}/{number}",
                context=scenario,
                question=asked,
                answers=(),
                facts={"emotion": emotion, "factor": factor},
            )
            for emotion, factor, number, scenario in scenarios
        ]
    yield from items


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "\n".join(text)


TASKS: dict[str, Callable[[dict[str, Any], int], tuple[Item, ...]]] = {
    "detection": _detection,
    "classification": _classification,
    "qa": _qa,
    "summary": _summary,
    "conversation": _conversation,
}
