"""The parts of `emotion_transformer`: tokens, the network that is told emotions, the search for words, n-grams."""

import math
from collections.abc import Sequence
from itertools import pairwise, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.responses.invented_moods import PAIRS
from torch import Tensor

from sentio.responses.emotion_transformer import decoding
from sentio.responses.emotion_transformer.decoding import Search
from sentio.responses.emotion_transformer.lessons import (
    TOKENS,
    Lesson,
    cut,
    heard_as,
    losses,
    perplexity,
    turn_by_turn,
    whole,
)
from sentio.responses.emotion_transformer.measures import text_measures, written
from sentio.responses.emotion_transformer.network import Heard, Network, Size
from sentio.responses.emotion_transformer.ngrams import bigram_perplexity, unigram_perplexity
from sentio.responses.emotion_transformer.tokens import BEGIN, END, PADDING, Tokens

SMALL = Size(width=32, layers=2, heads=4, inner=2, memory=8)
"""The profile for tests of the specification."""
WORDS, EMOTIONS = 20, 5


def network(words: int = WORDS, emotions: int = EMOTIONS) -> Network:
    torch.manual_seed(0)
    return Network(SMALL, words, emotions, p=0.0).eval()


def logits(model: Network, said: Tensor, reply: Tensor, emotion: Tensor | None) -> Tensor:
    heard = hear(model, said, emotion)
    there = torch.ones_like(reply, dtype=torch.bool)
    return model.write(reply, there, heard, model.decoder.nothing(len(reply))).logits


def hear(model: Network, said: Tensor, emotion: Tensor | None) -> Heard:
    return model.hear(said, torch.ones_like(said, dtype=torch.bool), emotion, model.encoder.nothing(len(said)))


SAID, REPLY = torch.tensor([[5, 6, 7, END]]), torch.tensor([[BEGIN, 8, 9]])


def test_shapes() -> None:
    model = network()
    heard = hear(model, SAID.expand(2, -1), torch.tensor([0, 1]))
    assert heard.states.shape == (2, 4, 32)
    assert [state.shape for state in heard.memory.states] == [(2, 4, 32)] * 3
    assert logits(model, SAID, REPLY, torch.tensor([0])).shape == (1, 3, WORDS)


@pytest.mark.parametrize("place", range(3))
def test_a_token_of_the_reply_changes_what_comes_after_it_only(place: int) -> None:
    model, changed = network(), REPLY.clone()
    changed[0, place] = 11
    before, after = (logits(model, SAID, reply, torch.tensor([0])) for reply in (REPLY, changed))
    moved = (before - after).abs().amax(-1)[0] > 1e-6
    assert moved.tolist() == [other >= place for other in range(3)]


@pytest.mark.parametrize("place", range(4))
def test_a_token_that_is_heard_changes_everything(place: int) -> None:
    model, changed = network(), SAID.clone()
    changed[0, place] = 11
    before, after = (hear(model, said, torch.tensor([0])).states for said in (SAID, changed))
    assert ((before - after).abs().amax(-1)[0] > 1e-6).all()


def test_the_emotion_changes_the_reply_unless_its_vectors_are_zero() -> None:
    model = network()
    found = [logits(model, SAID, REPLY, torch.tensor([emotion])) for emotion in range(EMOTIONS)]
    assert all(not one.allclose(found[0], atol=1e-3) for one in found[1:])
    torch.nn.init.zeros_(model.embedding.emotions)
    same = [logits(model, SAID, REPLY, torch.tensor([emotion])) for emotion in range(EMOTIONS)]
    assert all(one.equal(same[0]) for one in same)


def test_soft_is_hard_where_one_emotion_has_all() -> None:
    model = network()
    hard, soft = (logits(model, SAID, REPLY, emotion) for emotion in (torch.tensor([3]), torch.eye(EMOTIONS)[[3]]))
    torch.testing.assert_close(soft, hard, rtol=0, atol=0)


def test_padding_changes_nothing() -> None:
    model, emotion = network(), torch.tensor([1])
    said, reply = (torch.cat([ids, torch.full((1, 3), PADDING)], 1) for ids in (SAID, REPLY))
    heard = model.hear(said, said != PADDING, emotion, model.encoder.nothing(1))
    found = model.write(reply, reply != PADDING, heard, model.decoder.nothing(1)).logits[:, :3]
    torch.testing.assert_close(found, logits(model, SAID, REPLY, emotion), rtol=0, atol=1e-5)


