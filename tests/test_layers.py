"""What the layers of the import linter do not hold: what is heavy comes late, and adapters do not know each other."""

import ast
import subprocess
import sys

import pytest

from sentio import registry

HEAVY = (
    "accelerate", "av", "cv2", "datasets", "httpx2", "lancedb", "onnxruntime", "peft", "polars", "scipy", "sklearn",
    "soundfile", "tokenizers", "torch", "transformers", "trl", "usearch", "vllm",
)  # fmt: skip
LIGHT = (
    "sentio.annotation", "sentio.curriculum", "sentio.prompts", "sentio.llms", "sentio.encoders", "sentio.indexes",
    "sentio.knowledge", "sentio.labels.wheel", "sentio.media.audio", "sentio.media.faces", "sentio.media.video",
    "sentio.retrieval", "sentio.training.llama_factory", "sentio.training.ordered", "sentio.training.ordered_trainer",
)  # fmt: skip
ADAPTERS: tuple[registry.Kind, ...] = ("llms", "encoders", "indexes")


@pytest.mark.parametrize("module", LIGHT)
def test_importing_it_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("kind", ADAPTERS)
def test_an_adapter_does_not_import_another(kind: registry.Kind) -> None:
    ours = {name: found for name, found in registry.components(kind).items() if found.module.startswith("sentio.")}
    for name, component in ours.items():
        others = {found.module for other, found in ours.items() if other != name}
        imported = set[str]()
        for node in ast.walk(ast.parse(component.source.read_text("utf8"))):
            if isinstance(node, ast.ImportFrom):
                imported |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
        assert not others & imported, name
