"""The input of the encoder: a normalised sum of word and emotion."""

import torch

from sentio.nn.emotion_embedding import EmotionEmbedding

IDS = torch.tensor([[3, 4, 5, 3]])


def made(emotions: int = 5) -> EmotionEmbedding:
    torch.manual_seed(0)
    return EmotionEmbedding(9, emotions, 16)


def test_each_place_has_mean_0_and_variance_1() -> None:
    found = made()(IDS, torch.tensor([[2]]))
    torch.testing.assert_close(found.mean(-1), torch.zeros(1, 4), rtol=0, atol=1e-5)
    torch.testing.assert_close(found.var(-1, unbiased=False), torch.ones(1, 4), rtol=0, atol=1e-3)


def test_it_is_the_normalised_sum() -> None:
    layer = made()
    sums = layer.words.weight[IDS] + layer.emotions[2]
    torch.testing.assert_close(layer(IDS, torch.tensor([[2]])), torch.nn.functional.layer_norm(sums, (16,)))


def test_shares_of_one_emotion_alone_are_that_emotion() -> None:
    layer = made()
    torch.testing.assert_close(layer(IDS, torch.eye(5)[None, [3]]), layer(IDS, torch.tensor([[3]])), rtol=0, atol=0)


def test_shares_mix_and_pass_a_gradient_on() -> None:
    layer, shares = made(), torch.full((1, 1, 5), 0.2, requires_grad=True)
    torch.autograd.backward((layer(IDS, shares) * torch.arange(16.0)).sum())
    assert shares.grad is not None
    assert shares.grad.abs().sum() > 0


def test_without_vectors_all_emotions_are_one() -> None:
    layer = made()
    torch.nn.init.zeros_(layer.emotions)
    found = [layer(IDS, torch.tensor([[emotion]])) for emotion in range(5)]
    assert all(one.equal(found[0]) for one in found)
    assert found[0].equal(layer(IDS))


def test_the_ablation_takes_no_notice_of_emotions() -> None:
    layer = made(emotions=0)
    assert layer(IDS, torch.tensor([[3]])).equal(layer(IDS))
