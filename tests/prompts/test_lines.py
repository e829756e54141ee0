"""Names and lines: who speaks is told by one name, on one line, and only the last lines are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.conversation import Conversation, Utterance
from sentio.prompts.lines import PSEUDONYMS, latest, lines, names


def chat(*speakers: str) -> Conversation:
    return Conversation(
        id="c", utterances=tuple(Utterance(id=str(k), speaker=who, text="x") for k, who in enumerate(speakers))
    )


@pytest.mark.parametrize(
    ("speakers", "shown"),
    [
        (("Ross", "Rachel", "Ross"), ["Ross", "Rachel"]),
        (("Ses02F", "Ses02M"), ["PATRICIA", "JOHN"]),
        (("A", "B"), ["SPEAKER_0", "SPEAKER_1"]),
        (("", "  "), ["SPEAKER_0", "SPEAKER_1"]),
        (("Ada", "1", "?"), ["Ada", "SPEAKER_1", "SPEAKER_2"]),
        (("1", "SPEAKER_0"), ["SPEAKER_0_", "SPEAKER_0"]),
        (("李明", "Жанна"), ["李明", "Жанна"]),
        (("Mr.\nBean",), ["Mr. Bean"]),
    ],
)
def test_names(speakers: tuple[str, ...], shown: list[str]) -> None:
    assert list(names(chat(*speakers)).values()) == shown


def test_iemocap_has_a_woman_and_a_man_in_each_of_five_sessions() -> None:
    assert sorted(PSEUDONYMS) == [f"Ses0{session}{sex}" for session in range(1, 6) for sex in "FM"]
    assert len(set(PSEUDONYMS.values())) == 10


def test_the_names_of_the_corpus_are_ours(miniatures: object) -> None:
    from sentio import corpora

    (first, *_) = corpora.load("iemocap", miniatures).conversations("train")  # type: ignore[arg-type]
    assert set(names(first.conversation).values()) <= set(PSEUDONYMS.values())


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_speakers_without_a_name_are_told_apart(speakers: list[str]) -> None:
    shown = names(chat(*speakers))
    assert list(shown) == list(dict.fromkeys(speakers))
    numbered = [name for name in shown.values() if name.startswith("SPEAKER_")]
    assert len(set(numbered)) == len(numbered)
    assert all(len(line.splitlines()) == 1 for line in lines(chat(*speakers).utterances, shown))


def test_half_characters_are_replaced() -> None:
    half = Conversation(id="c", utterances=(Utterance(id="0", speaker="Bo\ud83d", text="oh \ud83d"),))
    assert lines(half.utterances, names(half)) == ("Bo?: oh ?",)


def words(text: str) -> int:
    return len(text.split())


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=6).map(" ".join), min_size=1), st.integers(0, 30))
def test_the_latest_lines_are_as_many_as_fit(said: list[str], room: int) -> None:
    kept = latest(said, room, words)
    fits = [k for k in range(1, len(said) + 1) if sum(words(line) + 1 for line in said[-k:]) <= room]
    if fits:
        assert list(kept) == said[-max(fits) :]
    else:
        (only,) = kept
        assert only.endswith("…")
        assert words(only) + 1 <= max(room, 2)
        assert said[-1].startswith(only.removesuffix("…").strip())
