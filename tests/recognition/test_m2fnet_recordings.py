"""M2FNet from recordings in one command: a table that names wav and mp4 files in, a run that reads recordings out."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("av")
pytest.importorskip("soundfile")
pytest.importorskip("cv2")

from safetensors.numpy import load_file
from tests.recordings import moving_square, tone, write_sound, write_video

from sentio import Conversation, Utterance, recognition
from sentio.cli import DONE, main
from sentio.errors import InputError, MissingExtra, RecipeError, SentioError, UnknownName
from sentio.recognition.base import Remarking
from sentio.recognition.networks.recognizer import NetworkRecognizer
from sentio.training.by_recipe import train

MOODS = {"joy": 300, "anger": 900}
"""The pitch in which a mood is told."""
COLOURS = {"joy": (30, 30, 240), "anger": (240, 30, 30)}

RECIPE = """
system = "m2fnet"
corpus = "{corpus}"
seeds = [3, 4]

[features]
{features}

[network]
width = 16
heads = 2
layers = 1
fusion = 1

[extractor]
epochs = 8
batch_size = 8
learning_rate = 1e-2
base = 4

[curriculum]
buckets = 1
epochs_per_bucket = 0
final_epochs = 10

[tuning]
batch_size = 4
learning_rate = 1e-2
"""
AUDIO = 'audio = "extractor"'
ALL = 'text = "mini"\naudio = "extractor"\nvideo = "extractor"'


def talk(folder: Path, name: str, moods: Sequence[str], *, video: bool = False) -> Conversation:
    """The words tell nothing: the pitch does and, where there is a picture, the colour."""
    dice, said = np.random.default_rng(sum(name.encode())), []
    for number, mood in enumerate(moods):
        stem = folder / f"{name}-{number}"
        sound = tone(MOODS[mood] * dice.uniform(0.9, 1.1), 0.2) + dice.normal(0, 0.02, 3_200).astype(np.float32)
        clip = write_video(stem.with_suffix(".mp4"), moving_square(COLOURS[mood], 4)) if video else None
        said.append(
            Utterance(
                id=str(number),
                speaker="AB"[number % 2],
                text="So it is.",
                audio=str(write_sound(stem.with_suffix(".wav"), sound)),
                video=str(clip) if clip else None,
            )
        )
    return Conversation(id=name, utterances=tuple(said))


def table(folder: Path, *, video: bool = False) -> Path:
    """Six conversations to learn from and three to choose on, with paths relative to the table."""
    path = folder / "calls.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["split", "conversation", "speaker", "text", "emotion", "audio", "video"])
        for number in range(9):
            moods = [list(MOODS)[(number + turn) % 2] for turn in range(4)]
            for said, mood in zip(talk(folder, f"call{number}", moods, video=video).utterances, moods, strict=True):
                clips = [Path(clip).name if clip else "" for clip in (said.audio, said.video)]
                split = "train" if number < 6 else "validation"
                rows.writerow([split, f"call{number}", said.speaker, said.text, mood, *clips])
    return path


def recipe(folder: Path, features: str, corpus: Path | None = None) -> Path:
    path = folder / "calls.toml"
    path.write_text(RECIPE.format(corpus=corpus or folder / "calls.csv", features=features))
    # The table's own sidecar would have this name.
    return path.rename(folder / "recipe.toml")


def sentio(*command: str) -> int:
    """The exit code of a command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["sentio", *command])
        with pytest.raises(SystemExit) as end:
            main()
    return int(end.value.code or 0)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of sounds, a recipe, and the run that the command has made of it."""
    folder = tmp_path_factory.mktemp("spoken")
    table(folder)
    assert sentio("train", str(recipe(folder, AUDIO)), "--out", str(folder / "run"), "--quiet") == DONE
    return folder


def test_a_run_from_sounds_learns_what_only_they_tell(spoken: Path) -> None:
    metrics = json.loads((spoken / "run" / "metrics.json").read_text())
    assert metrics["fitted_on"] == [f"{spoken / 'calls.csv'}/train"]
    moods = ["joy", "anger", "anger", "joy", "joy", "anger"]
    new = talk(spoken, "new", moods)
    told = recognition.recognize(new, system=str(spoken / "run"))
    assert [one.emotion for one in told] == moods
    model = spoken / "run" / "model"
    assert {path.relative_to(model).as_posix() for path in model.rglob("*") if path.is_file()} == {
        "model.json",
        "seed-3.safetensors",
        "seed-4.safetensors",
        "audio/extractor.json",
        "audio/extractor.safetensors",
    }
    manifest = json.loads((model / "audio" / "extractor.json").read_text())
    assert (manifest["seed"], manifest["utterances"], manifest["labels"]) == (3, 24, ["anger", "joy"])


def test_a_file_that_names_recordings_is_recognised(spoken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = talk(spoken, "filed", ["anger", "joy"])
    (spoken / "new.jsonl").write_text(new.model_dump_json() + "\n")
    assert sentio("recognize", str(spoken / "new.jsonl"), "--system", str(spoken / "run"), "--format", "jsonl") == DONE
    out, err = capsys.readouterr()
    assert [json.loads(line)["emotion"] for line in out.splitlines()] == ["anger", "joy"]
    assert not err


def test_a_table_that_names_recordings_is_recognised_and_scored(
    spoken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (gone,) = spoken.glob("call8-3.wav")
    gone.rename(kept := tmp_path / gone.name)
    call = ("--system", str(spoken / "run"), "--quiet", "--format")
    assert sentio("recognize", str(spoken / "calls.csv"), *call, "jsonl") == DONE
    out, told = capsys.readouterr()
    split = ("--corpus", str(spoken / "calls.csv"), "--split", "validation", "--out", str(tmp_path / "scores"))
    assert sentio("evaluate", *split, *call, "json") == DONE
    scores, scored = capsys.readouterr()
    kept.rename(gone)
    with (spoken / "calls.csv").open(newline="") as file:
        moods = [row["emotion"] for row in csv.DictReader(file)]
    assert [json.loads(line)["emotion"] for line in out.splitlines()][:-1] == moods[:-1]
    assert json.loads(scores)["rows"][0]["metrics"]["accuracy"]["mean"] >= 11 / 12
    for err, count in ((told, 36), (scored, 12)):
        first, last = err.splitlines()
        assert first.startswith("sentio: conversation 'call8', utterance '3': ")
        assert last.startswith(f"sentio: 1 of {count} utterances have no ")


def test_a_recording_that_is_gone_is_absent_and_remarked_on(spoken: Path) -> None:
    new = talk(spoken, "gone", ["joy", "anger", "joy"])
    Path(str(new.utterances[1].audio)).unlink()
    recognizer = recognition.load(str(spoken / "run"))
    assert isinstance(recognizer, Remarking)
    assert not list(recognizer.remarks())
    written = Conversation(id="written", utterances=(Utterance(id="0", speaker="A", text="Hm."),))
    gone, silent = recognizer.predict([new, written])
    assert gone.probabilities.shape == (3, len(recognizer.space))
    assert silent.probabilities.sum() == pytest.approx(1)
    first, last = recognizer.remarks()
    assert first.startswith("conversation 'gone', utterance '1': ")
    assert "gone-1.wav" in first
    assert last == "2 of 4 utterances have no features of audio and are answered without"
    unnamed = new.utterances[1].model_copy(update={"audio": None})
    absent = new.model_copy(update={"utterances": (new.utterances[0], unnamed, new.utterances[2])})
    np.testing.assert_array_equal(next(iter(recognizer.predict([absent]))).probabilities, gone.probabilities)


def test_neighbours_change_no_answer_to_the_last_bit(spoken: Path) -> None:
    some = [talk(spoken, f"near{number}", ["joy", "anger", "joy"][: number + 1]) for number in range(3)]
    recognizer = recognition.load(str(spoken / "run"))
    for one, together in zip(some, recognizer.predict(some), strict=True):
        np.testing.assert_array_equal(next(iter(recognizer.predict([one]))).probabilities, together.probabilities)


@pytest.mark.parametrize("stage", ["extractor: audio", "reading audio", "seed 3"])
def test_a_run_that_was_stopped_goes_on_and_ends_as_a_whole_one(spoken: Path, tmp_path: Path, stage: str) -> None:
    whole, stopped = spoken / "run", tmp_path / "run"

    def stop(what: str, share: float) -> None:
        if what.startswith(stage) and share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(spoken / "recipe.toml", out=stopped, progress=stop)
    with pytest.raises(SentioError, match="is the training finished"):
        recognition.load(str(stopped))
    seen: list[str] = []
    train(spoken / "recipe.toml", out=stopped, progress=lambda what, share: seen.append(what))
    assert any(what.startswith("extractor") for what in seen) == (stage == "extractor: audio")
    assert ("reading audio" in seen) == (stage != "seed 3")
    for name in ("audio/extractor", "seed-3", "seed-4"):
        ours, theirs = (load_file(run / "model" / f"{name}.safetensors") for run in (stopped, whole))
        assert all(np.array_equal(ours[key], theirs[key]) for key in theirs)
    assert (stopped / "metrics.json").read_bytes() == (whole / "metrics.json").read_bytes()


def test_text_sound_and_picture_together(tmp_path: Path) -> None:
    corpus = table(tmp_path, video=True)
    (tmp_path / "call2-1.mp4").write_bytes(b"these are words")
    with pytest.warns(
        RuntimeWarning, match=r"video is left out; 1 recordings cannot be read, the first: .*call2-1\.mp4"
    ):
        train(recipe(tmp_path, ALL, corpus), out=tmp_path / "run")
    recognizer = recognition.load(str(tmp_path / "run"))
    assert isinstance(recognizer, NetworkRecognizer)
    new = talk(tmp_path, "new", ["anger", "joy", "joy"], video=True)
    (answer,) = recognizer.predict([new])
    assert [recognizer.space.labels[top] for top in answer.probabilities.argmax(axis=1)] == ["anger", "joy", "joy"]
    model = tmp_path / "run" / "model"
    features = json.loads((model / "model.json").read_text())["features"]
    assert [features[name]["address"] for name in ("text", "audio", "video")] == ["mini", "extractor", "extractor"]
    assert features["video"]["width"] == 601
    (model / "video" / "extractor.safetensors").write_bytes(b"words")
    with pytest.raises(InputError, match="no weights that fit"):
        recognition.load(str(tmp_path / "run"))


def test_another_extractor_than_the_one_that_was_trained_with_is_refused(spoken: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(spoken / "run", tmp_path / "run")
    manifest = tmp_path / "run" / "model" / "audio" / "extractor.json"
    manifest.write_text(manifest.read_text().replace('"seed": 3', '"seed": 5'))
    with pytest.raises(InputError, match="audio: extractor is not what the run was trained with any more"):
        recognition.load(str(tmp_path / "run"))


def test_a_corpus_without_recordings_is_told(tmp_path: Path) -> None:
    rows = ("train,a,Fine.,joy", "train,a,No!,anger", "validation,b,Yes.,joy")
    (tmp_path / "calls.csv").write_text("\n".join(("split,conversation,text,emotion", *rows)) + "\n")
    with pytest.raises(RecipeError, match=r"no utterance to learn from names a recording.* a column audio"):
        train(recipe(tmp_path, AUDIO), out=tmp_path / "run")


def test_recordings_that_are_all_gone_are_told_by_the_first(tmp_path: Path) -> None:
    table(tmp_path)
    for path in tmp_path.glob("*.wav"):
        path.unlink()
    with pytest.raises(RecipeError, match=r"24 recordings cannot be read, the first: .*call0-0\.wav"):
        train(recipe(tmp_path, AUDIO), out=tmp_path / "run")


def test_a_table_without_splits_is_told(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("text,emotion\nFine.,joy\n")
    with pytest.raises(UnknownName, match="unknown split of calls 'train'; known: all"):
        train(recipe(tmp_path, AUDIO), out=tmp_path / "run")


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ('text = "extractor"', "an extractor reads recordings, not words"),
        ('text = "mini"', r"extractor: neither audio nor video of \[features\] is 'extractor'"),
    ],
)
def test_a_recipe_that_wants_no_recordings(tmp_path: Path, features: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        train(recipe(tmp_path, features), out=tmp_path / "run")


@pytest.mark.parametrize(("package", "modality", "extra"), [("soundfile", "audio", "media"), ("cv2", "video", "face")])
def test_a_missing_extra_is_named(
    spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, modality: str, extra: str
) -> None:
    said = talk_of(spoken)
    rows = [f"{split},{split},Hm.,joy,{said.utterances[0].audio},a.mp4" for split in ("train", "validation")]
    (tmp_path / "calls.csv").write_text("\n".join(("split,conversation,text,emotion,audio,video", *rows)) + "\n")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=rf"sentio\[{extra}\]"):
        train(recipe(tmp_path, f'{modality} = "extractor"'), out=tmp_path / "run")
    if modality == "audio":
        with pytest.raises(MissingExtra, match=r"sentio\[media\]"):
            recognition.recognize(said, system=str(spoken / "run"))


def talk_of(folder: Path) -> Conversation:
    """A conversation whose recordings are there already."""
    said = Utterance(id="0", speaker="A", text="So it is.", audio=str(folder / "call0-0.wav"))
    return Conversation(id="heard", utterances=(said,))
