"""Conversations as the encoder hears them, and where its tokens stand in the texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Encoding
from torch import Tensor

from sentio.causes.base import Felt
from sentio.labels import LabelSpace
from sentio.nn.cause_pairs import Heard
from sentio.nn.conversation_encoder import Lower
from sentio.training.tuned_encoder import read_tokenizer

Places = Sequence[tuple[int, int]]
"""Where the word of each token of an utterance begins and ends in its text, in characters: no span cuts a word."""


@dataclass(frozen=True)
class Reading:
    """A conversation with an utterance at least: what the encoder hears, and the places of each utterance's tokens."""

    heard: Heard
    places: Sequence[Places]


class Reader:
    """Reads conversations and what is felt in them; `window` is the tokens read of an utterance."""

    def __init__(self, tokenizer: Path, lower: Lower, window: int, space: LabelSpace) -> None:
        self._tokenizer = read_tokenizer(tokenizer, window)
        self._lower = lower.eval()
        self._emotions = {label: number for number, label in enumerate(space.labels)}
        self._neutral = self._emotions[str(space.neutral)]

    def read(self, asked: Sequence[Felt], *, exact: bool) -> list[Reading]:
        """Each conversation's states, in 32 bits where `exact`, else in 16.

        Read together they take less time, and differ from those read alone in the last bits.
        """
        spoken = [utterance.text for felt in asked for utterance in felt.conversation.utterances]
        # A lone surrogate, as broken JSON has it, is no character: it reads as "?", which is as long.
        texts = [text.encode("utf8", "replace").decode("utf8") for text in spoken]
        encodings = self._tokenizer.encode_batch(texts)
        states = self._lower.read([encoding.ids for encoding in encodings], exact=exact)
        found, first = [], 0
        for felt in asked:
            own = slice(first, first + len(felt.conversation))
            heard = self._heard(felt, states[own])
            found.append(Reading(heard, [_places(encoding) for encoding in encodings[own]]))
            first = own.stop
        return found

    def _heard(self, felt: Felt, states: Sequence[Tensor]) -> Heard:
        said = felt.conversation.utterances
        number = {name: number for number, name in enumerate(felt.conversation.speakers)}
        told = [felt.emotions.get(utterance.id) for utterance in said]
        return Heard(
            states=states,
            speakers=torch.tensor([number[utterance.speaker] for utterance in said]),
            emotions=torch.tensor([self._neutral if name is None else self._emotions[name] for name in told]),
        )


def _places(encoding: Encoding) -> Places:
    """The places of the tokens between begin and end; a token of the tokenizer's own in the text is no word's."""
    tokens = zip(encoding.word_ids[1:-1], encoding.offsets[1:-1], strict=True)
    return [own if word is None else encoding.word_to_chars(word) or own for word, own in tokens]


def words_at(text: str, places: Places, first: int, last: int) -> str:
    """The words from one token to another; where they are signs only, all of them: a mark is the cause of nothing.

    >>> words_at("Pancakes? Now?", [(0, 8), (0, 8), (8, 9), (10, 13), (13, 14)], 1, 2)
    'Pancakes?'
    >>> words_at("Pancakes?", [(0, 8), (0, 8), (8, 9)], 2, 2)
    'Pancakes?'
    """
    if not places:
        return ""
    found = text[places[first][0] : places[last][1]]
    return found if any(map(str.isalnum, found)) else text[places[0][0] : places[-1][1]]


def tokens_of(places: Places, begin: int, end: int) -> tuple[int, int] | None:
    """The first and the last token of the words in the characters from `begin` to before `end`; None where none is.

    >>> tokens_of([(0, 2), (3, 7), (8, 9)], 3, 9)
    (1, 2)
    """
    inside = [number for number, (first, last) in enumerate(places) if first < end and last > begin]
    return (inside[0], inside[-1]) if inside else None
