"""A judge of replies: both orders, agreement with itself, length, and what is left where it fails."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sentio import Conversation, Utterance, llms
from sentio.errors import LanguageModelError, ScoreError
from sentio.evaluation import evaluate
from sentio.evaluation.comparison import compare
from sentio.evaluation.judging import Pair, controlled, judged
from sentio.evaluation.reply_pairs import reply_pairs
from sentio.llms import Answer, Question


class Judge:
    """Decides by the two replies it is shown."""

    name = "test/judge"

    def __init__(self, decide: Callable[[str, str], str | None]) -> None:
        self._decide = decide

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        for question in questions:
            lines = question.messages[-1].content.splitlines()
            first, second = (line.partition(" of Bo: ")[2] for line in lines if " reply of Bo: " in line)
            choice = self._decide(first, second)
            yield Answer(question, choice=choice, error=None if choice else "no idea")

    def close(self) -> None: ...


def pairs(*replies: tuple[str, str]) -> list[Pair]:
    turns = (Utterance(id="0", speaker="Ada", text="I failed the test."),)
    return [
        Pair(Conversation(id=str(number), utterances=turns), "Bo", first, second)
        for number, (first, second) in enumerate(replies)
    ]


def kinder(first: str, second: str) -> str:
    return "first" if "sorry" in first else "second" if "sorry" in second else "equal"


def test_the_reply_that_wins_in_both_orders_wins() -> None:
    found = judged(Judge(kinder), pairs(("I am sorry.", "So what?"), ("Ha!", "I am so sorry."), ("Oh.", "Hm.")))
    assert (found.wins, found.losses, found.equal, found.failed) == (1, 1, 1, 0)
    assert found.win_rate == 0.5
    assert found.agreement == 1
    assert found.first_shown == 0.5
    assert found.words == pytest.approx((5 / 3, 7 / 3))


def test_a_judge_that_goes_by_the_order_has_no_verdict() -> None:
    found = judged(Judge(lambda first, second: "first"), pairs(("a", "b"), ("c", "d")))
    assert (found.wins, found.losses, found.equal) == (0, 0, 2)
    assert (found.agreement, found.first_shown, found.win_rate) == (0, 1, 0.5)


def test_where_length_decides_length_control_sees_no_difference() -> None:
    replies = [("word " * (20 + k % 9), "word " * (12 + k % 5)) for k in range(60)]
    replies += [(short, long) for long, short in replies[:20]]
    found = judged(Judge(lambda one, other: "first" if len(one) > len(other) else "second"), pairs(*replies))
    assert found.win_rate == 0.75
    assert abs(found.controlled - 0.5) < 0.1


def test_a_pair_without_an_answer_is_counted_and_left_out() -> None:
    found = judged(Judge(lambda one, other: None if "?" in one else "first"), pairs(("a?", "b"), ("c", "d")))
    assert (found.judged, found.failed) == (1, 1)
    with pytest.raises(LanguageModelError, match="test/judge said of no pair"):
        judged(Judge(lambda one, other: None), pairs(("a", "b")))
    with pytest.raises(ScoreError, match="no two replies"):
        judged(Judge(kinder), [])


def test_equal_lengths_and_one_sided_verdicts_need_no_regression() -> None:
    assert controlled(np.array([1.0, 0.0, 0.5]), np.zeros(3)) == 0.5
    assert controlled(np.ones(3), np.arange(3.0)) == 1.0


def test_two_runs_are_judged_over_the_conversations_they_answered(invented: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    run = tmp_path / "echo"
    evaluate("repeat_last", "meld", target="reply", out=run, data=invented)
    other = run / "baselines" / "generic_reply.parquet"
    found = reply_pairs(run, other, 2, invented)
    assert len(found) == 2
    assert found == reply_pairs(run, other, 2, invented)
    for pair in found:
        assert pair.first == pair.conversation.utterances[-1].text
    told = judged(llms.open("scripted/always=equal"), found)
    assert (told.win_rate, told.agreement, told.first_shown) == (0.5, 1.0, None)
    assert compare(run, other).judgement is None
    emotions = tmp_path / "emotions"
    evaluate("majority", "meld", out=emotions, data=invented)
    with pytest.raises(ScoreError, match="only replies can be judged"):
        reply_pairs(emotions, emotions, 2, invented)
