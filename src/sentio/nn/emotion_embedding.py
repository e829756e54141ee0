"""Words and an emotion as the input of an encoder: LayerNorm(word + emotion).

Goel et al., ACIIW 2021: "the encoder adds the emotion embedding to the word embedding and normalises the sum" (from the
abstract; the sizes are ours).
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding


class EmotionEmbedding(nn.Module):
    """Vectors of tokens, to each of which that of the emotion is added.

    Without `emotions` (0 of them) there is nothing to add: the ablation.
    """

    def __init__(self, words: int, emotions: int, width: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.emotions = nn.Parameter(torch.empty(emotions, width))
        self.norm = nn.LayerNorm(width)
        # Shared with the output layer, which wants logits near 1 from normalised states.
        nn.init.normal_(self.words.weight, std=width**-0.5)
        nn.init.normal_(self.emotions, std=width**-0.5)

    def forward(self, ids: Tensor, emotion: Tensor | None = None) -> Tensor:
        """Shape (b, T, width) for `ids` (b, T).

        `emotion`: whole numbers (b, 1 or T), or shares (b, 1 or T, emotions) that sum to 1, which mix the emotions'
        vectors; with 1 the same vector is added at every place. None adds nothing.
        """
        vectors = self.words(ids)
        if emotion is not None and len(self.emotions):
            vectors = vectors + self._vector(emotion)
        normed: Tensor = self.norm(vectors)
        return normed

    def _vector(self, emotion: Tensor) -> Tensor:
        if emotion.is_floating_point():
            return emotion.to(self.emotions.dtype) @ self.emotions
        return embedding(emotion, self.emotions)
