"""Chooses, for each matrix product of the encoder, how its input becomes 8-bit integers.

The float model reads real texts; at each site the tokens' vectors are kept. Then a few strengths of
smoothing and a few widths of the range are tried, and the pair with the smallest squared error of
the product's *output* on those vectors is taken.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from sentio.recognition.mini.graph import ZERO_STEP, Array, Site, whole_steps

SAMPLE = 1024
"""Token vectors a site on which the settings are compared; the ranges come from twice as many."""
STRENGTHS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""How far the loudness of input channels moves into the weights: 0 not at all, 1 wholly."""
WIDTHS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6)
"""Shares of the largest value seen that the 256 steps cover; larger values are cut off."""


def sites(layers: Iterable[int]) -> dict[str, tuple[str, ...]]:
    """The quantised inputs of these layers of an encoder, and the products that read each of them."""
    found: dict[str, tuple[str, ...]] = {}
    for layer in layers:
        prefix = f"encoder.encoder.layer.{layer}"
        found[f"{prefix}.attention.self.query"] = tuple(
            f"{prefix}.attention.self.{part}" for part in ("query", "key", "value")
        )
        for name in ("attention.output.dense", "intermediate.dense", "output.dense"):
            found[f"{prefix}.{name}"] = (f"{prefix}.{name}",)
    return found


def calibrate(model: nn.Module, texts: Sequence[Sequence[int]], layers: Iterable[int]) -> dict[str, Site]:
    """One `Site` a product of these layers of `model`, from the token ids of real texts."""
    products = sites(layers)
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    seen = _inputs(model, texts, tuple(products))
    return {
        name: _best(seen.pop(name), np.concatenate([weights[f"{part}.weight"] for part in parts]))
        for name, parts in products.items()
    }


def _inputs(model: nn.Module, texts: Sequence[Sequence[int]], names: Sequence[str]) -> dict[str, Array]:
    """What the named modules read: a random sample of token vectors each, the same tokens for all."""
    kept: dict[str, list[Array]] = {name: [] for name in names}
    share = min(1.0, 4 * SAMPLE / sum(map(len, texts)))
    rng = np.random.default_rng(0)
    mask = np.zeros(0, bool)

    def keep(name: str) -> RemovableHandle:
        def hook(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            vectors = inputs[0].reshape(-1, inputs[0].shape[-1])
            kept[name].append(vectors[torch.from_numpy(mask)].numpy())

        return model.get_submodule(name).register_forward_pre_hook(hook)

    handles = [keep(name) for name in names]
    with torch.inference_mode():
        for batch in _batches(texts):
            mask = rng.random(batch.numel()) < share
            model(batch, torch.ones_like(batch))
    for handle in handles:
        handle.remove()
    return {name: np.concatenate(parts) for name, parts in kept.items()}


def _batches(texts: Sequence[Sequence[int]]) -> Iterator[torch.Tensor]:
    lengths: dict[int, list[Sequence[int]]] = {}
    for ids in texts:
        lengths.setdefault(len(ids), []).append(ids)
    for group in lengths.values():
        for start in range(0, len(group), 32):
            yield torch.tensor(group[start : start + 32])


def _best(inputs: Array, weight: Array) -> Site:
    loud, heavy = np.maximum(np.abs(inputs).max(axis=0), 1e-6), np.maximum(np.abs(weight).max(axis=0), 1e-6)
    sample = inputs[:SAMPLE]
    wanted = sample @ weight.T
    best, least = None, np.inf
    for strength in STRENGTHS:
        smooth = np.ones_like(loud) if strength == 0 else loud**strength / heavy ** (1 - strength)
        smooth = (smooth / np.exp(np.log(smooth).mean())).astype(np.float32)
        whole, step = whole_steps(weight * smooth)
        rounded = whole.T * step
        for width in WIDTHS:
            site = _site(inputs, smooth, width)
            error = float(np.square(_rounded(sample, site) @ rounded - wanted).mean())
            if error < least:
                best, least = site, error
    assert best is not None
    return best


def _site(inputs: Array, smooth: Array, width: float) -> Site:
    """Steps for inputs that spread to both sides, or mostly to one (after GELU)."""
    low, high = float((inputs / smooth).min()) * width, float((inputs / smooth).max()) * width
    if -low > high / 4:
        return Site(smooth, max(-low, high) / (ZERO_STEP - 1), ZERO_STEP)
    scale = (high - low) / 255
    return Site(smooth, scale, round(-low / scale))


def _rounded(inputs: Array, site: Site) -> Array:
    steps = np.clip(np.round(inputs / site.smooth / site.scale) + site.zero, 0, 255)
    rounded: Array = ((steps - site.zero) * site.scale).astype(np.float32)
    return rounded
