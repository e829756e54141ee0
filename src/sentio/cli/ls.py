"""`sentio ls`: what there is."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sentio.card import Card
    from sentio.registry import Kind

Topic = Literal["systems", "causes", "responses", "personality", "baselines", "labels", "files", "llms", "demos"]


def ls(topic: Topic | None = None) -> None:
    """List systems of all verbs, baselines, label spaces, file formats, language models, and what finds demonstrations.

    Corpora have a command of their own: sentio corpora ls.

    For example:

    sentio ls
    sentio ls systems

    Parameters
    ----------
    topic
        systems (that recognise), causes, responses, personality, baselines, labels, files, llms or demos; all by
        default.
    """
    topics = {
        "systems": lambda: _systems("recognition"),
        "causes": lambda: _systems("causes"),
        "responses": lambda: _systems("responses"),
        "personality": lambda: _systems("personality"),
        "baselines": _baselines,
        "labels": _labels,
        "files": _files,
        "llms": _llms,
        "demos": _demos,
    }
    for number, name in enumerate([topic] if topic else topics):
        if number:
            print()
        _print(name, topics[name]())


def _systems(kind: "Kind") -> list[tuple[str, str]]:
    from sentio.registry import components

    rows = []
    for name, component in components(kind).items():
        card = component.card
        told = ", ".join(filter(None, (card.labels, card.licence)))
        rows.append((name, f"{card.summary} ({told}){_needs(card)}"))
        rows += [("", f"--{flag.replace('_', '-')}: {text}") for flag, text in component.options().items()]
    return rows


def _baselines() -> list[tuple[str, str]]:
    from sentio.card import BaselineCard
    from sentio.registry import components

    cards = {name: component.card for name, component in components("evaluation.baselines").items()}
    return [
        (name, f"{card.summary} ({', '.join(card.answers)}{'; reads gold' if card.oracle else ''})")
        for name, card in cards.items()
        if isinstance(card, BaselineCard)
    ]


def _labels() -> list[tuple[str, str]]:
    from sentio.labels import SPACES

    return [(name, f"{len(space)}: {', '.join(space.labels)}") for name, space in SPACES.items()]


def _files() -> list[tuple[str, str]]:
    from sentio.registry import components

    readers = [
        (f"read {name}", f"{c.card.summary} {' '.join(c.card.suffixes)}".strip())
        for name, c in components("files.readers").items()
    ]
    writers = [
        (f"write {name}", f"{c.card.summary} {' '.join(c.card.suffixes)}".strip())
        for name, c in components("files.writers").items()
    ]
    return [*readers, *writers, ("write html", "The report: timeline, turns and shares, in one page. .html")]


def _demos() -> list[tuple[str, str]]:
    from sentio.registry import components

    encoders = [(f"encoder {name}", c.card) for name, c in components("encoders").items()]
    indexes = [(f"index {name}", c.card) for name, c in components("indexes").items()]
    return [(name, f"{card.summary}{_needs(card)}") for name, card in (*encoders, *indexes)]


def _llms() -> list[tuple[str, str]]:
    from sentio.registry import components

    return [(name, component.card.summary + _needs(component.card)) for name, component in components("llms").items()]


def _needs(card: "Card") -> str:
    return f'  needs: pip install "sentio[{card.extra}]"' if card.extra else ""


def _print(title: str, rows: list[tuple[str, str]]) -> None:
    print(title)
    width = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        print(f"  {name:<{width}}  {text}")
