"""What is the same for all networks over features: training, the run folder, answers, and what can be wrong."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.invented import NETWORK, NETWORKS

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.errors import InputError, RecipeError, SentioError
from sentio.evaluation import evaluate
from sentio.recognition import load
from sentio.recognition.base import Remarking
from sentio.training.by_recipe import train

pytest.importorskip("torch")

Trained = Callable[[str], Path]
GRU = NETWORK.format(system="context_gru", settings=NETWORKS["context_gru"])


def chats(data: Path, split: str = "validation") -> list[Conversation]:
    return [item.conversation for item in corpora.load("meld", data).conversations(split)]


def answers(run: Path, conversations: list[Conversation], **options: object) -> np.ndarray:
    return np.concatenate([told.probabilities for told in load(str(run), options).predict(conversations)])


def recipe(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("system", NETWORKS)
def test_what_was_measured_is_what_answers(system: str, trained_networks: Trained, invented: Path) -> None:
    run = trained_networks(system)
    metrics = json.loads((run / "metrics.json").read_bytes())
    gold = [item.gold["emotion"] for item in corpora.load("meld", invented).conversations("validation")]
    right = [label for of_one in gold for label in of_one.values()]
    recognizer = load(str(run), {"seed_of": 2})
    told = answers(run, chats(invented), seed_of=2).argmax(axis=1)
    accuracy = np.mean([recognizer.space.labels[place] == label for place, label in zip(told, right, strict=True)])
    assert metrics["all"]["seeds"]["2"]["accuracy"] == pytest.approx(accuracy)
    assert metrics["fitted_on"] == ["meld/train"]
    assert metrics["selected_on"] == ["meld/validation"]


@pytest.mark.parametrize("system", NETWORKS)
def test_names_mean_nothing(system: str, trained_networks: Trained, invented: Path) -> None:
    (chat,) = [each for each in chats(invented, "train") if len(each) == 5][:1]
    other = chat.model_copy(
        update={
            "id": "other",
            "utterances": tuple(u.model_copy(update={"speaker": u.speaker[::-1] + "?"}) for u in chat.utterances),
        }
    )
    run = trained_networks(system)
    np.testing.assert_array_equal(answers(run, [chat]), answers(run, [other]))


def test_the_average_of_the_seeds_answers(trained_networks: Trained, invented: Path) -> None:
    run = trained_networks("context_gru")
    one, two = (answers(run, chats(invented), seed_of=seed) for seed in (1, 2))
    assert not np.allclose(one, two)
    np.testing.assert_allclose(answers(run, chats(invented)), (one + two) / 2)


class Killed(Exception):
    """Stands for the end of the process."""


def kill(stage: str, share: float) -> None:
    """Progress that ends in the middle of the second seed."""
    if stage == "seed 2" and share > 0.5:
        raise Killed


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(tmp_path: Path, invented: Path) -> None:
    path = recipe(tmp_path, GRU)
    train(path, out=tmp_path / "whole", data=invented)
    with pytest.raises(Killed):
        train(path, out=tmp_path / "killed", data=invented, progress=kill)
    assert not (tmp_path / "killed" / "metrics.json").exists()
    stages: list[str] = []
    train(path, out=tmp_path / "killed", data=invented, progress=lambda stage, share: stages.append(stage))
    assert "seed 1" not in stages, "a finished seed is not trained again"
    for seed in (1, 2):
        name = f"model/seed-{seed}.safetensors"
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "killed" / name).read_bytes()


def test_a_damaged_score_of_a_killed_training_costs_its_seed_and_nothing_else(
    tmp_path: Path, invented: Path, trained_networks: Trained
) -> None:
    path, run = recipe(tmp_path, GRU), tmp_path / "run"
    with pytest.raises(Killed):
        train(path, out=run, data=invented, progress=kill)
    (run / "checkpoints" / "best-2-1.npz").write_bytes(b"")
    stages: list[str] = []
    metrics = train(path, out=run, data=invented, progress=lambda stage, share: stages.append(stage))
    assert "seed 1" not in stages
    whole = trained_networks("context_gru")
    assert metrics == json.loads((whole / "metrics.json").read_bytes())
    name = "model/seed-2.safetensors"
    assert (run / name).read_bytes() == (whole / name).read_bytes()


def test_a_killed_training_does_not_go_on_with_other_features(tmp_path: Path, invented: Path) -> None:
    arrays, run, file = voices(invented), tmp_path / "run", tmp_path / "voices.npz"
    text = GRU.replace('text = "mini"', f'text = "mini"\naudio = "{file}#voice"')
    path = recipe(tmp_path, text)
    np.savez(file, allow_pickle=False, **arrays)
    with pytest.raises(Killed):
        train(path, out=run, data=invented, progress=kill)
    np.savez(file, allow_pickle=False, **arrays | {"voice": arrays["voice"] + 1})
    with pytest.raises(
        RecipeError, match=r"run began with other features of audio than .*voices\.npz#voice gives now; res"
    ):
        train(path, out=run, data=invented)
    np.savez_compressed(file, allow_pickle=False, **arrays)  # the same, said otherwise
    assert train(path, out=run, data=invented)["epochs"].keys() == {"1", "2"}


def test_a_training_ends_when_it_gets_no_better(tmp_path: Path, invented: Path) -> None:
    impatient = GRU.replace("final_epochs = 10", "final_epochs = 200") + "patience = 2\n"
    metrics = train(recipe(tmp_path, impatient), out=tmp_path / "run", data=invented)
    for epochs in metrics["epochs"].values():
        assert len(epochs) < 202
        assert len(epochs) - 1 - int(np.argmax(epochs)) == 2


def voices(data: Path) -> dict[str, np.ndarray]:
    """The columns of a file of features, five numbers an utterance, from which the emotion follows."""
    told: dict[str, list[object]] = {"conversation": [], "utterance": [], "voice": []}
    rng = np.random.default_rng(0)
    for split in ("train", "validation"):
        for item in corpora.load("meld", data).conversations(split):
            for utterance in item.conversation.utterances:
                told["conversation"].append(item.id)
                told["utterance"].append(utterance.id)
                told["voice"].append(np.float32(rng.normal(size=5) + len(str(item.gold["emotion"][utterance.id]))))
    return {name: np.array(column) for name, column in told.items()}


@pytest.fixture(scope="module")
def heard(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recipe that reads `voices.npz`, which is there, and its run."""
    folder = tmp_path_factory.mktemp("heard")
    np.savez(folder / "voices.npz", allow_pickle=False, **voices(invented))
    text = GRU.replace('text = "mini"', f'audio = "{folder}/voices.npz#voice"')
    train(recipe(folder, text), out=folder / "run", data=invented)
    return folder


