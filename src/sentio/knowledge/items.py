"""What there is to be asked about conversations: one item a question."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal, NamedTuple

from sentio.conversation import Conversation, Utterance
from sentio.errors import InputError
from sentio.prompts import characteristics, interpretation
from sentio.prompts.fingerprint import fingerprint
from sentio.prompts.lines import names
from sentio.prompts.message import Message

Kind = Literal["interpretation", "characteristics"]
KINDS: tuple[Kind, ...] = ("interpretation", "characteristics")
ASKS = {"interpretation": interpretation, "characteristics": characteristics}

ANSWER = 800
"""Tokens an answer may have (released code); they are kept free of the model's context."""
CORRECTION = 64
"""Tokens kept free for what is said of a first answer that was no use."""


class Key(NamedTuple):
    """What an answer is about: an utterance of a dialogue, or else a speaker; the other one is None."""

    kind: Kind
    dialogue: str
    utterance: str | None = None
    speaker: str | None = None

    def __str__(self) -> str:
        return "/".join((self.kind, self.dialogue, (self.speaker if self.utterance is None else self.utterance) or ""))


def digest(*texts: str) -> str:
    """A short hash of an utterance's text, or of all of a conversation's: by it knowledge of another conversation
    with the same ids is told."""
    return fingerprint(Message("user", text) for text in texts)


@dataclass(frozen=True)
class Item:
    """A question about a conversation. `texts` are what it is about: the utterance, or all of them where it is about a
    speaker at large."""

    key: Key
    speaker: str
    messages: tuple[Message, ...]
    texts: tuple[str, ...]

    @cached_property
    def asked(self) -> str:
        """A hash of the question: an answer to another one is no answer to this."""
        return fingerprint(self.messages)


@dataclass(frozen=True)
class Wanted:
    """What is to be asked and how.

    `history` utterances before the one that is interpreted are shown, None for all. With `causal` a speaker is
    described anew for each of their utterances, from what was said up to it; else once, from the whole dialogue.
    `labels` are those whose words no answer may hold. `context` is how many tokens the model reads and writes in all.
    """

    kinds: tuple[Kind, ...] = KINDS
    history: int | None = 5
    causal: bool = False
    labels: tuple[str, ...] = ()
    context: int = 4096

    def items(self, conversations: Iterable[Conversation]) -> Iterator[Item]:
        """The questions about these conversations, in their order.

        Raises `InputError` for a conversation in which an utterance's id is there twice, and for one that has the id
        of another before it.
        """
        seen: dict[str, str] = {}
        for conversation in conversations:
            _require_ids(conversation)
            said = _said(conversation)
            if seen.setdefault(conversation.id, said) != said:
                raise InputError(f"conversation id {conversation.id!r} is there twice; give each an id of its own")
            shown = names(conversation)
            if "interpretation" in self.kinds:
                for place in range(len(conversation)):
                    yield self._interpretation(conversation, place, shown)
            if "characteristics" in self.kinds:
                yield from self._characteristics(conversation, shown)

    def number(self, conversation: Conversation) -> int:
        """How many questions there are about a conversation."""
        utterances, speakers = len(conversation), len(conversation.speakers)
        each = {"interpretation": utterances, "characteristics": utterances if self.causal else speakers}
        return sum(each[kind] for kind in self.kinds)

    def prompt(self, kind: Kind) -> str:
        """Name and hash of what is asked, the same for all items of a kind.

        >>> Wanted().prompt("interpretation") == Wanted(history=None).prompt("interpretation")
        False
        """
        turns = tuple(Utterance(id=str(k), speaker="Ada" if k % 2 else "Bo", text=f"text {k}") for k in range(_LONG))
        specimen = Conversation(id="specimen", utterances=turns)
        items = Wanted((kind,), self.history, self.causal, self.labels, _ENDLESS).items([specimen])
        return f"{ASKS[kind].TEMPLATE}/{fingerprint(message for item in items for message in item.messages)}"

    def _interpretation(self, conversation: Conversation, place: int, shown: dict[str, str]) -> Item:
        utterance = conversation.utterances[place]
        asked = interpretation.messages(
            conversation, place, history=self.history, avoid=self.labels, shown=shown, budget=self._room, count=tokens
        )
        return Item(Key("interpretation", conversation.id, utterance.id), utterance.speaker, asked, (utterance.text,))

    def _characteristics(self, conversation: Conversation, shown: dict[str, str]) -> Iterator[Item]:
        about: Iterable[tuple[str, int | None]] = ((speaker, None) for speaker in conversation.speakers)
        if self.causal:
            about = ((utterance.speaker, place) for place, utterance in enumerate(conversation.utterances))
        texts = tuple(utterance.text for utterance in conversation.utterances)
        for speaker, until in about:
            asked = characteristics.messages(
                conversation, speaker, until=until, avoid=self.labels, shown=shown, budget=self._room, count=tokens
            )
            if until is None:
                yield Item(Key("characteristics", conversation.id, speaker=speaker), speaker, asked, texts)
            else:
                utterance = conversation.utterances[until]
                yield Item(Key("characteristics", conversation.id, utterance.id), speaker, asked, (utterance.text,))

    @property
    def _room(self) -> int:
        return self.context - ANSWER - CORRECTION


def _require_ids(conversation: Conversation) -> None:
    """An answer is found by the id of its utterance: two of one id would share one."""
    (id, times), *_ = [*Counter(utterance.id for utterance in conversation.utterances).most_common(1), ("", 0)]
    if times > 1:
        raise InputError(f"conversation {conversation.id!r} has utterance {id!r} twice; give each an id of its own")


def _said(conversation: Conversation) -> str:
    """A hash of who says what: the same conversation may come again, another one of its id may not."""
    turns = ((utterance.id, utterance.speaker, utterance.text) for utterance in conversation.utterances)
    return digest(*chain.from_iterable(turns))


_LONG = 100
"""Utterances of the specimen: windows up to it are told apart."""
_ENDLESS = 10**9


_SINGLE = re.compile(r"[0-9]|[^\x00-\x7f]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def tokens(text: str) -> int:
    """How many tokens a text has, guessed and rather too many than too few.

    A server's tokenizer is not at hand. English has four characters a token: three are taken. Qwen writes each digit
    by itself; Chinese has one character a token or more, and what takes four bytes, as emoji do, has four tokens at
    most.

    >>> tokens("Who ate my cake?"), tokens("谁吃了"), tokens("1984"), tokens("🎂")
    (6, 3, 4, 4)
    """
    single = len(_SINGLE.findall(text))
    return single + 3 * len(_ASTRAL.findall(text)) + (len(text) - single + 2) // 3
