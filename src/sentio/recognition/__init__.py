"""Recognisers: `load` one by name or run folder, `recognize` a conversation or a file with it.

>>> import sentio
>>> chat = sentio.read("examples/kitchen.txt")[0]  # doctest: +SKIP
>>> sentio.recognize(chat, labels="ekman")[2].emotion  # doctest: +SKIP
'sadness'
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from sentio import files, labels, registry
from sentio.conversation import Conversation
from sentio.errors import SentioError, UnknownName
from sentio.recognition.base import Moods, Prediction, Recognizer, recognize_stream
from sentio.results import Recognitions

__all__ = ["Moods", "Prediction", "Recognizer", "component", "load", "recognize", "recognize_stream"]

DEFAULT = "mini"


def load(system: str = DEFAULT, options: Mapping[str, object] | None = None) -> Recognizer:
    """The recogniser of that name, or the one trained in that run folder.

    A name that is registered wins over a folder of that name; `./mini` is the folder. Raises
    `UnknownName` for an unknown system or option, `MissingExtra` when an optional package is absent,
    `SentioError` when an option's value does not fit or the run folder is damaged.
    """
    given = dict(options or {})
    found = component(system)
    if found.id != system:
        given = {"model": Path(system) / "model"} | given
    module = found.load()
    checked = _checked(found.id, module.Options, given)
    with found.extra_named():
        recognizer: Recognizer = module.load(checked)
    return recognizer


def component(system: str) -> registry.Component:
    """The system of that name, or the one that was trained in that run folder; its card and options tell of it.

    Raises `UnknownName` for an unknown one, `SentioError` where the run folder is damaged.
    """
    config = Path(system) / "config.toml"
    if config.is_file() and system not in registry.components("recognition"):
        system = _trained(config)
    return registry.find("recognition", system)


def recognize(
    conversation: Conversation | Iterable[Conversation] | str | Path,
    *,
    system: str | Recognizer = DEFAULT,
    labels: str | None = None,
) -> Recognitions:
    """Recognise a conversation, several, or those of a file, in the label space `labels`.

    `system` is a name, a run folder, or a loaded recogniser (load once, call often). Raises
    `InputError` for files that cannot be read and `MappingError` for label spaces the system's own
    cannot be carried over to.
    """
    if isinstance(conversation, (str, Path)):
        conversation = files.read(conversation)
    elif isinstance(conversation, Conversation):
        conversation = [conversation]
    recognizer = load(system) if isinstance(system, str) else system
    return Recognitions(list(recognize_stream(recognizer, conversation, _space(labels))))


def _trained(config: Path) -> str:
    """The system whose model is in a run folder."""
    try:
        system = tomllib.loads(config.read_text("utf8")).get("system")
    except (OSError, ValueError) as error:
        raise SentioError(f"{config}: cannot be read: {error}") from error
    if not isinstance(system, str):
        raise SentioError(f'{config}: names no system (system = "mini"); is this the folder of a training run?')
    return system


def _space(name: str | None) -> labels.LabelSpace | None:
    return None if name is None else labels.space(name)


def _checked(system: str, options: type[BaseModel], given: Mapping[str, object]) -> BaseModel:
    for name in given:
        if name not in options.model_fields:
            raise UnknownName(f"option of {system}", name, options.model_fields)
    try:
        return options.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise SentioError(f"option {'.'.join(map(str, first['loc']))} of {system}: {first['msg'].lower()}") from error