def test_features_of_a_file_are_read_and_found_again_elsewhere(heard: Path, tmp_path: Path, invented: Path) -> None:
    run, arrays = shutil.copytree(heard / "run", tmp_path / "run"), voices(invented)
    there = answers(run, chats(invented))
    manifest = json.loads((run / "model" / "model.json").read_bytes())
    manifest["features"]["audio"]["address"] = f"{tmp_path}/voices.npz#voice"
    (run / "model" / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"voices\.npz"):
        load(str(run))
    moved = answers(run, chats(invented), audio=f"{heard}/voices.npz#voice")
    np.testing.assert_array_equal(moved, there)
    np.savez(tmp_path / "narrow.npz", allow_pickle=False, **arrays | {"voice": arrays["voice"][:, :4]})
    with pytest.raises(InputError, match="audio: features 4 wide, the run was trained on 5"):
        load(str(run), {"audio": f"{tmp_path}/narrow.npz#voice"})
    arrays["voice"][3, 2] = np.nan
    np.savez(tmp_path / "broken.npz", allow_pickle=False, **arrays)
    with pytest.raises(InputError, match=r"NaN"):
        answers(run, chats(invented, "train"), audio=f"{tmp_path}/broken.npz#voice")


def test_features_of_other_conversations_are_told(heard: Path, invented: Path) -> None:
    known, said = chats(invented), (Utterance(id="0", speaker="Ada", text="My keys!"),)
    strange = Conversation(id="elsewhere", utterances=said)
    with pytest.raises(InputError, match=r"voices\.npz: has none of the 1 utterances: these begin with"):
        answers(heard / "run", [strange])
    recognizer = load(str(heard / "run"))
    assert isinstance(recognizer, Remarking)
    assert len(list(recognizer.predict(known))) == len(known)
    assert not list(recognizer.remarks())
    assert len(list(recognizer.predict([*known, strange]))) == len(known) + 1
    utterances = 2 * sum(map(len, known)) + 1
    assert list(recognizer.remarks()) == [
        f"1 of {utterances} utterances have no features of audio and are answered without"
    ]


