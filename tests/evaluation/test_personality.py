"""The Big Five of speakers: samples as CPED counts them, scores by hand, systems that see no profile."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sklearn.metrics import f1_score

from sentio import Conversation, Speaker, Utterance, corpora, personality
from sentio.errors import SentioError, UnknownName
from sentio.evaluation import tasks
from sentio.evaluation.base import Predictions
from sentio.evaluation.run import evaluate
from sentio.evaluation.tasks.personality import Personality
from sentio.gold import AnnotatedConversation
from sentio.llms.base import Answer, Question
from sentio.metrics.spread import spread
from sentio.personality.base import TRAITS
from sentio.personality.samples import samples, trait_scores
from sentio.personality.trait_llm import TraitLLM
from sentio.training.by_recipe import train

LOW = dict.fromkeys(TRAITS, "low")
CHAT = Conversation(
    id="c",
    utterances=(
        Utterance(id="0", speaker="韩梅", text="走，去跳舞！"),
        Utterance(id="1", speaker="李雷", text="我有点怕。"),
        Utterance(id="2", speaker="韩梅", text="别怕。"),
        Utterance(id="3", speaker="others", text="嗯。"),
    ),
    profiles={
        "韩梅": Speaker(name="韩梅", gender="female", traits={**LOW, "openness": "high", "age": "young"}),
        "李雷": Speaker(name="李雷", traits={**LOW, "openness": 0.5}),
        "others": Speaker(name="others"),
    },
)


class Told:
    """A model that says what is on its list."""

    name = "told"

    def __init__(self, *values: object) -> None:
        self._values, self.asked = list(values), list[Question]()

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        for question in questions:
            self.asked.append(question)
            value = self._values.pop(0)
            # As adapters do: what is no JSON is asked for once more.
            first = isinstance(value, dict)
            value = value if first else self._values.pop(0)
            if isinstance(value, dict):
                yield Answer(question, text=json.dumps(value), value=value, valid=first)
            else:
                yield Answer(question, text=str(value), valid=False, error="no JSON")

    def close(self) -> None:
        pass


def test_the_samples_of_cped(data: Path) -> None:
    items = list(corpora.load("cped", data).conversations("validation"))
    task = tasks.for_target(corpora.load("cped", data), "personality", items)
    asked = tasks.asked(task, items)
    assert sum(len(one.targets) for one in asked) == 5 * 1662
    shown = [profile.traits for one in asked for profile in one.item.conversation.profiles.values()]
    assert not any(set(traits) & set(TRAITS) for traits in shown)


def test_who_is_not_known_in_all_five_is_no_sample() -> None:
    (sample,) = samples(CHAT)
    assert (sample.speaker, sample.texts) == ("韩梅", ("走，去跳舞！", "别怕。"))
    assert sample.levels == ("low", "low", "high", "low", "low")


def test_targets_name_the_first_utterance_and_the_trait() -> None:
    asked = Personality().asked(AnnotatedConversation(conversation=CHAT))
    assert [(t.utterance, t.evidence) for t in asked.targets] == [("0", trait) for trait in TRAITS]
    assert asked.targets[2].gold == "high openness"
    assert asked.item.conversation.profiles["韩梅"].traits == {"age": "young"}


def test_scores_are_means_over_traits_by_scikit_learn() -> None:
    gold = ["high openness", "low openness", "low openness", "high neuroticism", "low neuroticism"]
    told = ["high openness", "high openness", "", "low neuroticism", "low openness"]
    task = Personality()
    scores = task.score(
        Predictions(
            ["c"] * 5 + ["d"] * 3,
            gold + [f"low {trait}" for trait in TRAITS if trait not in ("openness", "neuroticism")],
            told + [f"low {trait}" for trait in TRAITS if trait not in ("openness", "neuroticism")],
        )
    )
    openness = f1_score(["high", "low", "low"], ["high", "high", ""], labels=["low", "high"], average="macro")
    assert scores.per_label["openness"]["macro_f1"] == pytest.approx(openness)
    assert scores.per_label["openness"]["accuracy"] == pytest.approx(1 / 3)
    assert scores.per_label["neuroticism"] == {"accuracy": 0.0, "macro_f1": 0.0, "support": 2.0}
    assert scores.values["accuracy"] == pytest.approx((1 / 3 + 0 + 3) / 5)
    assert scores.values["macro_f1"] == pytest.approx((openness + 0 + 3 * 0.5) / 5)
    assert scores.values["invalid_rate"] == 2 / 8


def test_a_level_that_nobody_has_counts_as_nothing() -> None:
    assert trait_scores({"openness": ["low", "low"]}, {"openness": ["low", "low"]})["openness"]["macro_f1"] == 0.5


GOOD = {**LOW, "neuroticism": "high"}


def test_a_model_is_asked_once_more_and_then_nothing_is_said() -> None:
    # The three speakers are asked together, then the one whose answer could not be read.
    model = Told(GOOD, "hm", GOOD, {"openness": "high"}, {**GOOD, "openness": "medium"})
    profiler = TraitLLM(model)
    (found,) = profiler.profile([CHAT])
    assert found["韩梅"] == found["李雷"] == {**dict.fromkeys(TRAITS, 0.0), "neuroticism": 1.0}
    assert found["others"] == {}
    assert list(profiler.remarks()) == ["2 of 3 answers of told were no traits at first; nothing is said of 1 speakers"]
    assert "韩梅是什么性格" in model.asked[0].messages[1].content
    assert "high（高）" in model.asked[0].messages[0].content


def test_a_tiny_real_model_fills_in_the_form(tiny_qwen3: Path) -> None:
    profiler = personality.load("trait_llm", {"llm": f"hf/{tiny_qwen3}"})
    (found,) = profiler.profile([CHAT])
    assert list(found) == ["韩梅", "李雷", "others"]
    for traits in found.values():
        assert not traits or (set(traits) == set(TRAITS) and set(traits.values()) <= {0.0, 1.0})


def test_recognised_traits_fill_the_profiles_and_change_nothing_that_is_known() -> None:
    profiler = personality.load("trait_llm", {"llm": "scripted/always=high"})
    (done,) = personality.profiled(profiler, [CHAT])
    assert done.profiles["韩梅"] == CHAT.profiles["韩梅"]
    assert done.profiles["李雷"].traits == CHAT.profiles["李雷"].traits
    assert done.profiles["others"].traits == dict.fromkeys(TRAITS, 1.0)
    assert done.utterances == CHAT.utterances


@pytest.fixture
def cped(tmp_path: Path) -> Path:
    """A data folder with an invented CPED of three series: who says 跳舞 is open, who says 怕 is not."""
    columns = (
        "TV_ID,Dialogue_ID,Utterance_ID,Speaker,Gender,Age,Neuroticism,Extraversion,Openness,Agreeableness,"
        "Conscientiousness,Scene,FacePosition_LU,FacePosition_RD,Sentiment,Emotion,DA,Utterance"
    )
    people = {
        "韩梅": ("female,young,low,high,high,low,high", "去跳舞"),
        "李雷": ("male,young,high,low,low,low,high", "我怕"),
    }
    rows = [columns]
    for series in "789":
        for dialogue in range(4):
            own = f"{series}_{dialogue:03}"
            rows += [
                f"{series},{own},{own}_{turn:03},{name},{told},home,0_0,0_0,neutral,neutral,other,{text}{dialogue}"
                for turn, (name, (told, text)) in enumerate(people.items())
            ]
    (tmp_path / "cped").mkdir()
    (tmp_path / "cped" / "valid_split.csv").write_text("\n".join(rows) + "\n", "utf-8-sig")
    return tmp_path


@pytest.fixture
def run(cped: Path) -> Path:
    """A run of `trait_ngrams` on it."""
    recipe = cped / "traits.toml"
    recipe.write_text('system = "trait_ngrams"\ncorpus = "cped"\nsplit = "validation"\nleave_out = "series"\n')
    train(recipe, out=cped / "run", data=cped)
    return cped / "run"


def test_from_recipe_to_table(cped: Path, run: Path) -> None:
    outcome = evaluate(str(run), "cped", target="personality", data=cped, out=cped / "evaluated")
    rows = {row.name: row for row in outcome.rows}
    assert outcome.targets == 5 * 2 * 12
    accuracy = {name: row.metrics["accuracy"] for name, row in rows.items()}
    assert accuracy[str(run)] == spread([1.0])
    assert accuracy["majority_level"] == spread([(0.5 * 3 + 2) / 5])
    assert rows[str(run)].per_label["openness"]["macro_f1"] == 1.0


def test_an_encoder_learns_it_too(cped: Path) -> None:
    pytest.importorskip("torch")
    recipe = cped / "encoder.toml"
    recipe.write_text(
        'system = "trait_encoder"\ncorpus = "cped"\nsplit = "validation"\nleave_out = "series"\nseeds = [1, 2]\n'
        "epochs = 40\n[network]\nwidth = 8\n[tuning]\nbatch_size = 4\nlearning_rate = 0.05\nmemory = 0.5\n"
    )
    metrics = train(recipe, out=cped / "encoder", data=cped)
    assert metrics["average_of_seeds"]["accuracy"] == 1.0
    outcome = evaluate(str(cped / "encoder"), "cped", target="personality", data=cped, out=cped / "e")
    assert outcome.rows[0].metrics["accuracy"] == spread([1.0])
    profiler = personality.load(str(cped / "encoder"))
    empty = Conversation(id="empty", utterances=(Utterance(id="0", speaker="", text=""),))
    assert set(next(profiler.profile([empty]))[""]) == set(TRAITS)
    assert next(profiler.profile([Conversation(id="nobody", utterances=())])) == {}


def test_a_reply_is_conditioned_on_recognised_traits(run: Path) -> None:
    from sentio.responses import respond

    said = (Utterance(id="0", speaker="王芳", text="去跳舞吧"), Utterance(id="1", speaker="李雷", text="好"))
    options = {"llm": "scripted/always=走！", "personality": str(run)}
    (reply,) = respond(Conversation(id="c", utterances=said), system="personalised", options=options)
    assert list(reply.persona) == list(TRAITS)
    assert float(reply.persona["openness"]) > 0.5 > float(reply.persona["neuroticism"])


def test_what_a_system_for_personality_cannot_be_asked(cped: Path, run: Path) -> None:
    with pytest.raises(SentioError, match="recognises personality; it does not answer 'emotion'"):
        evaluate(str(run), "cped", data=cped, out=cped / "e")
    with pytest.raises(SentioError, match="trait_ngrams has to be trained"):
        personality.load("trait_ngrams")
    with pytest.raises(UnknownName, match="unknown system for personality 'trait_ngram'; did you mean 'trait_ngrams'"):
        personality.load("trait_ngram")
    with pytest.raises(UnknownName, match="target of meld"):
        tasks.for_target(_corpus_without_people(cped), "personality", [])


def _corpus_without_people(root: Path) -> corpora.Corpus:
    (root / "meld").mkdir()
    return corpora.load("meld", root)


def test_a_stream_without_end_and_empty_conversations_are_answered(run: Path) -> None:
    profiler = personality.load(str(run))

    def endless() -> Iterator[Conversation]:
        yield Conversation(id="empty", utterances=())
        while True:
            yield CHAT

    answers = profiler.profile(endless())
    assert next(answers) == {}
    assert next(answers) == next(answers)
