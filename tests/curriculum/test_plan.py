"""Baby steps: what each epoch holds, that seeds decide, and the plans of conversations."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sentio import curriculum
from sentio.conversation import Conversation, Utterance
from sentio.curriculum import Curriculum, Indices, epochs
from sentio.errors import InputError, RecipeError, UnknownName
from sentio.gold import AnnotatedConversation, Value

sizes = st.lists(st.integers(1, 12), min_size=1, max_size=4)


def cut(bucket_sizes: list[int]) -> list[Indices]:
    """Buckets of these sizes with shuffled members."""
    members = np.random.default_rng(7).permutation(sum(bucket_sizes))
    return np.split(members, np.cumsum(bucket_sizes)[:-1])


@given(sizes, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2**32))
def test_each_epoch_holds_every_index_of_its_phase_once(
    bucket_sizes: list[int], per_phase: int, final: int, seed: int
) -> None:
    buckets = cut(bucket_sizes)
    plan = epochs(buckets, per_phase, final, seed)
    assert len(plan) == per_phase * len(buckets) + final
    for number, epoch in enumerate(plan):
        phase = number // per_phase + 1 if number < per_phase * len(buckets) else len(buckets)
        assert sorted(epoch.tolist()) == sorted(np.concatenate(buckets[:phase]).tolist())


@given(sizes, st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_order(bucket_sizes: list[int], seed: int) -> None:
    buckets = cut(bucket_sizes)
    once, again = epochs(buckets, 1, 2, seed), epochs(buckets, 1, 2, seed)
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    buckets = cut([20, 20])
    orders = {tuple(epoch.tolist()) for seed in (42, 43) for epoch in epochs(buckets, 1, 2, seed)}
    assert len(orders) == 8


def test_the_paper_s_plan_shows_easy_samples_four_times_and_hard_ones_three() -> None:
    easy, hard = cut([6, 7])
    settings = Curriculum()
    assert (settings.scheme, settings.buckets) == ("two-way", 2)
    seen = np.bincount(np.concatenate(epochs([easy, hard], settings.epochs_per_bucket, settings.final_epochs, 42)))
    assert set(seen[easy]) == {4}
    assert set(seen[hard]) == {3}


def chat(name: str, labels: Sequence[Value | None], layer: str = "emotion") -> AnnotatedConversation:
    utterances = tuple(Utterance(id=str(i), speaker="AB"[i % 2], text="Hm.") for i in range(len(labels)))
    gold = {str(i): label for i, label in enumerate(labels) if label is not None}
    return AnnotatedConversation(conversation=Conversation(id=name, utterances=utterances), gold={layer: gold})


CHATS = [
    chat("stormy", ["joy", "anger", "fear", "joy"]),
    chat("silent", [None, None]),
    chat("calm", ["joy", None, "joy", "joy"]),
]


def test_a_plan_over_dialogues_and_one_over_samples() -> None:
    over_dialogues = curriculum.plan(CHATS, "emotion", 7, Curriculum(), 1, "dialogues")
    assert [sorted(epoch.tolist()) for epoch in over_dialogues] == [[2], [0, 2], [0, 2], [0, 2]]
    over_samples = curriculum.plan(CHATS, "emotion", 7, Curriculum(), 1, "samples")
    assert [sorted(epoch.tolist()) for epoch in over_samples] == [[4, 5, 6]] + [list(range(7))] * 3


def test_the_comparison_at_random_has_epochs_of_the_same_length() -> None:
    chats = [chat(str(i), ["joy"] * (1 + i % 5) + ["anger"] * (i % 3)) for i in range(30)]
    ours, random = (
        curriculum.plan(chats, "emotion", 7, settings, 3, "samples")
        for settings in (Curriculum(), Curriculum(at_random=True))
    )
    assert [len(epoch) for epoch in random] == [len(epoch) for epoch in ours]
    assert len(random[0]) < len(random[1])
    assert sorted(random[0].tolist()) != sorted(ours[0].tolist())


def test_over_dialogues_it_has_as_many_utterances_too() -> None:
    # The easy conversations, without a change of emotion, are the short ones.
    chats = [chat(str(i), ["joy"] * (1 + i % 3) + ["anger", "joy"] * (3 + i % 4) * (i % 2)) for i in range(40)]
    said = np.array([len(item.conversation) for item in chats])
    ours, random = (
        curriculum.plan(chats, "emotion", 7, settings, 3, "dialogues")[0]
        for settings in (Curriculum(), Curriculum(at_random=True))
    )
    assert len(random) == len(ours)
    assert abs(int(said[random].sum() - said[ours].sum())) <= 2
    assert sorted(random.tolist()) != sorted(ours.tolist())


def test_one_bucket_is_plain_training() -> None:
    plain = Curriculum(buckets=1, final_epochs=3)
    assert [sorted(e.tolist()) for e in curriculum.plan(CHATS, "emotion", 7, plain, 1, "dialogues")] == [[0, 2]] * 4


def test_one_bucket_asks_nothing_of_the_labels() -> None:
    plain = Curriculum(buckets=1, epochs_per_bucket=0, final_epochs=1)
    assert [e.tolist() for e in curriculum.plan([chat("a", ["up", "down"])], "emotion", 2, plain, 1, "dialogues")] == [
        [0]
    ]


def test_an_unseen_label_is_named() -> None:
    with pytest.raises(UnknownName, match="label on the emotion wheel 'joyous'; did you mean 'joyful'"):
        curriculum.plan([chat("a", ["joyous", None, "joy"])], "emotion", 7, Curriculum(), 1, "dialogues")


def test_several_labels_an_utterance_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="mixed: a curriculum needs one label an utterance, 'emotion' has "):
        curriculum.difficulties([chat("mixed", [("joy", "fear")])], "emotion", 7)


def test_a_corpus_without_this_layer_says_so() -> None:
    with pytest.raises(RecipeError, match="there are 0"):
        curriculum.plan(CHATS, "sentiment", 3, Curriculum(), 1, "dialogues")


@pytest.mark.parametrize("wrong", [{"buckets": 0}, {"scheme": "hard"}, {"final_epochs": -1}, {"bucket": 2}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Curriculum.model_validate(wrong)


def test_a_curriculum_of_no_epochs_is_refused() -> None:
    with pytest.raises(ValidationError, match="a curriculum of no epochs; set epochs_per_bucket or final_epochs"):
        Curriculum(epochs_per_bucket=0, final_epochs=0)
    assert Curriculum(epochs_per_bucket=0, final_epochs=1).final_epochs == 1
