"""Cards without imports, near names, and a real plug-in package that is installed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sentio import registry
from sentio.card import Card
from sentio.errors import MissingExtra, SentioError, UnknownName


def test_listing_imports_no_component() -> None:
    code = (
        "import sys; from sentio import registry\n"
        "assert 'mini' in registry.components('recognition')\n"
        "assert 'jsonl' in registry.components('files.readers')\n"
        "heavy = {'torch', 'onnxruntime', 'numpy', 'polars'}\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in heavy or m.startswith('sentio.recognition')]\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_many_threads_read_cards_at_once() -> None:
    """In a process of its own, where the collector runs often and hands over to another thread whenever it does."""
    code = (
        "import gc, sys, time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from sentio import registry\n"
        "sys.setswitchinterval(1e-6); gc.set_threshold(10, 2, 2)\n"
        "gc.callbacks.append(lambda *when: time.sleep(0))\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    found = [each.result() for each in [pool.submit(registry.components, 'encoders') for _ in range(60)]]\n"
        "assert all(each == found[0] for each in found)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_systems_get_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="unknown system 'minni'; did you mean 'mini'"):
        registry.find("recognition", "minni")


def test_a_card_must_be_a_literal(tmp_path: Path) -> None:
    source = tmp_path / "loud.py"
    source.write_text("title = 'x'\ncard = Card(title=title, summary='y')\n")
    with pytest.raises(SentioError, match=r"loud\.py:2: the card is not a valid literal"):
        registry.read_card(source)
    source.write_text("card = Card(title='x', summary='y', colour='red')\n")
    with pytest.raises(SentioError, match="colour"):
        registry.read_card(source)
    source.write_text("x = 1\n")
    assert registry.read_card(source) is None


def test_a_missing_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "needy.py"
    source.write_text("import surely_not_installed\ncard = Card(title='x', summary='y', extra='train')\n")
    monkeypatch.syspath_prepend(tmp_path)
    card = registry.read_card(source)
    assert card
    component = registry.Component(id="needy", kind="recognition", module="needy", source=source, card=card)
    with pytest.raises(MissingExtra, match=r'pip install "sentio\[train\]"'):
        component.load()


def test_a_stale_plugin_is_left_out_and_told_when_it_is_asked_for(register: Callable[[str, str | None], None]) -> None:
    register("gone_system", None)
    register("gone_system.inside", None)
    register("torn_system", "card = Card(")
    register("plain_system", "x = 1")
    assert "mini" in registry.components("recognition")
    for name, message in {
        "gone_system": "the plug-in 'gone_system' is broken, .*no module 'gone_system'",
        "gone_system.inside": "No module named 'gone_system'",
        "torn_system": "the plug-in 'torn_system' is broken, .*never closed",
        "plain_system": r"has no literal `card = Card\(",
    }.items():
        assert name not in registry.components("recognition")
        with pytest.raises(SentioError, match=message):
            registry.find("recognition", name)


NETWORK = {"model", "seed_of", "text", "audio", "video"}


@pytest.mark.parametrize(
    ("above", "base", "inherited"),
    [
        ("from sentio.recognition.m2fnet import Options", "Options", NETWORK),
        ("from sentio.recognition.networks.options import NetworkOptions as Theirs", "Theirs", NETWORK),
        ("from sentio.recognition.networks import options", "options.NetworkOptions", NETWORK),
        ("import sentio.recognition.networks.options", "sentio.recognition.networks.options.NetworkOptions", NETWORK),
        ("class First:\n    a: int\nclass Second(First):\n    b: int", "Second", {"a", "b"}),
        ("class Options:\n    a: int", "Options", {"a"}),
        ("class First:\n    a: int\nSame = First", "Same[int]", {"a"}),
        ("from typing import ClassVar\nclass First:\n    a: int\n    b: ClassVar[int]\n    _c: int", "First", {"a"}),
        ("from other_plugin import Shared", "Shared", {"deep", "shared"}),
        ("from other_plugin.torn import Shared", "Shared", set()),
        ("from other_plugin.circle import Options", "Options", set()),
        ("from other_plugin.gone import Shared", "Shared", set()),
        ("from gone_plugin import Shared", "Shared", set()),
        ("from . import gone", "gone.Shared", set()),
        ("from ........ import gone", "gone.Shared", set()),
        ("from sys import Shared", "Shared", set()),
        ("from pydantic import BaseModel", "BaseModel", set()),
        ("", "unknown.Shared", set()),
        ("", "made('Shared')", set()),
    ],
)
def test_options_are_inherited_wherever_the_base_is(
    above: str, base: str, inherited: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other_plugin"
    (other / "inner").mkdir(parents=True)
    (other / "__init__.py").write_text("raise RuntimeError('imported')\nfrom .shared import Shared\n")
    (other / "shared.py").write_text("from . import inner\nclass Shared(inner.Deep):\n    shared: int\n")
    (other / "inner" / "__init__.py").write_text("class Deep:\n    deep: int\n")
    (other / "torn.py").write_text("class Shared(")
    (other / "circle.py").write_text("from .circle import Options\n")
    monkeypatch.syspath_prepend(tmp_path)
    source = tmp_path / "loud.py"
    source.write_text(f"{above}\nclass Options({base}):\n    volume: int = Field(description='how loud')\n")
    card = Card(title="x", summary="y")
    options = registry.Component(id="loud", kind="recognition", module="loud", source=source, card=card).options()
    assert options.keys() == inherited | {"volume"}
    assert options["volume"] == "how loud"


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plug-in of docs/adding-a-system.md, installed for real into a folder of its own."""
    target = tmp_path_factory.mktemp("site")
    source = Path(__file__).parent / "plugin"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--target",
            target,
            source,
        ],
        check=True,
    )
    return target


def test_an_installed_plugin_is_listed_loaded_and_used(plugin: Path) -> None:
    code = (
        "import sentio\n"
        "from sentio import Conversation, Utterance, registry\n"
        "assert registry.components('recognition')['loud'].card.title == 'Loud'\n"
        "turns = [Utterance(id=t, speaker='A', text=t) for t in ('GET OUT', 'sorry')]\n"
        "chat = Conversation(id='c', utterances=turns)\n"
        "print([m.emotion for m in sentio.recognize(chat, system='loud')])\n"
        "print([m.emotion for m in sentio.recognize(chat, system='loud', labels='sentiment3')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(plugin)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["['anger', 'neutral']", "['negative', 'neutral']"]


def test_a_plugins_option_is_a_flag(plugin: Path, tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text("A: OKAY fine\nB: hm\n")
    command = [
        sys.executable,
        "-m",
        "sentio",
        "recognize",
        str(chat),
        "--system",
        "loud",
        "--format",
        "csv",
        "--share",
        "0.3",
    ]
    done = subprocess.run(command, env={"PYTHONPATH": str(plugin)}, capture_output=True, text=True, check=True)
    assert ",anger," in done.stdout
