"""Conversations as the encoder reads them: tokens, speakers, names; and the weights of `mini` that it starts from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from sentio.conversation import Conversation
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.weights import read_weights
from sentio.errors import RecipeError
from sentio.nn.conversation_encoder import EncoderShape, Lower, Turns
from sentio.recognition.prc_encoder import manifest as files
from sentio.recognition.prc_encoder.evidence import Told
from sentio.training.tuned_encoder import LOWER, read_tokenizer
from sentio.training.weights_file import read_tensors, seed_file


class Reader:
    """Reads conversations; `names` are the speakers known by name, `window` the tokens read of an utterance."""

    def __init__(self, tokenizer: Path, lower: Lower, names: Sequence[str], window: int) -> None:
        self._tokenizer = read_tokenizer(tokenizer, window)
        self._lower = lower.eval()
        self._names = {name: number for number, name in enumerate(names, start=1)}

    def read(self, conversations: Sequence[Conversation], evidence: Sequence[Told], *, exact: bool) -> list[Turns]:
        """Each conversation's turns; `exact` keeps the states in 32 bits, else they are kept in 16."""
        spoken = [utterance.text for conversation in conversations for utterance in conversation.utterances]
        states = self.states(spoken, exact=exact)
        turns, first = [], 0
        for conversation, told in zip(conversations, evidence, strict=True):
            turns.append(self._turns(conversation, states[first : first + len(conversation)], told))
            first += len(conversation)
        return turns

    def states(self, texts: Sequence[str | tuple[str, str]], *, exact: bool) -> list[Tensor]:
        """What the lower layers make of the tokens of each text, or of two texts as one row, shape (tokens, width).

        Of two that do not fit into the window together the longer one is cut first.
        """
        whole = [_whole(text) if isinstance(text, str) else (_whole(text[0]), _whole(text[1])) for text in texts]
        return self._lower.read([encoding.ids for encoding in self._tokenizer.encode_batch(whole)], exact=exact)

    def _turns(self, conversation: Conversation, states: Sequence[Tensor], told: Told) -> Turns:
        speakers = [utterance.speaker for utterance in conversation.utterances]
        own = [torch.tensor([n for n, who in enumerate(speakers) if who == name]) for name in conversation.speakers]
        return Turns(
            states=states,
            conversations=torch.arange(len(conversation))[None],
            speakers=torch.nn.utils.rnn.pad_sequence(own, batch_first=True, padding_value=-1),
            names=torch.tensor([self._names.get(name, 0) for name in speakers]),
            evidence=torch.from_numpy(told.shares),
            sentences=torch.from_numpy(told.vectors),
        )


def _whole(text: str) -> str:
    """A lone surrogate, as broken JSON has it, is no character: it reads as "?"."""
    return text.encode("utf8", "replace").decode("utf8")


def weights_of(start: Path | None) -> dict[str, Tensor]:
    """Weights to start from by their names in `initial`: those of the shipped `mini`, or of the best seed of a run.

    Raises `SentioError` where there is no such run, or it is damaged.
    """
    if start is None:
        return weights_of_mini(MODEL)
    model = start / "model"
    manifest = files.read(model)
    below = manifest.shape.layers - manifest.shape.upper
    best = max(manifest.seeds, key=lambda seed: manifest.seeds[seed])
    found, trained = read_tensors(model / LOWER), read_tensors(seed_file(model, best))
    for name, tensor in trained.items():
        if name.startswith("layers."):
            _, number, rest = name.split(".", 2)
            found[f"layers.{below + int(number)}.{rest}"] = tensor
        elif name.startswith("scores."):
            found[name] = tensor
    return found


def weights_of_mini(model: Path) -> dict[str, Tensor]:
    """The weights in a model folder of `mini`, by their names in `initial`."""
    return {_renamed(name): torch.tensor(array) for name, array in read_weights(model / "model.onnx").items()}


def initial(shape: EncoderShape, weights: Mapping[str, Tensor]) -> tuple[Lower, dict[str, Tensor]]:
    """The layers that stay, with their weights, and the weights that the trained part starts from.

    Raises `RecipeError` where an interpretation is asked for and the start has none.
    """
    if shape.scores and "scores.head.weight" not in weights:
        raise RecipeError("start was trained without interpretation: interpretation = false, or another start")
    below = shape.layers - shape.upper
    lower = Lower(shape, len(weights["words.weight"]), len(weights["places.weight"]))
    kept, trained = {}, {}
    for name, tensor in weights.items():
        if name.startswith("layers."):
            _, number, rest = name.split(".", 2)
            if int(number) < below:
                kept[name] = tensor
            else:
                trained[f"layers.{int(number) - below}.{rest}"] = tensor
        elif name.startswith("scores."):
            trained |= {name: tensor} if shape.scores else {}
        else:
            kept[name] = tensor
    lower.load_state_dict(kept)
    return lower, trained


PARTS = {
    "embeddings.word_embeddings.": "words.",
    "embeddings.position_embeddings.": "places.",
    "embeddings.LayerNorm.": "norm.",
    "encoder.layer.": "layers.",
    "query.": "scores.query.",
    "head.": "scores.head.",
}


def _renamed(name: str) -> str:
    """A weight of `mini` by its name here."""
    for theirs, ours in PARTS.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    raise KeyError(name)
