"""`Decider`: situations in, the distribution over the emotions of the answer out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sentio import labels
from sentio.labels import LabelSpace
from sentio.nn.conversation_encoder import EncoderShape
from sentio.nn.emotion_transition import EmotionTransition, Exchange, Mode, texts_of
from sentio.recognition.prc_encoder.reading import Reader
from sentio.responses.transition import manifest as files
from sentio.responses.transition.situation import Situation
from sentio.responses.transition.temperament import coordinates, quadrants, temperament
from sentio.training.manifest_file import asked_seeds
from sentio.training.tuned_encoder import TOKENIZER, read_lower
from sentio.training.weights_file import restored, seed_file


class Decider:
    """The networks of a training run.

    It answers with the mean of the probabilities of all seeds, or with those of one. An exchange is read by itself and
    in 32 bits: an answer does not depend on its neighbours, to the last bit.
    """

    def __init__(self, model: Path, seed: int | None = None) -> None:
        manifest = files.read(model)
        seeds = asked_seeds(model, manifest.seeds, seed)
        self.space = labels.space(manifest.space)
        reader = Reader(model / TOKENIZER, read_lower(model, manifest.shape), (), manifest.window)
        self._networks = [_network(model, manifest, each) for each in seeds]
        whole = manifest.shape.upper > 0
        self._reading = ExchangeReader(reader, self.space, manifest.mode, manifest.flipped, whole=whole)

    def probabilities(self, situation: Situation) -> NDArray[np.float64]:
        """Of each label of `space`, shape (labels,), sums to 1."""
        shares: NDArray[np.float64] = self.of_each(situation).mean(0)
        return shares

    def of_each(self, situation: Situation) -> NDArray[np.float64]:
        """What each seed's network says, in the order of the run, shape (seeds, labels)."""
        (exchange,) = self._reading.read([situation], exact=True)
        with torch.no_grad():
            found = [network(exchange).logits[0].double().softmax(-1) for network in self._networks]
        shares: NDArray[np.float64] = torch.stack(found).numpy()
        return shares


class ExchangeReader:
    """Situations as a network of that mode reads them, each an `Exchange` by itself.

    Where no layer comes after it, only the mean of a text's states is kept, as one state: nothing else is read of them.
    """

    def __init__(self, reader: Reader, space: LabelSpace, mode: Mode, flipped: bool, *, whole: bool) -> None:
        self._reader, self._space, self._mode, self._flipped, self._whole = reader, space, mode, flipped, whole

    def read(self, situations: Sequence[Situation], *, exact: bool) -> list[Exchange]:
        """One exchange a situation; a text that comes again is read once. For `exact` see `Reader.states`."""
        texts = [text for situation in situations for text in self._texts(situation)]
        different = list(dict.fromkeys(texts))
        found = self._reader.states(different, exact=exact)
        kept = found if self._whole else [state.float().mean(0, keepdim=True) for state in found]
        states = dict(zip(different, kept, strict=True))
        return [self._exchange(each, [states[text] for text in self._texts(each)]) for each in situations]

    def _texts(self, situation: Situation) -> Sequence[str | tuple[str, str]]:
        return situation.texts if texts_of(self._mode) == len(situation.texts) else (situation.texts,)

    def _exchange(self, situation: Situation, states: Sequence[torch.Tensor]) -> Exchange:
        leaning = temperament(situation.traits, flipped=self._flipped)
        return Exchange(
            states=states,
            own=torch.tensor([self._space.index(situation.own)]),
            other=torch.tensor([self._space.index(situation.other)]),
            traits=torch.tensor([situation.traits], dtype=torch.float32),
            temperament=torch.tensor(leaning[None], dtype=torch.float32),
        )


def together(exchanges: Sequence[Exchange]) -> Exchange:
    """Several exchanges as one batch."""
    return Exchange(
        states=[state for each in exchanges for state in each.states],
        own=torch.cat([each.own for each in exchanges]),
        other=torch.cat([each.other for each in exchanges]),
        traits=torch.cat([each.traits for each in exchanges]),
        temperament=torch.cat([each.temperament for each in exchanges]),
    )


def fresh(mode: Mode, shape: EncoderShape, space: LabelSpace, dropout: float) -> EmotionTransition:
    """A network that is not trained yet, with the released coordinates of the space's emotions."""
    points, moods = coordinates(space.labels), quadrants(space.labels)
    return EmotionTransition(mode, shape, torch.tensor(points).float(), torch.tensor(moods).float(), dropout)


def _network(model: Path, manifest: files.Manifest, seed: int) -> EmotionTransition:
    network = fresh(manifest.mode, manifest.shape, labels.space(manifest.space), dropout=0.0)
    return restored(network, seed_file(model, seed))
