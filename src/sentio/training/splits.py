"""A corpus as what is learned from and what is measured on."""

from collections.abc import Sequence

from sentio import labels
from sentio.corpora import Corpus
from sentio.errors import InputError, RecipeError
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace

Split = Sequence[AnnotatedConversation]


def emotions(corpus: Corpus, target: str | None) -> tuple[str, LabelSpace]:
    """The layer to learn, the corpus's main one by default, and its label space; raises `RecipeError` for others."""
    layer = target or next(iter(corpus.card.layers))
    if layer not in corpus.card.spaces:
        raise RecipeError(f"{corpus.name} has no emotions {layer!r}; it has {', '.join(corpus.card.spaces) or 'none'}")
    space = labels.space(corpus.card.spaces[layer])
    if space.multi_label:
        raise RecipeError(f"{corpus.name} has several labels an utterance; this system chooses one")
    return layer, space


def splits(corpus: Corpus, layer: str, held_out: str | None, limit: int | None) -> tuple[Split, Split]:
    """What is learned from and what is measured on, of both only conversations with a label.

    `held_out` is a split to measure on whose conversations are taken out of train and validation. Raises `InputError`
    where nothing is labelled.
    """

    def read(split: str) -> list[AnnotatedConversation]:
        return [item for item in corpus.conversations(split) if item.gold.get(layer)]

    train, tests = read("train"), read(held_out or "validation")
    if held_out:
        apart = {item.id for item in tests}
        train = [item for item in (*train, *read("validation")) if item.id not in apart]
    if not train or not tests:
        raise InputError(f"nothing of {corpus.name} is labelled in {layer!r}")
    return train[:limit], tests[:limit]


def gold_labels(item: AnnotatedConversation, layer: str, space: LabelSpace) -> list[str | None]:
    """The label of each utterance, None where nobody gave one; raises `InputError` for one that is not of the space."""
    found = [item.gold[layer].get(utterance.id) for utterance in item.conversation.utterances]
    for utterance, label in zip(item.conversation.utterances, found, strict=True):
        if label is not None and label not in space.labels:
            where = f"utterance {utterance.id!r} of {item.id!r}"
            raise InputError(f"{where} has {label!r}, which is none of {', '.join(space.labels)}")
    return [None if label is None else str(label) for label in found]


def groups(tests: Split) -> dict[str, list[bool]]:
    """All utterances, and apart those of scripted and improvised dialogues where a corpus tells which."""
    facts = [item.facts.get("scripted") for item in tests for _ in item.conversation.utterances]
    groups = {"all": [True] * len(facts)}
    if any(facts):
        groups |= {"scripted": [fact == "yes" for fact in facts], "improvised": [fact == "no" for fact in facts]}
    return groups
