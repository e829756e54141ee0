"""`emotion_transformer` from recipe to reply: the run, what a kill leaves, sessions, and conversations of all kinds."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from tests.responses.invented_moods import RECIPE
from torch.optim import Optimizer

from sentio import Conversation, Utterance
from sentio.errors import RecipeError, SentioError
from sentio.responses import NextTurn, answerer, load, respond
from sentio.responses.emotion_transformer.decoding import Search
from sentio.responses.emotion_transformer.lessons import Lesson, heard_as
from sentio.responses.emotion_transformer.measures import written
from sentio.responses.emotion_transformer.responder import EmotionTransformer, read_voice
from sentio.responses.emotion_transformer.session import Session
from sentio.responses.emotion_transformer.train import Recipe
from sentio.training import checkpoint
from sentio.training import recipe as recipes
from sentio.training.by_recipe import train


def chat(*texts: str, name: str = "c") -> Conversation:
    turns = tuple(Utterance(id=str(i), speaker="AB"[i % 2], text=text) for i, text in enumerate(texts))
    return Conversation(id=name, utterances=turns)


def turn(*texts: str, felt: dict[str, str] | None = None) -> NextTurn:
    return NextTurn(chat(*texts), answerer(chat(*texts)) if texts else "B", felt or {})


LONG = ("I found the train!", "Nobody carried my keys.", "my keys it is.", "", "I found that cup!", "x" * 300)


@pytest.fixture(scope="module")
def run(trained_emotion_transformer: Path) -> Path:
    return trained_emotion_transformer


@pytest.fixture(scope="module")
def system(run: Path) -> EmotionTransformer:
    found = load(str(run))
    assert isinstance(found, EmotionTransformer)
    return found


def test_the_metrics_have_the_baselines_beside(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_bytes())
    assert metrics["fitted_on"] == ["meld/train"]
    assert metrics["selected_on"] == ["meld/validation"]
    for part in ("detector", "perplexity", "greedy", "beam_4"):
        assert set(metrics[part]["seeds"]) == {"1", "2"}
    low = metrics["baselines"]
    assert low["replies"] == 1 + 2 + 3 + 4  # four dialogues of two to five turns
    assert low["as_said"]["bleu_corpus_13a_none"] == pytest.approx(100)
    assert 0 < low["majority_accuracy"] < 1
    assert low["bigram_perplexity"] < low["unigram_perplexity"] < low["vocabulary"]
    # Labels follow from single words, and so do replies: a network that learns beats what reads nothing.
    assert metrics["detector"]["accuracy"]["mean"] > low["majority_accuracy"]
    assert metrics["perplexity"]["as_answering"]["mean"] < low["unigram_perplexity"]


def test_the_model_is_safetensors_and_json(run: Path) -> None:
    names = {path.name for path in (run / "model").iterdir()}
    files = {f"{part}-{seed}.safetensors" for part in ("seed", "detector") for seed in (1, 2)}
    assert names == files | {"model.json", "tokens.json"}


@pytest.mark.parametrize("source", ["detector", "soft", "none"])
def test_each_source_of_emotions_is_trained(source: str, invented: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE.format(seeds="1", source=source, epochs=1))
    train(recipe, out=tmp_path / "run", data=invented)
    reply = respond(chat("I found the train!"), system=str(tmp_path / "run"))[0]
    assert reply.text
    assert reply.feels is not None


def test_a_killed_training_ends_with_the_same_weights(
    invented: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE.format(seeds="1", source="gold", epochs=2))
    whole = train(recipe, out=tmp_path / "whole", data=invented)
    saved, left = checkpoint.save, [3]

    def killed(path: Path, weights: Mapping[str, checkpoint.Tensors], optimizer: Optimizer, **at: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt  # in the network's first epoch: the detector's two are done
        saved(path, weights, optimizer, **at)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            train(recipe, out=tmp_path / "killed", data=invented)
    assert train(recipe, out=tmp_path / "killed", data=invented) == whole
    for path in (tmp_path / "whole" / "model").iterdir():
        assert path.read_bytes() == (tmp_path / "killed" / "model" / path.name).read_bytes()


def test_turn_by_turn_is_what_was_trained(run: Path) -> None:
    """A session that takes one turn at a time replies as the network does in a batch of whole conversations."""
    voice = read_voice(run / "model", seed=1)
    texts = LONG[:-1]
    told = [torch.from_numpy(voice.shares(texts[: place + 1])) for place in range(len(texts))]
    lesson = Lesson([voice.tokens.ids(text) for text in texts], heard_as("detector", [], torch.stack(told)))
    batch = [voice.tokens.text(ids) for ids in written(voice.network, [lesson], Search())[0]]
    session, found = Session(voice), []
    for text in texts[:-1]:
        session.take([text])
        found.append(session.reply(Search()))
    assert found == batch


def test_several_turns_at_once_are_one_after_the_other(run: Path) -> None:
    voice = read_voice(run / "model")
    one, other = Session(voice), Session(voice)
    one.take(LONG)
    for text in LONG:
        other.take([text])
    assert one.feels == other.feels
    assert one.reply(Search(4)) == other.reply(Search(4))


def test_what_a_session_holds_does_not_grow(run: Path) -> None:
    session, held = Session(read_voice(run / "model")), []
    for _ in range(30):
        session.take(["I found the train!"])
        held.append(session.memory())
    assert len(set(held[5:])) == 1


def test_a_chat_that_goes_on_reads_only_what_is_new(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing, fresh = load(str(run)), load(str(run))
    read: list[int] = []
    take = Session.take

    def counted(self: Session, texts: Sequence[str], felt: Sequence[str | None] | None = None) -> None:
        read.append(len(texts))
        take(self, texts, felt)

    monkeypatch.setattr(Session, "take", counted)
    going = [next(growing.respond([turn(*LONG[:length])])) for length in (1, 3, 4, 4, 6)]
    assert read == [1, 2, 1, 0, 2]
    for length, reply in zip((1, 3, 4, 4, 6), going, strict=True):
        assert reply == next(load(str(run)).respond([turn(*LONG[:length])]))
    # A conversation with another beginning goes its own way.
    assert next(growing.respond([turn("Go away.", *LONG[1:3])])) == next(fresh.respond([turn("Go away.", *LONG[1:3])]))


def test_a_known_emotion_is_taken_for_what_is_felt(system: EmotionTransformer) -> None:
    replies = [next(system.respond([turn("Nobody carried my keys.", felt={"0": mood})])) for mood in system.choices]
    assert [reply.feels for reply in replies] == list(system.choices)
    unknown = next(system.respond([turn("Nobody carried my keys.", felt={"0": "hunger"})]))
    assert unknown.feels in system.choices


def test_what_it_hears_is_scored(system: EmotionTransformer) -> None:
    heard = list(system.hear([turn("I found the train!"), turn("I found the train!", "Nobody carried my keys.")]))
    assert [one.label for one in heard] == ["joy", "anger"]
    assert sum(heard[0].probabilities or ()) == pytest.approx(1)
    assert len(heard[0].probabilities or ()) == len(system.choices)


ODD = [
    ("",),
    ("   ", "\x00"),
    ("🎉🎉🎉",),
    ("我丢了钥匙。", "别担心。", "谢谢你!"),
    ("no " * 3_000,),
    ("\ud800 half a character",),
    ("<begin>", "<end>"),
]


@pytest.mark.parametrize("texts", ODD)
def test_odd_conversations_get_replies(system: EmotionTransformer, texts: tuple[str, ...]) -> None:
    reply = next(system.respond([turn(*texts)]))
    assert reply.text
    assert reply.error is None
    assert reply.feels in system.choices
    reply.text.encode("utf8")


def test_nothing_said_is_an_error_of_its_own(system: EmotionTransformer) -> None:
    first, second = system.respond([NextTurn(chat(), "B"), turn("Hi!")])
    assert first.error
    assert not first.text
    assert second.text


def test_three_hundred_turns(run: Path) -> None:
    reply = next(load(str(run)).respond([turn(*(LONG[:3] * 100))]))
    assert reply.text


def test_a_network_that_says_nothing_is_a_fallback(system: EmotionTransformer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "reply", lambda self, search: "")
    reply = next(system.respond([turn("Hi!")]))
    assert reply.text
    assert reply.fallbacks == ("text",)


def test_the_seed_and_the_search_are_chosen(run: Path) -> None:
    for options in ({"seed_of": 2}, {"beam": 1}, {"length_penalty": 0}):
        assert next(load(str(run), options).respond([turn("Hi!")])).text
    with pytest.raises(SentioError, match="has no seed 7; it has 1, 2"):
        load(str(run), {"seed_of": 7})
    with pytest.raises(SentioError, match="beam of emotion_transformer"):
        load(str(run), {"beam": 0})


@pytest.mark.parametrize("name", ["seed-1.safetensors", "detector-1.safetensors", "tokens.json", "model.json"])
def test_a_damaged_model_is_an_error(run: Path, tmp_path: Path, name: str) -> None:
    copied = shutil.copytree(run, tmp_path / "run")
    (copied / "model" / name).write_bytes(b"{")
    with pytest.raises(SentioError):
        load(str(copied), {"seed_of": 1})
    (copied / "model" / name).unlink()
    with pytest.raises(SentioError, match="missing"):
        load(str(copied), {"seed_of": 1})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("seeds = [1, 1]", "a seed is there twice"),
        ("vocabulary = 200", "vocabulary"),
        ("[network]\nwidth = 12", "a multiple of 2 x heads"),
        ('emotion_source = "mood"', "emotion_source"),
    ],
)
def test_recipes_that_do_not_fit(invented: Path, tmp_path: Path, wrong: str, told: str) -> None:
    recipe = tmp_path / "wrong.toml"
    recipe.write_text(f'system = "emotion_transformer"\ncorpus = "meld"\n{wrong}\n')
    with pytest.raises(RecipeError, match=told):
        train(recipe, out=tmp_path / "run", data=invented)


def test_one_emotion_a_conversation_is_that_of_all_its_turns(miniatures: Path, tmp_path: Path) -> None:
    """EmpatheticDialogues labels the first turn only."""
    recipe = tmp_path / "tiny.toml"
    text = RECIPE.format(seeds="1", source="gold", epochs=1).replace('"meld"', '"empathetic_dialogues"')
    recipe.write_text(text)
    metrics = train(recipe, out=tmp_path / "run", data=miniatures)
    assert metrics["fitted_on"] == ["empathetic_dialogues/train"]
    found = load(str(tmp_path / "run"))
    assert isinstance(found, EmotionTransformer)
    assert len(found.choices) == 32
    assert next(found.respond([turn("Guess what!")])).feels in found.choices


def test_a_corpus_without_replies_is_refused(invented: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "wrong.toml"
    recipe.write_text('system = "emotion_transformer"\ncorpus = "meld"\nlimit = 1\n')  # a conversation of one turn
    with pytest.raises(RecipeError, match="nobody answers anybody in meld"):
        train(recipe, out=tmp_path / "run", data=invented)


def test_every_recipe_is_one_of_this_system() -> None:
    folder = Path(__file__).parents[2] / "recipes"
    names = sorted(path.name for path in folder.glob("emotion-transformer-*.toml"))
    assert len(names) == 3
    for name in names:
        _, tables = recipes.read(folder / name)
        recipes.checked(folder / name, tables, Recipe)
