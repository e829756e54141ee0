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
from threading import Lock
from types import ModuleType
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.card import BaselineCard, Card, CorpusCard
from sentio.errors import MissingExtra, SentioError, UnknownName

Kind = Literal[
    "recognition",
    "causes",
    "responses",
    "personality",
    "files.readers",
    "files.writers",
    "corpora",
    "evaluation.baselines",
    "llms",
    "encoders",
    "indexes",
]
METHODS: tuple[Kind, ...] = ("recognition", "causes", "responses", "personality")
"""Kinds of systems: what can be trained by a recipe and scored."""
NOUNS: dict[str, str] = {
    "recognition": "system",
    "causes": "system for causes",
    "responses": "system that replies",
    "personality": "system for personality",
    "files.readers": "input format",
    "files.writers": "output format",
    "corpora": "corpus",
    "evaluation.baselines": "baseline",
    "llms": "language model adapter",
    "encoders": "text encoder",
    "indexes": "index",
}
CARDS: dict[str, type[Card]] = {card.__name__: card for card in (Card, CorpusCard, BaselineCard)}
PARSING = Lock()
"""Up to Python 3.11.7 and 3.12.1 threads that parse at once may fail with "AST constructor recursion depth mismatch"
(python/cpython#106905)."""


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
    for node in _statements(source):
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


def _statements(source: Path) -> list[ast.stmt]:
    text = source.read_text("utf8")
    with PARSING:
        return ast.parse(text).body


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


Cited = frozenset[tuple[Path, str]]


def _fields(source: Path, name: str, end: int | None = None, cited: Cited = frozenset()) -> dict[str, str]:
    """The annotated fields of a class, those of its bases first, and what they do; none where it is not found.

    Nothing is imported: a base is looked for above the class, in the first `end` statements of the file, and in the
    file it is imported from. `cited` are the classes of other files that have led here, so that a circle ends.
    """
    if end is None:
        if (source, name) in cited:
            return {}
        cited |= {(source, name)}
    try:
        body = _statements(source)[:end]
    except (OSError, SyntaxError, ValueError):
        return {}
    for place, node in reversed(list(enumerate(body))):
        match node:
            case ast.ClassDef(name=found) if found == name:
                inherited: dict[str, str] = {}
                for base in node.bases:
                    inherited |= _named(source, body[:place], ast.unparse(base), cited)
                return inherited | _own(node)
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Name() | ast.Attribute() as other) if found == name:
                return _named(source, body[:place], ast.unparse(other), cited)
            case ast.ImportFrom(names=aliases):
                for alias in aliases:
                    if name == (alias.asname or alias.name):
                        origin = _origin(source, node.module, node.level)
                        return _fields(origin, alias.name, None, cited) if origin else {}
    return {}


def _named(source: Path, body: list[ast.stmt], base: str, cited: Cited) -> dict[str, str]:
    """The fields of a base class as it is written: `Name`, `module.Name`, `Name[...]`."""
    module, _, name = base.partition("[")[0].rpartition(".")
    if not module:
        return _fields(source, name, len(body), cited)
    for node in reversed(body):
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if module == (alias.asname or alias.name):
                package, level = (node.module, node.level) if isinstance(node, ast.ImportFrom) else (None, 0)
                origin = _origin(source, f"{package}.{alias.name}" if package else alias.name, level)
                return _fields(origin, name, None, cited) if origin else {}
    return {}


def _own(node: ast.ClassDef) -> dict[str, str]:
    """The fields that a class adds; as pydantic has it, no class variable and nothing private is one."""
    return {
        field.target.id: _description(field.value)
        for field in node.body
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and not field.target.id.startswith("_")
        and "ClassVar" not in ast.unparse(field.annotation)
    }


def _origin(source: Path, module: str | None, level: int) -> Path | None:
    """The file of a module that a source imports, with `level` dots before its name; None where none is found."""
    top, *rest = parts = module.split(".") if module else [""]
    if level:
        places = [folder.joinpath(*parts) for folder in source.parents[level - 1 : level]]
    elif top == "pydantic":  # its models have no fields, and it is long to read
        return None
    else:
        try:
            spec = find_spec(top)
        except ValueError:
            return None
        if spec is None or spec.submodule_search_locations is None:
            return Path(spec.origin) if spec and spec.origin and not rest else None
        places = [Path(folder).joinpath(*rest) for folder in spec.submodule_search_locations]
    files = [file for place in places for file in (place / "__init__.py", place.with_name(f"{place.name}.py"))]
    return next((file for file in files if file.is_file()), None)


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