def test_features_of_other_conversations_are_never_scored(heard: Path, invented: Path, tmp_path: Path) -> None:
    arrays = voices(invented)
    arrays["conversation"] = np.array([f"{name} of another split" for name in arrays["conversation"]])
    np.savez(tmp_path / "others.npz", allow_pickle=False, **arrays)
    options = {"audio": f"{tmp_path}/others.npz#voice"}
    for _ in range(2):  # going on with the run does not take what was answered for an answer
        with pytest.raises(InputError, match="has none of the"):
            evaluate(str(heard / "run"), "meld", data=invented, out=tmp_path / "run", options=options)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda model: (model / "model.json").unlink(), "model.json is missing; is the training finished"),
        (lambda model: (model / "model.json").write_text("{}"), "model.json: system: field required"),
        (lambda model: (model / "seed-1.safetensors").unlink(), "seed-1.safetensors is missing"),
        (lambda model: (model / "seed-2.safetensors").write_bytes(b"\x08"), "seed-2.safetensors: damaged"),
    ],
)
def test_a_damaged_run_says_what_is_wrong(
    damage: Callable[[Path], object], says: str, trained_networks: Trained, tmp_path: Path
) -> None:
    run = shutil.copytree(trained_networks("context_gru"), tmp_path / "run")
    damage(run / "model")
    with pytest.raises(SentioError, match=says):
        load(str(run))


def test_what_a_run_does_not_have_is_named(trained_networks: Trained) -> None:
    run = str(trained_networks("context_gru"))
    with pytest.raises(SentioError, match=r"has no seed 7; it has 1, 2"):
        load(run, {"seed_of": 7})
    with pytest.raises(SentioError, match="this run reads text, no audio"):
        load(run, {"audio": "voices.npz"})
    with pytest.raises(SentioError, match="holds a model of context_gru, not of emotionic"):
        load("emotionic", {"model": f"{run}/model"})
    with pytest.raises(SentioError, match=r"emotionic has to be trained: sentio train RECIPE\.toml, then"):
        load("emotionic")


def test_another_encoder_under_the_same_name_is_refused(trained_networks: Trained, tmp_path: Path) -> None:
    run = shutil.copytree(trained_networks("context_gru"), tmp_path / "run")
    manifest = json.loads((run / "model" / "model.json").read_bytes())
    manifest["features"]["text"]["version"] = "of another day"
    (run / "model" / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="mini is not what the run was trained with any more"):
        load(str(run))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("hidden = 16", "hidden = 15"), r"network\.hidden"),
        (("hidden = 16", "depth = 3"), r"network\.depth"),
        (("seeds = [1, 2]", "seeds = [1, 1]"), "a seed is there twice"),
        (('text = "mini"', 'smell = "mini"'), r"features"),
        (('text = "mini"', 'text = "nobody"'), "'nobody' is no file of features"),
        (('corpus = "meld"', 'corpus = "meld"\ntarget = "mood"'), "meld has no emotions 'mood'"),
    ],
)
def test_a_recipe_that_cannot_be_followed_says_why(
    change: tuple[str, str], says: str, tmp_path: Path, invented: Path
) -> None:
    with pytest.raises((RecipeError, InputError), match=says):
        train(recipe(tmp_path, GRU.replace(*change)), out=tmp_path / "run", data=invented)