def test_eight_pairs_are_learned_by_heart() -> None:
    tokens = Tokens.learned([text for pair in PAIRS for text in pair], 400)
    lessons = [
        Lesson([tokens.ids(text) for text in pair], torch.tensor([number % 3] * 2)) for number, pair in enumerate(PAIRS)
    ]
    torch.manual_seed(0)
    model = Network(SMALL, len(tokens), 3, p=0.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for step in range(300):
        total, count = losses(model, lessons)
        if step % 20 == 0 and math.log(perplexity(model, lessons)) < 0.05:
            break
        optimizer.zero_grad()
        torch.autograd.backward(total / count)
        optimizer.step()
    assert math.log(perplexity(model, lessons)) < 0.1
    for search in (Search(), Search(beam=4)):
        replies = [tokens.text(reply) for (reply,) in written(model, lessons, search)]
        assert replies == [reply for _, reply in PAIRS]


TURNS = [[5, 6], [7, 8, 9], [], [10] * 12, [11], [5, 5]]
LESSONS = [Lesson([[4], [5, 6, 7]], torch.tensor([1, 1])), Lesson(TURNS, torch.tensor([0, 1, 2, 3, 4, 0]))]


def one_by_one(model: Network, lesson: Lesson) -> list[Tensor]:
    """Logits of every reply, the conversation read alone, turn by turn."""
    ears, hands, found = model.encoder.nothing(1), model.decoder.nothing(1), []
    for place in range(len(lesson.turns) - 1):
        assert lesson.felt is not None
        said = torch.tensor([[*lesson.turns[place], END]])
        heard = model.hear(said, torch.ones_like(said, dtype=torch.bool), lesson.felt[[place]], ears)
        reply = torch.tensor([[BEGIN, *lesson.turns[place + 1]]])
        written = model.write(reply, torch.ones_like(reply, dtype=torch.bool), heard, hands)
        ears, hands = heard.memory, hands.then(written.segment, SMALL.memory)
        found.append(written.logits[0])
    return found


def test_conversations_in_a_batch_are_read_as_each_alone() -> None:
    model = network()
    alone = [one_by_one(model, lesson) for lesson in LESSONS]
    for step in turn_by_turn(model, LESSONS):
        for place, row in enumerate(step.rows):
            expected = alone[row][step.place]
            torch.testing.assert_close(step.logits[place, : len(expected)], expected, rtol=0, atol=1e-5)
    assert step.place == len(TURNS) - 2


@pytest.mark.parametrize("soft", [False, True])
def test_a_conversation_at_once_is_read_as_turn_by_turn(soft: bool) -> None:
    """The way it is trained against the way it replies: the memory is a mask there."""
    model, lessons = network(), LESSONS
    if soft:
        lessons = [Lesson(one.turns, torch.eye(EMOTIONS)[one.felt]) for one in LESSONS]
    batch, targets = whole(lessons, SMALL.memory)
    expected = torch.cat([logits for lesson in lessons for logits in one_by_one(model, lesson)])
    torch.testing.assert_close(model.foretell(batch), expected, rtol=0, atol=1e-5)
    assert targets.tolist() == [token for lesson in lessons for turn in lesson.turns[1:] for token in (*turn, END)]
    loss, tokens = losses(model, lessons)
    nll = -expected.log_softmax(-1).gather(1, targets[:, None])
    assert loss.item() == pytest.approx(nll.sum().item(), rel=1e-5)
    assert tokens == len(targets)
    assert perplexity(model, lessons) == pytest.approx(nll.mean().exp().item(), rel=1e-5)


def test_what_was_said_long_ago_is_remembered() -> None:
    model = network()
    other = [[5], [6], [7], [8]]
    found = []
    for first in ([9], [10]):
        *_, last = turn_by_turn(model, [Lesson([first, *other], None)])
        found.append(last.logits)
    assert not found[0].allclose(found[1], atol=1e-5)


@pytest.mark.parametrize("beam", [1, 2, 4])
def test_a_reply_has_words_and_nothing_special(beam: int) -> None:
    model = network(words=8)
    heard, memory = hear(model, SAID % 8, torch.tensor([2])), model.decoder.nothing(1)
    (reply,) = Search(beam).replies(model, heard, memory)
    assert reply
    assert not {PADDING, BEGIN, END} & set(reply)


def test_a_beam_that_keeps_everything_finds_the_best_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against every reply that can be written."""
    monkeypatch.setattr(decoding, "LONGEST", 4)
    for emotion, penalty in product(range(3), (0.0, 1.0, 2.0)):
        model = network(words=6)
        model.bias.data[END] = 1.5  # else a network that knows nothing never ends
        heard, memory = hear(model, SAID % 6, torch.tensor([emotion])), model.decoder.nothing(1)
        (found,) = Search(200, penalty).replies(model, heard, memory)
        every = [list(ids) for length in (1, 2, 3) for ids in product(range(3, 6), repeat=length)]
        scores = {tuple(ids): _score(model, heard, ids) / (len(ids) + 1) ** penalty for ids in every}
        assert tuple(found) == max(scores, key=lambda ids: scores[ids])


def _score(model: Network, heard: Heard, ids: Sequence[int]) -> float:
    """Log-probability of a reply and its END, where the first token is not END and none is another special one."""
    reply = torch.tensor([[BEGIN, *ids]])
    there = torch.ones_like(reply, dtype=torch.bool)
    with torch.no_grad():
        found = model.write(reply, there, heard, model.decoder.nothing(1)).logits[0]
    found[:, [PADDING, BEGIN]] = -torch.inf
    found[0, END] = -torch.inf
    chosen = found.log_softmax(-1).gather(1, torch.tensor([*ids, END])[:, None])
    return float(chosen.sum())


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn", "Co", "Mn", "Mc"]), max_size=30)


@given(TEXTS)
def test_any_text_comes_back(text: str) -> None:
    import unicodedata

    tokens = Tokens.learned(["so glad", "so glad you came"], 280)
    assert tokens.text(tokens.ids(text)) == unicodedata.normalize("NFC", text).replace("\ufffd", "")


@pytest.mark.parametrize("text", ["<end>", "<begin> <padding>", "我丢了钥匙 🔑", "half \ud800 a character"])
def test_odd_texts_are_text(text: str) -> None:
    tokens = Tokens.learned(["so glad", "so glad you came"], 280)
    ids = tokens.ids(text)
    assert not {PADDING, BEGIN, END} & set(ids)
    assert tokens.text(ids) == text.replace("\ud800", "?")


def test_pairs_seen_once_are_no_tokens() -> None:
    tokens = Tokens.learned(["tulips tulips", "zeppelin"], 400)
    assert len(tokens.ids("tulips")) == 1
    assert len(tokens.ids("zeppelin")) > 4
    assert tokens.ids("") == []


def test_unlabelled_turns_are_heard_as_the_last_label_before() -> None:
    shares = torch.tensor([[0.1, 0.9], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])
    gold = heard_as("gold", [None, 1, None, 0], shares)
    soft = heard_as("soft", [], shares)
    assert gold is not None
    assert gold.tolist() == [1, 1, 1, 0]
    assert soft is shares
    assert heard_as("none", [1, 1, 1, 1], shares) is None


@given(st.lists(st.integers(0, TOKENS + 5), min_size=1, max_size=12))
def test_long_conversations_are_cut_and_no_turn_is_foretold_twice(lengths: list[int]) -> None:
    turns = [[number] * length for number, length in enumerate(lengths)]
    parts = cut(Lesson(turns, torch.arange(len(turns))))
    assert [turn for part in parts for turn in part.turns[1:]] == turns[1:]
    for part in parts:
        assert part.tokens <= TOKENS or len(part.turns) == 2
        assert part.felt is not None
        assert [turns[number] for number in part.felt] == list(part.turns)


@given(st.lists(st.lists(st.integers(3, 6), max_size=5), min_size=1, max_size=6))
def test_bigrams_are_a_distribution(train: list[list[int]]) -> None:
    """The likelihoods of all tokens after a token sum to 1: each text of one token asks for it and for END."""
    vocabulary = 8
    pairs = [bigram_perplexity(train, [[token]], vocabulary) ** -2 for token in range(vocabulary)]
    ends = [_likelihood(train, token, END, vocabulary) for token in range(vocabulary)]
    first = [pair / end for pair, end in zip(pairs, ends, strict=True)]
    assert math.fsum(first) == pytest.approx(1)


def _likelihood(train: list[list[int]], before: int, token: int, vocabulary: int) -> float:
    """Kneser-Ney as in the textbook, by counting again for every question."""
    texts = [[BEGIN, *text, END] for text in train]
    every = [(a, b) for text in texts for a, b in pairwise(text)]
    kinds = set(every)

    def discount(counts: list[int]) -> float:
        once, twice = counts.count(1), counts.count(2)
        return once / (once + 2 * twice) if once and twice else 0.5

    follow = {b: sum(1 for _, other in kinds if other == b) for _, b in kinds}
    low, high = discount(list(follow.values())), discount([every.count(pair) for pair in kinds])
    some = max(follow.get(token, 0) - low, 0) / len(kinds) + low * len(follow) / len(kinds) / vocabulary
    times = sum(1 for a, _ in every if a == before)
    if not times:
        return some
    after = sum(1 for a, _ in kinds if a == before)
    return (max(every.count((before, token)) - high, 0) + high * after * some) / times


def test_bigrams_are_the_textbook() -> None:
    train, test = [[3, 4, 3], [3, 4], [5]], [[3, 4], [6]]
    pairs = [(BEGIN, 3), (3, 4), (4, END), (BEGIN, 6), (6, END)]
    mean = math.fsum(math.log(_likelihood(train, *pair, 8)) for pair in pairs) / len(pairs)
    assert bigram_perplexity(train, test, 8) == pytest.approx(math.exp(-mean))


def test_pairs_help_where_the_order_counts() -> None:
    train, test = [[3, 4, 5, 6]] * 20, [[3, 4, 5, 6]]
    assert bigram_perplexity(train, test, 8) < 1.5 < unigram_perplexity(train, test, 8)


def test_replies_are_measured() -> None:
    gold, replies = ["so glad you came to us", "take the next one please"], ["so glad you came to us", "no no no no"]
    found = text_measures(gold, replies, {"no no no no"})
    assert found["copied"] == 0.5
    assert found["words"] == 5
    assert found["distinct_1"] == pytest.approx(7 / 10)
    assert found["bleu_sentence_13a_exp"] == pytest.approx(50)
    assert found["bleu_corpus_13a_none"] != pytest.approx(found["bleu_sentence_13a_exp"], abs=1)
    assert text_measures(gold, gold, ())["bleu_corpus_13a_none"] == pytest.approx(100)
    assert text_measures(gold, ["x", "y"], ())["distinct_2"] == 0
