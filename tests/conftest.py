"""Settings of all tests, the corpora where they are at hand, and plug-in packages as an installer leaves them."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests import invented as made_up
from tests import invented_causes
from tests.responses import invented_moods, invented_support, invented_transitions
from tests.tiny_qwen3 import build

from sentio import corpora, registry
from sentio.card import CorpusCard
from sentio.gold import AnnotatedConversation

# A busy machine is slow, not wrong: no deadline for a single example. Continuous integration tries the same
# examples every time, so that it fails for the change it tests; a developer's machine looks for new ones.
settings.register_profile("sentio", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("sentio")

Register = Callable[[str, str | None], None]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the corpora: SENTIO_DATA, or `shared/data` beside the repository. Skips where there is none."""
    folder = Path(os.environ.get("SENTIO_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the corpora are not at hand; point SENTIO_DATA to them")
    return folder


@pytest.fixture(scope="session")
def miniatures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the miniature of every registered corpus, for tests that must run anywhere."""
    root = tmp_path_factory.mktemp("miniatures")
    for name, component in registry.components("corpora").items():
        card = component.card
        assert isinstance(card, CorpusCard)
        miniature = Path(__file__).parent / "corpora" / "examples" / name
        if miniature.is_dir():
            shutil.copytree(miniature, root / (card.folder or name), dirs_exist_ok=True)
    return root


@pytest.fixture(scope="session")
def talks() -> list[AnnotatedConversation]:
    """English conversations of our own corpus with their labels, of the validation split; the shortest first."""
    items = corpora.load("everyday").conversations("validation")
    return sorted((item for item in items if item.facts["language"] == "en"), key=lambda item: len(item.conversation))


@pytest.fixture(scope="session")
def tiny_qwen3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny, randomly initialised Qwen3 model with its tokenizer; skips without the extra `hf`."""
    pytest.importorskip("transformers")
    return build(tmp_path_factory.mktemp("tiny-qwen3"))


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an invented corpus `meld` whose labels follow from single words."""
    return made_up.corpus(tmp_path_factory.mktemp("data"))


def trained(recipe: Path, text: str, out: Path, data: Path) -> Path:
    """The folder of the run of a recipe, which is written down first; skips without torch."""
    pytest.importorskip("torch")
    from sentio.training.by_recipe import train

    recipe.write_text(text)
    train(recipe, out=out, data=data)
    return out


@pytest.fixture(scope="session")
def trained_encoder(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a `prc_encoder` run on the invented corpus, beside its recipe and the demonstrations it used."""
    from sentio import retrieval

    folder = tmp_path_factory.mktemp("prc-encoder")
    retrieval.build(["meld:train"], folder / "demos", encoder="mini", data=invented)
    recipe = made_up.ENCODER.format(demos=folder / "demos")
    return trained(folder / "tiny.toml", recipe, folder / "run", invented)


@pytest.fixture(scope="session")
def trained_finder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a `cause_encoder` run on an invented corpus, beside its recipe and the corpus."""
    folder = tmp_path_factory.mktemp("cause-encoder")
    corpus = invented_causes.corpus(folder / "data")
    return trained(folder / "tiny.toml", invented_causes.RECIPE, folder / "run", corpus)


@pytest.fixture(scope="session")
def trained_transition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a `transition` run on an invented corpus, beside its recipe and the folder `data`."""
    folder = tmp_path_factory.mktemp("transition")
    recipe = invented_transitions.RECIPE.format(mode="transition", upper=0, epochs=8)
    return trained(folder / "tiny.toml", recipe, folder / "run", invented_transitions.corpus(folder / "data"))


@pytest.fixture(scope="session")
def trained_strategy_planner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a `strategy_planner` run on invented support chats, beside its recipe and the folder `data`."""
    folder = tmp_path_factory.mktemp("strategy-planner")
    corpus = invented_support.corpus(folder / "data")
    return trained(folder / "tiny.toml", invented_support.RECIPE, folder / "run", corpus)


@pytest.fixture(scope="session")
def trained_emotion_transformer(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an `emotion_transformer` run on the invented corpus."""
    folder = tmp_path_factory.mktemp("emotion-transformer")
    recipe = invented_moods.RECIPE.format(seeds="1, 2", source="gold", epochs=8)
    return trained(folder / "tiny.toml", recipe, folder / "run", invented)


@pytest.fixture(scope="session")
def trained_networks(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run, on the invented corpus, of each system that is a network over features, by its name."""
    folder = tmp_path_factory.mktemp("networks")

    def run(system: str) -> Path:
        recipe = made_up.NETWORK.format(system=system, settings=made_up.NETWORKS[system])
        return trained(folder / f"{system}.toml", recipe, folder / system, invented)

    return run


@pytest.fixture(scope="session")
def trained_characters(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run, on the invented corpus, of each system that reads characters, by its name."""
    folder = tmp_path_factory.mktemp("characters")

    def run(system: str) -> Path:
        return trained(folder / f"{system}.toml", made_up.CHARACTERS[system], folder / system, invented)

    return run


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes to the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """Installs a system: its name, which is also its module's, and the source, None for a module that is gone."""
    names = []

    def install(name: str, source: str | None) -> None:
        site = tmp_path / f"site of {name}"
        metadata = site / f"{name}-1.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text(f"[sentio.recognition]\n{name} = {name}\n")
        if source is not None:
            (site / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(site)
        names.append(name)

    yield install
    for name in names:
        sys.modules.pop(name, None)
