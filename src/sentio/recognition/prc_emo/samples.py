"""A split of a corpus as what a language model is tuned on: prompt and label of every labelled utterance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sentio.corpora import Corpus
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation
from sentio.llms.chat_template import tokenized
from sentio.prompts.message import Message
from sentio.recognition.prc_emo.prompts import Prompter
from sentio.training.lora_samples import Sample

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase as Tokenizer


@dataclass(frozen=True)
class Split:
    """The conversations of a split that have a label of `layer`, and a sample for each of these labels.

    `samples` has a tuple for each conversation. `gold` are the labels of all samples in their order, `chats` their
    messages, the label the assistant's. `missing` counts the samples about which no knowledge is on file.
    """

    layer: str
    conversations: tuple[AnnotatedConversation, ...]
    samples: tuple[tuple[Sample, ...], ...]
    gold: tuple[str, ...]
    chats: tuple[tuple[Message, ...], ...]
    missing: int


def read_split(
    corpus: Corpus,
    split: str,
    layer: str,
    prompter: Prompter,
    tokenizer: "Tokenizer",
    limit: int | None,
    progress: Callable[[float], None],
) -> Split:
    """The first `limit` conversations of a split (all for None), each utterance asked about.

    Raises `InputError` for a label that is none of those to choose from, and where prompts do not fit.
    """
    items = [item for item in corpus.conversations(split) if item.gold.get(layer)][:limit]
    samples, gold, chats, missing = [], [], [], 0
    for number, item in enumerate(items, start=1):
        messages = prompter.ask(item.conversation)
        of_item = []
        for place, utterance in enumerate(item.conversation.utterances):
            label = item.gold[layer].get(utterance.id)
            if label is None:
                continue
            if label not in prompter.labels:
                where = f"utterance {utterance.id!r} of {item.id!r}"
                raise InputError(f"{where} has {label!r}, which is none of {', '.join(prompter.labels)}")
            chat = tokenized(tokenizer, messages[place], str(label))
            of_item.append(Sample(tuple(chat.input_ids), len(chat.prompt)))
            gold.append(str(label))
            chats.append((*messages[place], Message("assistant", str(label))))
            missing += prompter.untold(item.conversation, place)
        samples.append(tuple(of_item))
        progress(number / len(items))
    return Split(layer, tuple(items), tuple(samples), tuple(gold), tuple(chats), missing)
