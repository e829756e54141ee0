"""Emotion transition end to end: trained on an invented PELD, evaluated, and replying with and without a model."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from tests.changed_recipe import written
from tests.responses.invented_transitions import RECIPE

from sentio import Conversation, Utterance, responses
from sentio.conversation import Speaker
from sentio.errors import RecipeError, SentioError
from sentio.evaluation import evaluate
from sentio.evaluation.overlaps import seen
from sentio.llms.base import Answer, Question
from sentio.responses import NextTurn
from sentio.responses.transition import manifest
from sentio.responses.transition.decider import Decider
from sentio.responses.transition.responder import WORDLESS, Transition
from sentio.responses.transition.situation import Observer, last_words
from sentio.responses.transition.train import Recipe
from sentio.responses.wording import CORRECTION, FALLBACK
from sentio.training import recipe as recipes
from sentio.training.by_recipe import train

ROOT = Path(__file__).parents[2]


def chat(*texts: str, profiles: dict[str, Speaker] | None = None) -> Conversation:
    """Ada and Bo in turn."""
    said = tuple(Utterance(id=str(n), speaker=("Ada", "Bo")[n % 2], text=text) for n, text in enumerate(texts))
    return Conversation(id="chat", utterances=said, profiles=profiles or {})


CALM = NextTurn(chat("Who broke my keys?", "Oh, sorry, number 5."), "Ada", felt={"0": "anger", "1": "neutral"})
ANGRY = NextTurn(chat("Who broke my keys?", "Number 5, then."), "Ada", felt={"0": "anger", "1": "neutral"})


@pytest.fixture(scope="module")
def run(trained_transition: Path) -> Path:
    return trained_transition


@pytest.fixture(scope="module")
def decider(run: Path) -> Decider:
    return Decider(run / "model")


@dataclass
class Model:
    """A language model that answers from a list, and remembers what it was asked."""

    answers: list[Answer | str]
    asked: list[Question] = field(default_factory=list)
    name: str = "list"

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        for question in questions:
            self.asked.append(question)
            answer = self.answers.pop(0)
            yield Answer(question, text=answer) if isinstance(answer, str) else answer

    def close(self) -> None:
        pass


def test_it_learns_what_calms_people_and_says_what_it_has_seen(run: Path, tmp_path: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["all"]["macro_f1"]["mean"] == pytest.approx(4 / 7)  # all right; of seven emotions four occur
    assert metrics["beside"]["weighted_f1_swapped"]["mean"] == pytest.approx(1.0)
    assert metrics["beside"]["sentiment_accuracy"]["mean"] == pytest.approx(1.0)
    assert (metrics["fitted_on"], metrics["selected_on"]) == (["peld/train"], ["peld/validation"])
    outcome = evaluate(str(run), "peld", data=run.with_name("data"), out=tmp_path / "evaluation")
    names = [row.name for row in outcome.rows]
    assert {"repeat_speaker", "repeat_previous", "majority"} <= set(names)
    ours = outcome.rows[0].metrics["accuracy"]
    repeated = outcome.rows[names.index("repeat_speaker")].metrics["accuracy"]
    assert ours is not None
    assert repeated is not None
    assert ours.mean == 1.0 > repeated.mean
    assert outcome.chosen_on == "this split"


def test_no_score_on_meld_is_one_on_data_not_seen() -> None:
    assert seen("meld/test", ["peld/train"])
    assert seen("meld/validation", ["peld/dialogue_train"])
    assert seen("emorynlp/validation", ["peld/train"])
    assert not seen("peld/validation", ["peld/train"])


def test_decisions_keep_every_promise(run: Path) -> None:
    responder = responses.load(str(run))
    assert isinstance(responder, Transition)
    assert isinstance(responder, responses.Deciding)
    assert responder.decides == "emotion"
    together = list(responder.decide([CALM, ANGRY, CALM]))
    assert [one.label for one in together] == ["neutral", "anger", "neutral"]
    assert together[0] == together[2] == next(iter(responder.decide([CALM])))
    for decision in together:
        assert decision.probabilities is not None
        assert len(decision.probabilities) == len(responder.choices)
        assert sum(decision.probabilities) == pytest.approx(1.0)

    def endless() -> Iterator[NextTurn]:
        while True:
            yield CALM

    assert next(iter(responder.decide(endless()))) == together[0]
    assert next(iter(responder.respond(endless()))).emotion == "neutral"


def test_the_average_is_that_of_the_seeds(run: Path) -> None:
    situation = Observer(Decider(run / "model").space, {}).see(CALM)
    both, first, second = (Decider(run / "model", seed).probabilities(situation) for seed in (None, 1, 2))
    np.testing.assert_allclose(both, (first + second) / 2, atol=1e-12)
    assert not np.allclose(first, second, atol=1e-6)


def test_without_a_language_model_there_is_an_emotion_and_no_words(run: Path) -> None:
    (reply,) = responses.respond(CALM.conversation, system=str(run), speaker="Ada")
    assert (reply.text, reply.error, reply.emotion in responses.load(str(run)).choices) == ("", WORDLESS, True)  # type: ignore[attr-defined]
    assert reply.feels is not None
    assert reply.persona == dict.fromkeys(
        ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"), 0.5
    )
    assert (reply.calls, reply.fallbacks) == (0, ())


def test_the_words_are_asked_for_with_emotion_persona_and_mood(decider: Decider) -> None:
    model = Model(["Ada: It is fine, they were old keys."])
    (reply,) = Transition(decider, {"neuroticism": 0.1}, model).respond([CALM])
    assert (reply.text, reply.emotion, reply.error) == ("It is fine, they were old keys.", "neutral", None)
    assert (reply.calls, reply.fallbacks, reply.persona["neuroticism"]) == (1, (), 0.1)
    system, user = model.asked[0].messages
    assert "Ada's words show neutral" in system.content
    assert "neuroticism 0.1 (low)" in system.content
    assert "displeased and worked up" in system.content
    assert user.content.splitlines()[:3] == ["# Conversation", "Ada: Who broke my keys?", "Bo: Oh, sorry, number 5."]


def test_words_that_repeat_the_prompt_are_asked_for_once_more_and_then_replaced(decider: Decider) -> None:
    repeated = "They show it by what is said and how, without naming it."
    model = Model([repeated, "Never mind.", repeated, repeated])
    responder = Transition(decider, {}, model)
    first, second = (next(iter(responder.respond([CALM]))) for _ in range(2))
    assert (first.text, first.calls, first.fallbacks) == ("Never mind.", 2, ())
    assert (second.text, second.calls, second.fallbacks) == (FALLBACK, 2, ("text",))
    assert model.asked[1].messages[-1].content.endswith(CORRECTION)
    assert list(responder.remarks()) == ["1 replies were none in two attempts: a fixed sentence stands for them"]


def test_a_question_that_failed_is_an_error_of_its_own_reply_alone(decider: Decider) -> None:
    gone = Answer(Question("x", ()), error="the server hung up")

    class Failing(Model):
        def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
            for question, answer in zip(questions, (gone.error, None), strict=True):
                yield Answer(question, text="" if answer else "All right.", error=answer)

    replies = list(Transition(decider, {}, Failing([])).respond([CALM, ANGRY]))
    assert [(reply.text, reply.error, reply.emotion) for reply in replies] == [
        ("", "the server hung up", "neutral"),
        ("All right.", None, "anger"),
    ]


def test_a_wanted_emotion_is_not_decided_and_a_strange_one_is_an_error(decider: Decider) -> None:
    def wanting(emotion: str) -> NextTurn:
        return NextTurn(CALM.conversation, "Ada", CALM.felt, wanted={"emotion": emotion})

    model = Model(["Thank you!"])
    joyful, strange = Transition(decider, {}, model).respond([wanting("joy"), wanting("joi")])
    assert (joyful.emotion, joyful.text) == ("joy", "Thank you!")
    assert strange.error == "unknown emotion 'joi'; did you mean 'joy'?"
    assert len(model.asked) == 1


def test_what_is_told_beats_what_is_recognised_and_strange_labels_are_counted(decider: Decider) -> None:
    observer = Observer(decider.space, {})
    told = observer.see(NextTurn(chat("I am so happy!", "Great news!"), "Ada", felt={"0": "sadness", "1": "bored"}))
    assert (told.own, told.other) == ("sadness", "joy")
    assert list(observer.remarks()) == [
        "1 emotions told are none of neutral, surprise, fear, sadness, joy, disgust, anger: recognised instead"
    ]


def test_the_persona_is_the_profiles_and_the_options_before_it(decider: Decider) -> None:
    known = Speaker(name="Ada", gender="female", traits={"openness": 0.9, "neuroticism": "high", "age": "young"})
    turn = NextTurn(chat("Hello.", "Hi.", profiles={"Ada": known}), "Ada", felt={"0": "neutral", "1": "neutral"})
    observer = Observer(decider.space, {"extraversion": 0.2})
    seen = observer.see(turn)
    assert seen.traits == (0.9, 0.5, 0.2, 0.5, 0.5)
    assert seen.persona == {
        "openness": 0.9, "neuroticism": "high", "age": "young", "gender": "female", "extraversion": 0.2
    }  # fmt: skip
    assert list(observer.remarks()) == ["1 traits are no numbers of 0..1: taken as 0.5"]


def test_the_last_words_are_those_of_the_speaker_and_of_anybody_else() -> None:
    said = chat("one", "two", "three", "four")
    own, other = last_words(NextTurn(said, "Ada"))
    assert own is not None
    assert other is not None
    assert (own.text, other.text) == ("three", "four")
    own, other = last_words(NextTurn(said, "Cleo"))
    assert own is None
    assert other is not None
    assert other.text == "four"
    assert last_words(NextTurn(chat(), "Ada")) == (None, None)


ODD = {
    "nobody yet": (chat(), "Ada"),
    "one utterance": (chat("Go away."), "Bo"),
    "alone": (chat("Go away."), "Ada"),
    "Chinese": (chat("你怎么了？", "我很难过。"), "Ada"),
    "signs": (chat("", "🎉🎉🎉", "\ud800 half", "no " * 3_000), "Bo"),
    "long": (chat(*(f"line {n}" for n in range(2_000))), "Ada"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_conversations_survive(name: str, decider: Decider) -> None:
    conversation, speaker = ODD[name]
    model = Model(["好的。"])
    (reply,) = Transition(decider, {}, model).respond([NextTurn(conversation, speaker)])
    assert (reply.text, reply.error) == ("好的。", None)
    assert reply.emotion in decider.space.labels
    asked = model.asked[0].messages[-1].content
    assert len(asked) < 6_000
    if conversation.utterances and name != "signs":
        assert conversation.utterances[-1].text in asked


@pytest.mark.parametrize("name", ["kitchen.txt"])
def test_the_example_gets_a_reply_from_the_scripted_and_the_tiny_model(name: str, run: Path, tiny_qwen3: Path) -> None:
    for llm in ("scripted/lexicon", f"hf/{tiny_qwen3}"):
        (reply,) = responses.respond(ROOT / "examples" / name, system=str(run), options={"llm": llm})
        assert reply.error is None
        assert reply.text
        assert reply.calls in (1, 2)
        assert "words show" not in reply.text


@pytest.mark.parametrize(
    ("persona", "says"),
    [
        ("opennes=0.6", "'opennes' is none of openness, conscientiousness"),
        ("openness=much", "openness is a number of 0..1, not 'much'"),
        ("openness=1.5", "openness is a number of 0..1, not 1.5"),
    ],
)
def test_a_persona_that_does_not_fit_is_told_in_a_line(persona: str, says: str, run: Path) -> None:
    with pytest.raises(SentioError, match=says) as raised:
        responses.load(str(run), {"persona": persona})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("mode", "upper"), [("mood", 0), ("nearest", 1)])
def test_other_modes_and_trained_layers_make_runs_that_answer(mode: str, upper: int, run: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "other.toml"
    text = RECIPE.format(mode=mode, upper=upper, epochs=1).replace("[1, 2]", "[3]")
    recipe.write_text(text.replace("hidden = 16", "hidden = 16\nlimit = 16\nneuroticism_flipped = true"))
    train(recipe, out=tmp_path / "run", data=run.with_name("data"))
    found = manifest.read(tmp_path / "run" / "model")
    assert (found.mode, found.shape.upper, found.flipped) == (mode, upper, True)
    (decision,) = responses.load(str(tmp_path / "run")).decide([CALM])  # type: ignore[attr-defined]
    assert sum(decision.probabilities) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("seeds = [1, 2]", "seeds = [1, 1]", "a seed is there twice"),
        ('mode = "transition"', 'mode = "jump"', "mode: input should be 'text', 'concatenation', 'transition'"),
        ('loss = "ce"', 'loss = "hinge"', "tuning.loss: input should be 'ce', 'focal' or 'focal_as_coded'"),
        ("learning_rate = 2e-2", "learning_rate = 1e30", "lower the learning rate"),
    ],
)
def test_a_recipe_that_does_not_fit_is_told_in_a_line(old: str, new: str, says: str, run: Path, tmp_path: Path) -> None:
    recipe = written(tmp_path / "tiny.toml", run.with_name("tiny.toml").read_text(), (old, new))
    with pytest.raises(RecipeError, match=says) as raised:
        train(recipe, out=tmp_path / "run", data=run.with_name("data"))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("path", sorted((ROOT / "recipes").glob("transition-*.toml")), ids=lambda path: path.stem)
def test_every_recipe_is_valid_and_says_what_to_expect(path: Path) -> None:
    text, tables = recipes.read(path)
    recipes.checked(path, tables, Recipe)
    assert "# Expected" in text
    assert "# Hardware" in text
