"""Folds: nothing is on both sides, everything is left out once, and the model that has not seen it answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sentio import Conversation, corpora
from sentio.corpora import Corpus
from sentio.errors import InputError, RecipeError
from sentio.gold import AnnotatedConversation
from sentio.training.folds import LeftOut, Taught, Unseen, folds, groups, left_out

COLUMNS = (
    "TV_ID,Dialogue_ID,Utterance_ID,Speaker,Gender,Age,Neuroticism,Extraversion,Openness,Agreeableness,"
    "Conscientiousness,Scene,FacePosition_LU,FacePosition_RD,Sentiment,Emotion,DA,Utterance"
)


def anything(item: AnnotatedConversation) -> bool:
    return True


@pytest.fixture
def cped(tmp_path: Path) -> Callable[[dict[str, int]], Corpus]:
    """An invented CPED: so many dialogues of two utterances a series."""

    def make(series: dict[str, int]) -> Corpus:
        rows = [COLUMNS]
        for name, dialogues in series.items():
            for dialogue in range(dialogues):
                own = f"{name}_{dialogue:03}"
                rows += [
                    f"{name},{own},{own}_{turn:03},李雷,male,young,low,high,low,high,high,home,0_0,0_0,"
                    f"positive,happy,greeting,你好"
                    for turn in range(2)
                ]
        (tmp_path / "cped").mkdir()
        (tmp_path / "cped" / "valid_split.csv").write_text("\n".join(rows) + "\n", "utf-8-sig")
        return corpora.load("cped", tmp_path)

    return make


def test_every_group_is_left_out_once(cped: Callable[[dict[str, int]], Corpus]) -> None:
    plan = folds(
        cped({"7": 2, "8": 3, "9": 1}), Taught(corpus="cped", split="validation", leave_out="series"), anything
    )
    assert [fold.name for fold in plan] == ["7", "8", "9"]
    assert sorted(item.id for fold in plan for item in fold.tests) == [
        "7_000", "7_001", "8_000", "8_001", "8_002", "9_000",
    ]  # fmt: skip
    for fold in plan:
        assert {item.facts["series"] for item in fold.tests} == {fold.name}
        assert fold.name not in {item.facts["series"] for item in fold.train}
        assert len(fold.train) + len(fold.tests) == 6
    apart = groups(plan, lambda item: len(item.conversation))
    assert {name: sum(rows) for name, rows in apart.items()} == {"all": 12, "7": 4, "8": 6, "9": 2}


def test_scores_on_what_was_learned_from_are_refused(cped: Callable[[dict[str, int]], Corpus]) -> None:
    corpus = cped({"7": 2})
    with pytest.raises(RecipeError, match="name a fact to leave_out"):
        folds(corpus, Taught(corpus="cped", split="validation"), anything)
    with pytest.raises(RecipeError, match="one series only"):
        folds(corpus, Taught(corpus="cped", split="validation", leave_out="series"), anything)
    with pytest.raises(RecipeError, match="does not say its 'weather'"):
        folds(corpus, Taught(corpus="cped", split="validation", leave_out="weather"), anything)
    with pytest.raises(InputError, match="nothing of cped/validation is annotated"):
        folds(corpus, Taught(corpus="cped", split="validation", leave_out="series"), lambda item: False)


def test_a_training_split_is_measured_on_validation(invented: Path) -> None:
    (fold,) = folds(corpora.load("meld", invented), Taught(corpus="meld", limit=3), anything)
    assert (fold.name, len(fold.train), len(fold.tests)) == ("validation", 3, 3)
    assert groups([fold], lambda item: 1) == {"all": [True] * 3}
    assert Taught(corpus="meld").fitted_on() == ["meld/train"]


def test_only_a_stranger_is_answered_by_all() -> None:
    unseen = Unseen((LeftOut(name="a", conversations=("1", "2")), LeftOut(name="b", conversations=("3",))), "cped")

    def models(name: str, corpus: str | None) -> list[int]:
        return unseen.models(Conversation(id=name, utterances=()), corpus)

    assert [models(name, "cped") for name in "123"] == [[0], [0], [1]]
    assert models("4", "cped") == models("1", "meld") == models("1", None) == [0, 1]


def test_what_is_written_down_names_conversations(cped: Callable[[dict[str, int]], Corpus]) -> None:
    plan = folds(cped({"7": 1, "8": 1}), Taught(corpus="cped", split="validation", leave_out="series"), anything)
    assert left_out(plan)[1] == LeftOut(name="8", conversations=("8_000",))
