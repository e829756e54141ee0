"""M2FNet's extractors on made recordings: they learn, come back from disk, and lose nothing to bad clips."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("av")
pytest.importorskip("soundfile")
pytest.importorskip("cv2")

from tests.recordings import Frames, Sound, drawn_face, moving_square, tone, write_sound, write_video

from sentio import Conversation, Utterance
from sentio.errors import InputError, RecipeError
from sentio.features.base import Features, FeatureSource
from sentio.media.faces import Boxes
from sentio.nn.resnet18 import ResNet18
from sentio.recognition.m2fnet.clips import Clip, Remark, clips
from sentio.recognition.m2fnet.extractor_training import Taught, train_audio, train_visual
from sentio.recognition.m2fnet.extractors import AudioExtractor, Manifest, VisualExtractor
from sentio.recognition.m2fnet.recordings import heard
from sentio.training.extractor_tuning import ExtractorTuning

QUICK = ExtractorTuning(epochs=1, batch_size=4, base=2)
VOICES = ("calm", "tense", "hoarse")


class Nobody:
    """A detector that finds no face."""

    def find(self, picture: Frames) -> Boxes:
        return np.empty((0, 4), np.int64)


def voice(mood: str, number: int) -> Sound:
    """Half a second and a bit: a steady tone, one that trembles, or noise; pitch and length differ by number."""
    dice = np.random.default_rng([VOICES.index(mood), number])
    seconds, pitch = 0.4 + 0.05 * (number % 5), dice.uniform(250, 500)
    sound = tone(pitch, seconds).astype(np.float64)
    if mood == "tense":
        sound = sound * (np.sin(2 * np.pi * 25 * np.arange(len(sound)) / 16_000) > 0)
    if mood == "hoarse":
        sound = dice.normal(0, 0.2, len(sound))
    return (sound + dice.normal(0, 0.01, len(sound))).astype(np.float32)


def spoken(folder: Path, name: str, moods: Sequence[str], first: int) -> Conversation:
    """A conversation in which each utterance is a sound of its mood."""
    said = [
        Utterance(
            id=str(number),
            speaker="AB"[number % 2],
            text="",
            audio=str(write_sound(folder / f"{name}-{number}.wav", voice(mood, first + number))),
        )
        for number, mood in enumerate(moods)
    ]
    return Conversation(id=name, utterances=tuple(said))


def taught(folder: Path, name: str, first: int, each: int) -> Taught:
    moods = [VOICES[number % 3] for number in range(3 * each)]
    return [(spoken(folder, name, moods, first), moods)]


def only(conversation: Conversation, extractor: FeatureSource) -> Features:
    (features,) = extractor.read([conversation])
    return features


def separation(features: Features, labels: Sequence[str]) -> float:
    """Mean distance of utterances of two classes over that of utterances of one."""
    vectors = torch.from_numpy(features.vectors)
    same = torch.tensor([[one == other for other in labels] for one in labels])
    distances = torch.cdist(vectors, vectors)
    return float(distances[~same].mean() / distances[same & ~torch.eye(len(labels), dtype=torch.bool)].mean())


def untrained(base: int = 2) -> AudioExtractor:
    torch.manual_seed(3)
    manifest = Manifest(modality="audio", networks=("audio",), base=base, labels=VOICES, utterances=0, seed=3)
    return AudioExtractor({"audio": ResNet18(1, base)}, manifest)


def test_a_trained_extractor_separates_new_voices_better_than_an_untrained_one(tmp_path: Path) -> None:
    settings = ExtractorTuning(epochs=15, batch_size=16, learning_rate=1e-2, base=4)
    said: list[tuple[str, float]] = []
    trained = train_audio(
        taught(tmp_path, "train", 0, 12), settings, 3, tmp_path, lambda what, share: said.append((what, share))
    )
    ((new, moods),) = taught(tmp_path, "new", 100, 6)
    labels = [mood for mood in moods if mood]
    before, after = (separation(only(new, one), labels) for one in (untrained(base=4), trained))
    assert after > 1.3 * before
    features = only(new, trained)
    assert features.present.all()
    np.testing.assert_allclose(np.linalg.norm(features.vectors, axis=1), 1, atol=1e-5)
    assert said[0][0] == "audio"
    assert said[-1] == (said[-1][0], 1.0)
    assert "in epoch 14" in said[-1][0]


def test_it_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    made = taught(tmp_path, "some", 0, 2)
    trained = train_audio(made, QUICK, 1, tmp_path, lambda what, share: None)
    trained.save(tmp_path / "extractor")
    loaded = AudioExtractor.load(tmp_path / "extractor")
    (talk, _) = next(iter(made))
    np.testing.assert_array_equal(only(talk, loaded).vectors, only(talk, trained).vectors)
    assert loaded.version == trained.version != untrained().version
    assert {path.name for path in (tmp_path / "extractor").iterdir()} == {"extractor.json", "extractor.safetensors"}


def test_the_same_seed_learns_the_same_and_a_stopped_training_goes_on(tmp_path: Path) -> None:
    made = taught(tmp_path, "some", 0, 3)
    settings = QUICK.model_copy(update={"epochs": 3})
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    whole = train_audio(made, settings, 1, tmp_path / "whole", lambda what, share: None)

    def stop(what: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_audio(made, settings, 1, tmp_path / "stopped", stop)
    resumed = train_audio(made, settings, 1, tmp_path / "stopped", lambda what, share: None)
    assert resumed.version == whole.version


def test_a_vector_depends_on_neither_neighbours_nor_their_order(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "some", [VOICES[number % 3] for number in range(20)], 0)
    extractor = untrained()
    together = only(talk, extractor).vectors
    for number in (0, 7, 19):
        alone = talk.model_copy(update={"utterances": (talk.utterances[number],)})
        np.testing.assert_allclose(only(alone, extractor).vectors[0], together[number], atol=1e-5)
    reverse = talk.model_copy(update={"utterances": talk.utterances[::-1]})
    np.testing.assert_allclose(only(reverse, extractor).vectors[::-1], together, atol=1e-5)


def test_a_damaged_clip_is_left_out_by_name_and_the_others_keep_their_places(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "some", ["calm", "tense", "hoarse", "calm"], 0)
    whole = only(talk, untrained())
    Path(str(talk.utterances[1].audio)).write_bytes(b"these are words")
    silent = talk.utterances[2].model_copy(update={"audio": None})
    talk = talk.model_copy(update={"utterances": (*talk.utterances[:2], silent, talk.utterances[3])})
    remarks: list[Remark] = []
    untrained().save(tmp_path / "extractor")
    features = only(talk, AudioExtractor.load(tmp_path / "extractor", remarks.append))
    assert features.present.tolist() == [True, False, False, True]
    assert not features.vectors[1:3].any()
    np.testing.assert_allclose(features.vectors[[0, 3]], whole.vectors[[0, 3]], atol=1e-5)
    ((conversation, utterance, cause),) = [(one.conversation, one.utterance, one.cause) for one in remarks]
    assert (conversation, utterance) == ("some", "1")
    assert "some-1.wav: cannot be read as sound" in cause


def test_training_leaves_damaged_and_unlabelled_clips_out(tmp_path: Path) -> None:
    ((talk, moods),) = taught(tmp_path, "some", 0, 3)
    Path(str(talk.utterances[4].audio)).unlink()
    labels = [None, *moods[1:]]
    remarks: list[Remark] = []
    trained = train_audio([(talk, labels)], QUICK, 1, tmp_path, lambda what, share: None, remarks.append)
    trained.save(tmp_path / "extractor")
    manifest = Manifest.model_validate_json((tmp_path / "extractor" / "extractor.json").read_bytes())
    assert (manifest.utterances, manifest.labels) == (7, tuple(sorted(VOICES)))
    assert [remark.utterance for remark in remarks] == ["4"]


def test_a_shared_recording_is_cut_and_one_that_is_not_cut_is_told(tmp_path: Path) -> None:
    path = str(write_sound(tmp_path / "talk.wav", np.concatenate([voice("calm", 0), voice("hoarse", 0)])))
    first = len(voice("calm", 0)) / 16_000
    said = [
        Utterance(id="0", speaker="A", text="", audio=path, start=0, end=first),
        Utterance(id="1", speaker="B", text="", audio=path, start=first, end=2 * first),
    ]
    cut = only(Conversation(id="talk", utterances=tuple(said)), untrained())
    own = only(spoken(tmp_path, "own", ["calm", "hoarse"], 0), untrained())
    # `own` gives the second voice another number and with it another pitch: only the first is the same.
    np.testing.assert_allclose(cut.vectors[0], own.vectors[0], atol=1e-4)
    said[1] = said[1].model_copy(update={"end": None})
    with pytest.raises(InputError, match="conversation 'talk', utterance '1': shares the recording"):
        only(Conversation(id="talk", utterances=tuple(said)), untrained())


def test_ten_seconds_are_heard_and_the_peak_is_one(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "long.wav", tone(300, 12) * 0.1)
    sound = heard(Clip("talk", "0", path))
    assert len(sound) == 160_000
    assert np.abs(sound).max() == 1
    assert len(heard(Clip("talk", "0", path, 1.0, 11.5))) == 160_000
    assert len(heard(Clip("talk", "0", path, 11.0, 11.5))) == 8_000
    assert not heard(Clip("talk", "0", write_sound(tmp_path / "still.wav", np.zeros(800, np.float32)))).any()


def test_sound_is_taken_from_the_video_where_there_is_no_audio() -> None:
    talk = Conversation(id="talk", utterances=(Utterance(id="0", speaker="A", text="", video="clip.mp4"),))
    assert [clip.path.name for clip in clips(talk, "audio") if clip] == ["clip.mp4"]
    assert clips(talk.model_copy(update={"utterances": ()}), "audio") == []


def test_no_sound_at_all_is_an_error_and_no_conversation_is_none() -> None:
    silent = Conversation(id="talk", utterances=(Utterance(id="0", speaker="A", text="Hm."),))
    with pytest.raises(InputError, match="none of 1 utterances has audio"):
        list(untrained().read([silent]))
    assert list(untrained().read([])) == []
    with pytest.raises(RecipeError, match="two classes with two utterances"):
        train_audio([(silent, ["calm"])], QUICK, 1, Path(), lambda what, share: None)


def test_a_folder_that_holds_no_extractor_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no extractor here"):
        AudioExtractor.load(tmp_path)
    untrained().save(tmp_path)
    with pytest.raises(InputError, match="an extractor for audio, not video"):
        VisualExtractor.load(tmp_path)
    (tmp_path / "extractor.safetensors").write_bytes(b"words")
    with pytest.raises(InputError, match="no weights that fit"):
        AudioExtractor.load(tmp_path)
    (tmp_path / "extractor.json").write_text("{}")
    with pytest.raises(InputError, match=r"extractor\.json: modality: field required"):
        AudioExtractor.load(tmp_path)


def filmed(folder: Path, name: str, moods: Sequence[str]) -> Conversation:
    """Utterances whose clip shows a red or a blue square, or a face that gets nearer."""
    said = []
    for number, mood in enumerate(moods):
        if mood == "face":
            frames = np.stack([drawn_face(120, 160, 30, 10, side) for side in (86, 92, 98)])
        else:
            frames = moving_square((240, 30, 30) if mood == "red" else (30, 30, 240), 6 + number % 3)
        path = write_video(folder / f"{name}-{number}.mp4", frames)
        said.append(Utterance(id=str(number), speaker="A", text="", video=str(path)))
    return Conversation(id=name, utterances=tuple(said))


def test_scenes_and_faces_become_vectors_and_a_clip_without_a_face_says_so(tmp_path: Path) -> None:
    moods = ["red", "blue", "face", "red", "blue", "face"]
    talk = filmed(tmp_path, "some", moods)
    # Faces of two classes, so that there is something to learn from them.
    labels = ["red", "blue", "face", "red", "blue", "other"]
    double = talk.model_copy(update={"id": "again"})
    trained = train_visual([(talk, labels), (double, labels)], QUICK, 1, tmp_path, lambda what, share: None)
    features = only(talk, trained)
    assert features.vectors.shape == (6, 601)
    assert features.present.all()
    assert features.vectors[:, 600].tolist() == [0, 0, 1, 0, 0, 1]
    assert not features.vectors[[0, 1, 3, 4], 300:].any()
    assert (features.vectors[:, :300] != 0).any(axis=1).all()
    trained.save(tmp_path / "extractor")
    loaded = VisualExtractor.load(tmp_path / "extractor")
    np.testing.assert_allclose(only(talk, loaded).vectors, features.vectors, atol=1e-6)
    single = talk.model_copy(update={"utterances": talk.utterances[2:3]})
    np.testing.assert_allclose(only(single, loaded).vectors[0], features.vectors[2], atol=1e-5)
    blind = only(talk, VisualExtractor.load(tmp_path / "extractor", detector=Nobody()))
    assert not blind.vectors[:, 300:].any()


def test_trained_scenes_separate_colours_without_any_face(tmp_path: Path) -> None:
    settings = ExtractorTuning(epochs=12, batch_size=8, learning_rate=1e-2, base=2)
    moods = ["red", "blue"] * 8
    talk, remarks = filmed(tmp_path, "some", moods), list[Remark]()
    Path(str(talk.utterances[3].video)).write_bytes(b"these are words")
    trained = train_visual(
        [(talk, moods)], settings, 1, tmp_path, lambda what, share: None, remarks.append, detector=Nobody()
    )
    trained.save(tmp_path / "extractor")
    manifest = Manifest.model_validate_json((tmp_path / "extractor" / "extractor.json").read_bytes())
    assert (manifest.networks, manifest.utterances) == (("scene",), 15)
    assert [remark.utterance for remark in remarks] == ["3"]
    new = filmed(tmp_path, "new", ["blue", "red"] * 4)
    torch.manual_seed(1)
    before = VisualExtractor({"scene": ResNet18(3, 2)}, manifest, detector=Nobody())
    ratios = [separation(only(new, one), ["blue", "red"] * 4) for one in (before, trained)]
    assert ratios[1] > 1.3 * ratios[0]
