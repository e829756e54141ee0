"""The words of a turn to come: what a system replies against what was said.

Asked are the turns of a supporter where the corpus has strategies, else every turn that answers another speaker. One
reply of many possible ones was said, so overlap with it is low for people, too: read these figures beside each other,
never one alone, and let `sentio compare --judge` look at two systems pair by pair.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sentio.conversation import Conversation, Utterance
from sentio.errors import MissingExtra
from sentio.evaluation.base import Asked, Predictions, Scores, Target
from sentio.evaluation.intervals import mean_interval
from sentio.gold import AnnotatedConversation
from sentio.metrics.text import bleu, distinct, sentence_bleu, separated

BY_STRATEGY = "strategy"
"""The layer that tells a supporter's turns."""


@dataclass(frozen=True)
class ReplyTask:
    """What is said next, word by word."""

    layer: str = "reply"
    labels: tuple[str, ...] = ()
    headline: str = "sentence_bleu"
    name: str = "reply"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The turns that answer somebody. A system sees what was said before each, see `evaluation.replying`."""
        return Asked(item, tuple(Target(turn.id, turn.text) for turn in _answering(item)))

    def score(self, predictions: Predictions) -> Scores:
        """BLEU-4 by sentence (smoothed as in sacrebleu) and of the corpus (not smoothed), 0..100; Dist-1 and -2; words
        a reply; the share of replies without any. Of languages that they read also the share in which `mini` hears the
        emotion that it hears in what was said, and BERTScore F1 by all-MiniLM-L6-v2 where it is installed.
        Chinese is read character by character. The interval is that of the headline over conversations."""
        gold, said = ([separated(str(value)) for value in side] for side in (predictions.gold, predictions.predicted))
        by_sentence = sentence_bleu(gold, said)
        values = {"sentence_bleu": float(by_sentence.mean())}
        if _is_spaced([str(value) for value in predictions.gold]):
            values["emotion_agreement"] = emotion_agreement(gold, said)
            if (matched := _bert_score(gold, said)) is not None:
                values["bert_score"] = float(matched.mean())
        if any(len(text.split()) > 1 for text in said):
            values |= {"distinct_2": distinct(said, 2), "distinct_1": distinct(said, 1)}
        values |= {
            "bleu": bleu(gold, said, average="corpus").score,
            "words": float(np.mean([len(text.split()) for text in said])),
            "empty_rate": float(np.mean([not text for text in said])),
        }
        return Scores(values, interval=partial(mean_interval, predictions, by_sentence))


def emotion_agreement(gold: Sequence[str], said: Sequence[str]) -> float:
    """The share of replies, 0..1, whose most probable emotion is that of the text that was said, both by `mini`.

    Each text is read alone. `mini` answers no conversation, so it is independent of every system that replies.
    """
    from sentio.recognition import load, recognize_stream

    mini = load("mini", {"context": False})
    heard = []
    for texts in (gold, said):
        turns = tuple(Utterance(id=str(row), speaker="", text=text) for row, text in enumerate(texts))
        moods = recognize_stream(mini, [Conversation(id="all", utterances=turns)])
        heard.append([mood.emotion for done in moods for mood in done.recognitions])
    return float(np.mean([one == other and bool(text) for one, other, text in zip(*heard, said, strict=True)]))


def _bert_score(gold: Sequence[str], said: Sequence[str]) -> NDArray[np.floating] | None:
    from sentio.encoders import minilm
    from sentio.metrics.bert_score import bert_score

    try:
        encoder = minilm.load()
    except (MissingExtra, ModuleNotFoundError):
        return None
    return bert_score(encoder.tokens(gold), encoder.tokens(said)).f1


def _is_spaced(texts: Sequence[str]) -> bool:
    """Whether most are of a language with words between spaces: of Chinese `mini` and MiniLM know nothing."""
    return 2 * sum(separated(text) != " ".join(text.split()) for text in texts) < len(texts)


def _answering(item: AnnotatedConversation) -> Iterator[Utterance]:
    turns = item.conversation.utterances
    supporters = item.gold.get(BY_STRATEGY)
    for before, turn in pairwise(turns):
        asked = turn.id in supporters if supporters is not None else turn.speaker != before.speaker
        if asked and any(map(str.isalnum, turn.text)):
            yield turn
