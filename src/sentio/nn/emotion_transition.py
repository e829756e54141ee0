"""From one emotion to the next: Wen et al., "Automatically Select Emotion for Response via Personality-affected
Emotion Transition", Findings of ACL 2021, and the mood variant of the same authors, TOIS 2024.

Two utterances and the emotion of the first are known; the speaker's temperament weighs how far the words move that
emotion in the space of valence, arousal and dominance, and where it arrives decides the emotion of the answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from sentio.nn.conversation_encoder import EncoderShape, by_length, encoder_layers, through

Mode = Literal["text", "concatenation", "transition", "nearest", "skip", "mood"]
"""What is read and how it is decided; see `EmotionTransition`."""
Loss = Literal["ce", "focal", "focal_as_coded"]

GAMMA = 2.0
"""How little sure answers count in the focal loss (released code; Lin et al., ICCV 2017)."""


@dataclass(frozen=True)
class Exchange:
    """b exchanges of two turns, as the network reads them.

    `states`: what the lower layers made of the tokens, shape (tokens, width): of the first and the second turn of each
    exchange in turn, or, where a mode reads both as one row, of that. `own` and `other` are the numbers of the emotions
    of the first turn and of the second, shape (b,); `traits` (b, 5) and `temperament` (b, 3) those of who answers.
    """

    states: Sequence[Tensor]
    own: Tensor
    other: Tensor
    traits: Tensor
    temperament: Tensor


class Found(NamedTuple):
    """Logits of the answer's emotion, shape (b, labels), and the point that it arrived at, shape (b, 3), where the
    mode knows one."""

    logits: Tensor
    point: Tensor | None


class EmotionTransition(nn.Module):
    """Exchanges in, logits of the next emotion out.

    `mode` is one of

    - "text": the words alone;
    - "concatenation": the words and the traits side by side (the released head lacks an argument; ours does not);
    - "transition": the paper's. The point VAD_i + P ⊙ Δ, of three numbers, is all that the classifier sees;
    - "nearest": the same point, decided by the nearest emotion and trained to lie near the right one (released code);
    - "skip": beside the point, whose three numbers hardly tell anger from disgust, a table says how often each emotion
      follows each; the point corrects it (our design);
    - "mood": the variant of TOIS 2024. Its mood columns and its word lexicon are not released: moods are the signs of
      the emotions' VAD, and the lexicon's part, of weight 0 there, is left out (a reconstruction).

    `points` are the coordinates of the labels, shape (labels, 3), `moods` their moods. Words are the mean over the
    tokens after `shape.upper` layers, not the first token: mini's vectors are such means.
    """

    def __init__(self, mode: Mode, shape: EncoderShape, points: Tensor, moods: Tensor, dropout: float) -> None:
        super().__init__()
        self.mode, self.shape = mode, shape
        self.points: Tensor
        self.moods: Tensor
        self.register_buffer("points", points)
        self.register_buffer("moods", moods)
        self.layers = encoder_layers(shape, shape.upper, dropout)
        self.norm = nn.LayerNorm(shape.width)
        self.joined = nn.Linear(texts_of(mode) * shape.width, shape.hidden)
        self.head: _Plain | _Transition | _Mood
        match mode:
            case "text" | "concatenation":
                self.head = _Plain(shape.hidden, shape.labels, dropout, traits=mode == "concatenation")
            case "mood":
                self.head = _Mood(shape.hidden, shape.labels, dropout)
            case _:
                self.head = _Transition(shape.hidden, shape.labels, dropout, mode)

    def forward(self, exchange: Exchange) -> Found:
        """See `Found`."""
        words = self.norm(self._means(exchange.states))
        # The head is small and its point is three numbers: in 32 bits, whatever the layers run in.
        with torch.autocast(words.device.type, enabled=False):
            hidden = self.joined(words.float().view(len(exchange.own), -1))
            found: Found = self.head(hidden, exchange, self.points, self.moods)
        return found

    def loss(self, exchange: Exchange, labels: Tensor, kind: Loss, prior: Tensor) -> Tensor:
        """The loss of the right labels, shape (b,).

        `prior`, shape (labels,), is added to the logits in training only: log shares of the labels, so that rare ones
        are not drowned (logit adjustment, Menon et al., ICLR 2021), or zeros.
        """
        found: Found = self(exchange)
        if self.mode == "nearest" and found.point is not None:
            return mse_loss(found.point, self.points[labels])
        loss = LOSSES[kind](found.logits + prior, labels)
        if self.mode == "mood" and found.point is not None:
            loss = loss + mse_loss(found.point, self.moods[labels])
        return loss

    def begin(self, followed: Tensor, prior: Tensor) -> None:
        """Let the table of "skip" say what follows what: `followed[i, j]` is how often j came after i, shape
        (labels, labels), in training; `prior` is that of `loss`. Other modes have no table."""
        if isinstance(self.head, _Transition) and self.mode == "skip":
            shares = (followed + 1) / (followed + 1).sum(1, keepdim=True)
            self.head.usual.weight.data.copy_(shares.log() - prior)

    def _means(self, states: Sequence[Tensor]) -> Tensor:
        """The mean over each text's tokens, shape (texts, width); texts of like length together."""
        found, order = [], []
        for rows, padded, mask in by_length(states):
            tokens = through(self.layers, padded, mask)
            found.append((tokens * mask[..., None]).sum(1).float() / mask.sum(1, keepdim=True))
            order += rows
        return torch.cat(found)[torch.argsort(torch.tensor(order))]


