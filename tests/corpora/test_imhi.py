"""IMHI: counts of the release, the parser's oddities, and three raters' votes."""

from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

from sentio import corpora
from sentio.corpora.imhi import parse_answer
from sentio.errors import InputError
from sentio.gold import Question

EXAMPLES = Path(__file__).parent / "examples"
TRAIN = {
    "DR": {"yes": 801, "no": 202},
    "dreaddit": {"yes": 1492, "no": 1345},
    "SAD": {
        "work": 812, "other causes": 709, "health issues": 697, "emotional turmoil": 674,
        "financial problem": 641, "school": 538, "everyday decision making": 525, "family issues": 479,
        "social relationships": 472,
    },
}  # fmt: skip
VALIDATION = {
    "DR": {"yes": 330, "no": 100},
    "dreaddit": {"yes": 157, "no": 143},
    "Irf": {"yes": 679, "no": 306},
    "MultiWD": {"yes": 547, "no": 953},
    "SAD": {
        "work": 79, "financial problem": 78, "health issues": 75, "other causes": 75, "family issues": 70,
        "everyday decision making": 63, "school": 60, "emotional turmoil": 59, "social relationships": 57,
    },
}  # fmt: skip


def questions(data: Path, split: str) -> list[Question]:
    """Those for a label, which alone have choices."""
    return [item for item in everything(data, split) if item.choices]


def everything(data: Path, split: str) -> list[Question]:
    return [item for item in corpora.load("imhi", data).read(split) if isinstance(item, Question)]


@pytest.mark.parametrize(
    ("split", "expected"),
    [("train", TRAIN), ("validation", VALIDATION), ("validation-completion", VALIDATION)],
)
def test_label_counts(data: Path, split: str, expected: dict[str, dict[str, int]]) -> None:
    counted: dict[str, Counter[str]] = {}
    for question in questions(data, split):
        counted.setdefault(str(question.facts["set"]), Counter())[question.answers[0]] += 1
    assert counted == expected


@pytest.mark.parametrize(("split", "by_machine"), [("train", True), ("validation", True), ("expert", False)])
def test_every_label_has_an_explanation_apart(data: Path, split: str, by_machine: bool) -> None:
    found = everything(data, split)
    for asked, why in zip(found[::2], found[1::2], strict=True):
        assert (why.id, why.context, why.facts) == (f"{asked.id}:why", asked.context, asked.facts)
        assert set(asked.facts) == {"set"}
        assert all(why.answers)
        assert (asked.machine, why.machine) == (False, by_machine)


def test_both_forms_of_a_post_have_the_same_label(data: Path) -> None:
    asked, completed = questions(data, "validation"), questions(data, "validation-completion")
    assert [(q.id, q.answers) for q in asked] == [(q.id, q.answers) for q in completed]


def test_completions_that_are_whole_sentences(data: Path) -> None:
    folder = corpora.load("imhi", data).files
    strange = Counter(
        name.split("/")[2]
        for name in folder.card.files["validation-completion"]
        for _, row in folder.rows(name)
        if name.split("/")[2] != "SAD" and row["response"].partition("Reasoning:")[0].strip() not in ("yes.", "no.")
    )
    assert strange == {"Irf": 1, "MultiWD": 2}


def test_expert_explanations(data: Path) -> None:
    counted = Counter(question.facts["set"] for question in questions(data, "expert"))
    assert len(counted) == 9
    assert set(counted.values()) == {35}


@pytest.mark.parametrize(
    ("file", "rows", "means"),
    [
        ("chatgpt_data", 121, (2.975, 2.579, 2.780, 2.576)),
        ("chatgpt_false_data", 43, (2.969, 1.760, 1.186, 1.566)),
        ("gpt3_data", 121, (0.832, 0.397, 0.534, 0.421)),
    ],
)
def test_human_ratings(data: Path, file: str, rows: int, means: tuple[float, ...]) -> None:
    items = [c for c in corpora.load("imhi", data).conversations("ratings") if c.id.startswith(f"{file}:")]
    assert len(items) == rows
    for aspect, expected in zip(("fluency", "completeness", "reliability", "overall"), means, strict=True):
        votes = [float(v) for item in items for v in item.votes[aspect]["answer"].values() if isinstance(v, float)]
        assert len(votes) == 3 * rows
        assert round(mean(votes), 3) == expected


@pytest.mark.parametrize(
    ("of", "answer", "label"),
    [
        ("DR", "Yes, the poster suffers from depression. Reasoning: No doubt.", "yes"),
        ("Irf", "yes, the post does show risk of thwarted belongingness. Reasoning: x", "yes"),
        ("dreaddit", " no. Reasoning: They know it.", "no"),
        ("SAD", "This post shows the stress cause related to emotion turmoil. Reasoning: x", "emotional turmoil"),
        ("SAD", "other causes. Reasoning: x", "other causes"),
        ("CAMS", "This post shows no causes of depression. Reasoning: x", "none"),
        (
            "swmh",
            "This post shows mental disorder symptoms related to bipolar disorder. Reasoning: x",
            "bipolar disorder",
        ),
        ("t-sid", "This post shows suicide or self-harm tendency. Reasoning: x", "suicide or self-harm tendency"),
    ],
)
def test_the_label_is_before_the_reasoning(of: str, answer: str, label: str) -> None:
    assert parse_answer(answer, of)[0] == label


@pytest.mark.parametrize("answer", ["Yes, of course.", "I know. Reasoning: x", "Nothing here. Reasoning: no.", ""])
def test_no_label_is_made_up(answer: str) -> None:
    with pytest.raises(ValueError, match="is no answer of DR"):
        parse_answer(answer, "DR")


def test_a_post_with_quotes_and_line_ends() -> None:
    first, second, *_ = questions(EXAMPLES, "train")
    assert first.id == "DR:1"
    why = everything(EXAMPLES, "train")[1]
    assert (why.id, why.machine, why.answers) == ("DR:1:why", True, ("The post mentions it, no doubt.",))
    assert why.question == "Does the poster suffer from depression? Explain your answer."
    assert first.context.endswith('"Tomorrow" I say.')
    assert "\n\n" in second.context
    assert first.question == "Does the poster suffer from depression?"


def test_a_rating_outside_0_to_3_names_its_line(tmp_path: Path) -> None:
    for name in corpora.load("imhi", EXAMPLES).card.files["ratings"]:
        text = (EXAMPLES / "imhi" / name).read_text("utf8")
        (tmp_path / "imhi" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "imhi" / name).write_text(text.replace("[3, 2, 3]", "[3, 4, 3]"), "utf8")
    with pytest.raises(InputError, match="three ratings from 0 to 3") as error:
        list(corpora.load("imhi", tmp_path).read("ratings"))
    assert error.value.line == 2
