"""What the project promises as a whole: exported names, lean imports, a short README, real examples."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sentio
from sentio import cli

ROOT = Path(__file__).parents[1]


def test_the_exported_names_are_the_promised_ones() -> None:
    assert sorted(sentio.__all__) == dir(sentio)
    for name in sentio.__all__:
        assert getattr(sentio, name).__module__.startswith("sentio."), name
    with pytest.raises(AttributeError, match="no attribute 'recognise'"):
        sentio.recognise  # noqa: B018


def test_importing_sentio_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import sentio; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    new = [name for name in done.stdout.split() if name.split(".")[0] not in sys.stdlib_module_names]
    assert new == ["sentio"]


def test_the_main_job_needs_no_torch() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['torch', 'transformers', 'onnx', 'sklearn'], None))\n"
        f"import sentio; print(len(sentio.recognize({str(ROOT / 'examples' / 'kitchen.txt')!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "17"


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text("utf8")
    assert len(text.splitlines()) <= 120
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_guide_shows_the_plugin_that_the_tests_install() -> None:
    guide = (ROOT / "docs" / "adding-a-system.md").read_text("utf8")
    plugin = ROOT / "tests" / "plugin"
    assert (plugin / "src" / "sentio_loud" / "loud.py").read_text("utf8").strip() in guide
    assert '[project.entry-points."sentio.recognition"]\nloud = "sentio_loud.loud"' in guide


def test_the_exit_codes_of_the_documentation_are_those_of_the_command() -> None:
    told = re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "files.md").read_text("utf8"), re.MULTILINE)
    assert [int(code) for code in told] == [cli.DONE, cli.SKIPPED, cli.FAILED, cli.INTERRUPTED]


def test_make_has_the_targets_it_names() -> None:
    makefile = (ROOT / "Makefile").read_text("utf8")
    (named,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(named.split()) <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))


def test_the_shipped_model_is_small_and_has_a_card() -> None:
    model = ROOT / "src" / "sentio" / "encoders" / "mini" / "model"
    assert (model / "model.onnx").stat().st_size <= 30_000_000
    card = (model / "README.md").read_text("utf8")
    for part in ("Licence", "Data", "F1", "bad at"):
        assert part in card
