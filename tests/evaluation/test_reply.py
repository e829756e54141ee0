"""The words of turns to come: who is asked for them, what systems see, how they are scored."""

from collections.abc import Iterable, Iterator, Mapping

import pytest

from sentio import Conversation, Utterance, corpora
from sentio.evaluation.base import Asked, Predictions
from sentio.evaluation.baselines import generic_reply, repeat_last, similar_reply
from sentio.evaluation.replying import replying
from sentio.evaluation.tasks.reply import ReplyTask, emotion_agreement
from sentio.gold import AnnotatedConversation, Layer
from sentio.responses import NextTurn
from sentio.results import Reply

TASK = ReplyTask()


def talk(name: str, *said: str, strategies: dict[str, str] | None = None) -> Asked:
    """A conversation of lines such as "A: Hi."."""
    turns = []
    for number, line in enumerate(said):
        speaker, _, text = line.partition(": ")
        turns.append(Utterance(id=str(number), speaker=speaker, text=text))
    gold = {} if strategies is None else {"strategy": dict(strategies)}
    return TASK.asked(AnnotatedConversation(conversation=Conversation(id=name, utterances=turns), gold=gold))


LUNCH = talk("lunch", "A: Where is my lunch?", "A: Hello?", "B: In the fridge.", "A: ...", "B: Sorry.")
HELP = talk("help", "A: I failed.", "B: Hm.", "A: Badly.", "B: What happened?", strategies={"3": "question"})


def test_a_turn_that_answers_somebody_is_asked_for() -> None:
    assert [target.utterance for target in LUNCH.targets] == ["2", "4"]  # "..." has no word
    assert [target.utterance for target in HELP.targets] == ["3"]  # the supporter's turn that is annotated


class Listening:
    """Replies with how much it was shown; fails where nobody spoke of lunch."""

    def __init__(self) -> None:
        self.seen: list[NextTurn] = []

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        for turn in turns:
            self.seen.append(turn)
            said = turn.conversation.utterances
            error = None if any("lunch" in one.text for one in said) else "no lunch"
            yield Reply(speaker=turn.speaker, text="" if error else f"{len(said)} turns", error=error)


def test_a_system_sees_what_was_said_before_and_no_more() -> None:
    listening = Listening()
    predictor = replying(listening, TASK)
    answers = [[answer.value for answer in of_one] for of_one in predictor.predict(iter([LUNCH, HELP]))]
    assert answers == [["2 turns", "4 turns"], [""]]
    assert [turn.speaker for turn in listening.seen] == ["B", "B", "B"]
    remarks = list(predictor.remarks())  # type: ignore[attr-defined]
    assert remarks == ["1 replies could not be made, the last because: no lunch"]


def test_the_baselines_answer_every_turn() -> None:
    pytest.importorskip("sklearn")
    asked = [LUNCH, HELP]
    echo = [[answer.value for answer in one] for one in repeat_last.fit(TASK, (), 0).predict(asked)]
    assert echo == [["Hello?", "..."], ["Badly."]]
    generic = {answer.value for one in generic_reply.fit(TASK, (), 0).predict(asked) for answer in one}
    assert len(generic) == 1
    near = similar_reply.fit(TASK, asked, 0).predict([talk("new", "C: My lunch? Hello?", "D: Gone.")])
    assert next(near)[0].value == "In the fridge."


def scores(gold: list[str], said: list[str]) -> dict[str, float]:
    conversations = [str(row) for row in range(len(gold))]
    return dict(TASK.score(Predictions(conversations, gold, said)).values)


def test_what_was_said_scores_full_marks_and_nothing_scores_none() -> None:
    pytest.importorskip("sacrebleu")
    gold = ["I am so glad that you came.", "Leave me alone, I hate this!"]
    same, none = scores(gold, gold), scores(gold, ["", ""])
    assert same["sentence_bleu"] == pytest.approx(100)
    assert same["bleu"] == pytest.approx(100)
    assert same["emotion_agreement"] == 1
    assert same.get("bert_score", 1.0) == pytest.approx(1, abs=1e-5)
    assert none["sentence_bleu"] == none["emotion_agreement"] == none["words"] == 0
    assert none["empty_rate"] == 1
    assert "distinct_1" not in none


def test_chinese_is_read_by_characters_and_not_by_models_that_do_not_know_it() -> None:
    pytest.importorskip("sacrebleu")
    found = scores(["你今天来得真早啊", "我很高兴你来了"], ["你今天来得真晚啊", "我很高兴你来了"])
    assert found["words"] == 7.5
    assert 50 < found["sentence_bleu"] < 100
    assert "emotion_agreement" not in found
    assert "bert_score" not in found


def test_a_reply_in_another_mood_does_not_agree() -> None:
    gold = ["Thank you so much, this is wonderful!", "I hate you, get out!"]
    assert emotion_agreement(gold, gold[::-1]) == 0
    assert emotion_agreement(gold, [gold[0], ""]) == 0.5


def test_the_mood_of_a_reply_is_none_of_the_replies_beside_it() -> None:
    said = [
        turn.text for item in corpora.load("everyday").conversations("test") for turn in item.conversation.utterances
    ]
    others = said[:400]
    one_by_one = [emotion_agreement([text], [other]) for text, other in zip(others, others[3:], strict=False)]
    together = emotion_agreement(others[:-3], others[3:])
    assert together == pytest.approx(sum(one_by_one) / len(one_by_one))
    assert 0.1 < together < 0.9


class InCharacter(Listening):
    """Is told what CPED's task gives."""

    conditions: Mapping[str, str] = {"emotion": "emotion", "act": "dialogue act"}


def test_a_published_task_may_give_more_than_what_was_said() -> None:
    gold: dict[str, Layer] = {"emotion": {"0": "anger", "2": "joy"}, "dialogue act": {"2": "answer"}}
    responder = InCharacter()
    predictor = replying(responder, TASK)
    list(predictor.predict([TASK.asked(LUNCH.item.model_copy(update={"gold": gold}))]))
    first, second = responder.seen
    assert (first.wanted, first.felt) == ({"emotion": "joy", "act": "answer"}, {"0": "anger"})
    assert (second.wanted, second.felt) == ({}, {"0": "anger", "2": "joy"})
    assert "gold emotion and dialogue act" in next(predictor.remarks())  # type: ignore[attr-defined]