def texts_of(mode: Mode) -> int:
    """How many texts an exchange is to a mode: two, or both turns as one."""
    return 1 if mode == "mood" else 2


MODES: tuple[Mode, ...] = get_args(Mode)


class _Plain(nn.Module):
    """Words, and traits where asked, to logits."""

    def __init__(self, hidden: int, labels: int, dropout: float, traits: bool) -> None:
        super().__init__()
        self.traits = traits
        self.pooled = _pooler(hidden, hidden, dropout)
        self.classifier = nn.Linear(hidden + 5 * traits, labels)

    def forward(self, hidden: Tensor, told: Exchange, points: Tensor, moods: Tensor) -> Found:
        known = self.pooled(hidden)
        return Found(self.classifier(torch.cat([known, told.traits], -1) if self.traits else known), None)


class _Transition(nn.Module):
    """VAD_r = VAD_i + P ⊙ Δ: P from the temperament, Δ from the words."""

    def __init__(self, hidden: int, labels: int, dropout: float, mode: Mode) -> None:
        super().__init__()
        self.mode = mode
        self.adapted = nn.Linear(3, 3)
        self.moved = nn.Sequential(*_pooler(hidden, hidden, dropout), nn.Linear(hidden, 3))
        if mode != "nearest":
            last = nn.Linear(hidden, labels)
            self.classifier = nn.Sequential(nn.Linear(3, hidden), *_pooler(hidden, hidden, dropout), last)
        if mode == "skip":
            self.usual = nn.Embedding(labels, labels)
            for parameter in (self.usual.weight, last.weight, last.bias):
                nn.init.zeros_(parameter)

    def forward(self, hidden: Tensor, told: Exchange, points: Tensor, moods: Tensor) -> Found:
        point = moved(points[told.own], self.adapted(told.temperament), self.moved(hidden))
        if self.mode == "nearest":
            return Found(-torch.cdist(point, points).square(), point)
        logits = self.classifier(point)
        return Found(logits + self.usual(told.own) if self.mode == "skip" else logits, point)


class _Mood(nn.Module):
    """mood_r = mood_i + softmax(MLP([VAD of the other; words])) ⊙ temperament; logits from that mood, the words and
    the traits."""

    def __init__(self, hidden: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.moved = nn.Sequential(nn.Linear(3 + hidden, hidden), *_pooler(hidden, hidden, dropout))
        self.shares, self.traits = nn.Linear(hidden, 3), nn.Linear(5, hidden)
        self.mood = nn.Sequential(nn.Linear(3, hidden), nn.Tanh(), nn.Dropout(dropout))
        self.classifier = nn.Linear(3 * hidden, labels)

    def forward(self, hidden: Tensor, told: Exchange, points: Tensor, moods: Tensor) -> Found:
        shares = self.shares(self.moved(torch.cat([points[told.other], hidden], -1))).softmax(-1)
        mood = moved(moods[told.own], told.temperament, shares)
        seen = torch.cat([self.mood(mood), torch.tanh(hidden), self.traits(told.traits)], -1)
        return Found(self.classifier(seen), mood)


def _pooler(width: int, out: int, dropout: float) -> nn.Sequential:
    """Dropout, a linear map, tanh, dropout: RoBERTa's classification head without its last map (released code)."""
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(width, out), nn.Tanh(), nn.Dropout(dropout))


def moved(start: Tensor, weight: Tensor, change: Tensor) -> Tensor:
    """VAD_r = VAD_i + P ⊙ Δ (paper), all of shape (b, 3).

    >>> joy = torch.tensor([0.81, 0.51, 0.46])
    >>> moved(joy, torch.ones(3), torch.tensor([-0.81, -0.51, -0.46])).tolist()
    [0.0, 0.0, 0.0]
    """
    return start + weight * change


def focal(logits: Tensor, labels: Tensor) -> Tensor:
    """The focal loss: cross-entropy weighed by (1 - p)^2, p the probability of the right label, the mean over all
    (Lin et al., ICCV 2017).

    >>> even = torch.zeros(4, 2)
    >>> round(focal(even, torch.tensor([0, 1, 0, 1])).item(), 4)  # (1/2)^2 ln 2
    0.1733
    """
    each = cross_entropy(logits, labels, reduction="none")
    return ((1 - torch.exp(-each)) ** GAMMA * each).mean()


def focal_as_coded(logits: Tensor, labels: Tensor) -> Tensor:
    """What the released code calls focal: p is the sigmoid of the right logit alone, and the sum is divided by that of
    the weights, so that a batch of sure answers counts as much as one of unsure ones.

    >>> even = torch.zeros(4, 2)
    >>> round(focal_as_coded(even, torch.tensor([0, 1, 0, 1])).item(), 4)  # ln 2
    0.6931
    """
    right = logits.gather(1, labels[:, None])[:, 0]
    weights = (1 - torch.sigmoid(right)) ** GAMMA
    return (weights * cross_entropy(logits, labels, reduction="none")).sum() / weights.sum()


LOSSES: dict[Loss, Callable[[Tensor, Tensor], Tensor]] = {
    "ce": cross_entropy,
    "focal": focal,
    "focal_as_coded": focal_as_coded,
}
