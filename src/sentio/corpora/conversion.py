"""Items of a corpus as they go into other files: with their split, and as rows of a table.

A table has a row an utterance and a column a layer that people annotated, or a row a question. What has no place
there (votes, causes, what a program annotated, profiles, facts) is in the JSON of the item.

>>> from sentio.conversation import Conversation, Utterance
>>> from sentio.gold import AnnotatedConversation
>>> chat = Conversation(id="kitchen", utterances=(Utterance(id="0", speaker="Ada", text="You baked a cake?"),))
>>> item = AnnotatedConversation(conversation=chat, gold={"emotion": {"0": "surprise"}})
>>> columns(item, ["emotion", "sentiment"])
('split', 'conversation', 'utterance', 'speaker', 'text', 'start', 'end', 'emotion', 'sentiment')
>>> list(rows(item, "train", ["emotion", "sentiment"]))
[('train', 'kitchen', '0', 'Ada', 'You baked a cake?', None, None, 'surprise', None)]
"""

from collections.abc import Iterator, Sequence

from sentio.gold import Item, Question, Value

Cell = Value | bool | None

UTTERANCE = ("split", "conversation", "utterance", "speaker", "text", "start", "end")
QUESTION = ("split", "id", "context", "question", "choices", "answers", "machine")


def with_split(item: Item, split: str) -> Item:
    """The item with the fact `split`: items of several splits may share an id, and a file."""
    return item.model_copy(update={"facts": {**item.facts, "split": split}})


def columns(item: Item, layers: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns of an item's rows."""
    return QUESTION if isinstance(item, Question) else (*UTTERANCE, *layers)


def rows(item: Item, split: str, layers: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    """The rows of an item, a cell a column; None where nothing is known or annotated."""
    if isinstance(item, Question):
        yield split, item.id, item.context, item.question, item.choices, item.answers, item.machine
        return
    for said in item.conversation.utterances:
        place = (split, item.id, said.id, said.speaker, said.text, said.start, said.end)
        yield *place, *(item.gold.get(layer, {}).get(said.id) for layer in layers)
