"""Text as numbers: byte pairs learned on the replies of the training split.

Of bytes, because then no text is unknown: Chinese and emoji cost more tokens and come back as they were.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from sentio.errors import SentioError

PADDING, BEGIN, END = 0, 1, 2
SPECIAL = ["<padding>", "<begin>", "<end>"]
"""Never in what a text becomes; a turn ends with END and is written from BEGIN on."""


class Tokens:
    """How a run splits texts."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        # What stands in a text like a special token is text.
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer

    @classmethod
    def learned(cls, texts: Iterable[str], size: int) -> "Tokens":
        """At most `size` tokens, the 256 bytes and 3 special ones among them, each a pair seen at least twice.

        >>> tokens = Tokens.learned(["no tulips today", "no tulips at all"], size=300)
        >>> tokens.text(tokens.ids("no tulips 今天 🌷"))
        'no tulips 今天 🌷'
        """
        tokenizer = Tokenizer(models.BPE())
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=2,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(map(_whole, texts), trainer)
        return cls(tokenizer)

    @classmethod
    def read(cls, path: Path) -> "Tokens":
        """Those of a file that `save` wrote; raises `SentioError` for one that is damaged."""
        try:
            return cls(Tokenizer.from_file(str(path)))
        except Exception as error:  # tokenizers raises nothing more exact
            raise SentioError(f"{path}: damaged: {str(error).splitlines()[0]}") from error

    def save(self, path: Path) -> None:
        """Write them as JSON."""
        self._tokenizer.save(str(path))

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def ids(self, text: str) -> list[int]:
        """The text's tokens; none for one that is empty."""
        return list(self._tokenizer.encode(_whole(text).strip(), add_special_tokens=False).ids)

    def text(self, ids: Sequence[int]) -> str:
        """What tokens say; bytes that are no character are left out."""
        return self._tokenizer.decode(ids).replace("\ufffd", "").strip()


def _whole(text: str) -> str:
    """A lone surrogate, as broken JSON has it, is no character: it reads as "?"."""
    return text.encode("utf8", "replace").decode("utf8")
