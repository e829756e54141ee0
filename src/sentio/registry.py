"""Which components exist: one file a component, the file's name is its id.

A component is a module (or a package) in one of the component folders, with a literal
`card = Card(...)`. The card is read from the source, so listing a hundred systems imports none of
them. Other packages add theirs through an entry point named after the folder:

    [project.entry-points."sentio.recognition"]
    loud = "sentio_loud.loud"
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.card import BaselineCard, Card, CorpusCard
from sentio.errors import MissingExtra, SentioError, UnknownName

Kind = Literal[
    "recognition",
    "files.readers",
    "files.writers",
    "corpora",
    "evaluation.baselines",
    "llms",
    "encoders",
    "indexes",
]
NOUNS: dict[str, str] = {
    "recognition": "system",
    "files.readers": "input format",
    "files.writers": "output format",
    "corpora": "corpus",
    "evaluation.baselines": "baseline",
    "llms": "language model adapter",
    "encoders": "text encoder",
    "indexes": "index",
}
CARDS: dict[str, type[Card]] = {card.__name__: card for card in (Card, CorpusCard, BaselineCard)}


class Component(BaseModel):
    """A component that can be loaded: `module` is its dotted name, `source` the file with its card."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    module: str
    source: Path
    card: Card

    def options(self) -> dict[str, str]:
        """Names of the component's options and what they do, from the source of its `class Options`."""
        return _fields(self.source, "Options")

    def load(self) -> ModuleType:
        """Import the component; a missing optional package becomes `MissingExtra`."""
        with self.extra_named():
            return import_module(self.module)

    @contextmanager
    def extra_named(self) -> Iterator[None]:
        """Within this block an optional package that is missing becomes `MissingExtra`.

        Components import heavy packages as late as they can, so calls of theirs need this, too.
        """
        try:
            yield
        except ModuleNotFoundError as error:
            if self.card.extra and (error.name or "").split(".")[0] != "sentio":
                raise MissingExtra(self.card.extra) from error
            raise


def read_card(source: Path) -> Card | None:
    """The literal `card = Card(...)` (or `CorpusCard`, `BaselineCard`) of a source file, or None when it has none.

    Raises `SentioError` when the card is there but not a literal, or does not validate.
    """
    for node in ast.parse(source.read_text("utf8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="card")], value=ast.Call(func=ast.Name(id=name)) as call) if (
                name in CARDS
            ):
                try:
                    fields = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg}
                    return CARDS[name].model_validate(fields)
                except (ValueError, ValidationError) as error:
                    raise SentioError(f"{source}:{node.lineno}: the card is not a valid literal: {error}") from error
    return None


def components(kind: Kind) -> dict[str, Component]:
    """All components of a kind by id, ours first, then those of installed plug-ins.

    A plug-in that is broken is left out: it must not stop a command that has no need of it.
    """
    return _ours(kind) | _plugins(kind)


def find(kind: Kind, name: str) -> Component:
    """The component with this id.

    Raises `UnknownName` with the nearest id where there is none, and `SentioError` with what is wrong
    where it is a plug-in that is broken.
    """
    known = components(kind)
    if name in known:
        return known[name]
    for entry in entry_points(group=f"sentio.{kind}", name=name):
        return _plugin(kind, entry)
    raise UnknownName(NOUNS[kind], name, known)


def _fields(source: Path, name: str) -> dict[str, str]:
    """The annotated fields of a class, those of a base class of ours first, and what they do; none without it."""
    body = ast.parse(source.read_text("utf8")).body
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            found: dict[str, str] = {}
            for base in node.bases:
                if isinstance(base, ast.Name) and (origin := _ours_of(body, base.id)):
                    found |= _fields(origin, base.id)
            return found | {
                field.target.id: _description(field.value)
                for field in node.body
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            }
    return {}


def _ours_of(body: list[ast.stmt], name: str) -> Path | None:
    """The file of ours from which a source imports a name."""
    for node in body:
        if isinstance(node, ast.ImportFrom) and name in [alias.name for alias in node.names]:
            package, *path = (node.module or "").split(".")
            if package == "sentio":
                return Path(__file__).parent.joinpath(*path).with_suffix(".py")
    return None


def _description(value: ast.expr | None) -> str:
    """The literal `description` of a pydantic `Field(...)`, "" where there is none."""
    if isinstance(value, ast.Call):
        for keyword in value.keywords:
            if keyword.arg == "description" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return ""


def _ours(kind: Kind) -> dict[str, Component]:
    found = {}
    for entry in sorted(Path(__file__).parent.joinpath(*kind.split(".")).iterdir()):
        source = entry / "__init__.py" if entry.is_dir() else entry
        if source.suffix != ".py" or not source.exists() or entry.name.startswith("_"):
            continue
        if card := read_card(source):
            name, module = entry.stem, f"sentio.{kind}.{entry.stem}"
            found[name] = Component(id=name, kind=kind, module=module, source=source, card=card)
    return found


def _plugins(kind: Kind) -> dict[str, Component]:
    found = {}
    for entry in entry_points(group=f"sentio.{kind}"):
        with suppress(SentioError):
            found[entry.name] = _plugin(kind, entry)
    return found


def _plugin(kind: Kind, entry: EntryPoint) -> Component:
    try:
        spec = find_spec(entry.value)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"no module {entry.value!r}")
        card = read_card(Path(spec.origin))
    except (ImportError, OSError, SyntaxError, ValueError) as error:
        raise SentioError(f"the plug-in {entry.name!r} is broken, reinstall or remove it: {error}") from error
    if card is None:
        raise SentioError(f"the plug-in {entry.name!r}: {spec.origin} has no literal `card = Card(...)`")
    return Component(id=entry.name, kind=kind, module=entry.value, source=Path(spec.origin), card=card)
