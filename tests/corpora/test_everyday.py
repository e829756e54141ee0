"""sentio's own conversations: what their data card promises, of the files that are shipped."""

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from sentio import corpora
from sentio.corpora import Corpus, leaks
from sentio.corpora.everyday import card, record
from sentio.corpora.everyday.record import Talk
from sentio.corpora.phrases import PhraseIndex, repeated, words
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

SPLITS = ("train", "validation", "test")
IDIOMS = {"i thought it was the"}
"""The phrases of five words that more than three conversations have: what anybody says, each time of something else."""
STOCK = {
    "what time is it", "what's that supposed to mean", "what did you say", "you never told me that",
    "you could've rung me",
}  # fmt: skip
"""The lines of four words or more that conversations of two splits have: stock phrases, alone or after a name."""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpora.load("everyday", Path("no such folder"))


@pytest.fixture(scope="module")
def talks(corpus: Corpus) -> dict[str, list[Talk]]:
    return {
        split: [Talk.model_validate_json(line) for _, line in corpus.files.lines(f"{split}.jsonl")] for split in SPLITS
    }


@pytest.fixture(scope="module")
def everything(talks: dict[str, list[Talk]]) -> list[Talk]:
    return [talk for split in SPLITS for talk in talks[split]]


@pytest.fixture(scope="module")
def items(corpus: Corpus) -> list[AnnotatedConversation]:
    return [item for split in SPLITS for item in corpus.conversations(split)]


def test_the_files_are_the_ones_of_the_card(corpus: Corpus) -> None:
    assert {state.state for state in corpus.check()} == {"same"}
    for split in SPLITS:
        items = list(corpus.conversations(split))
        counted = {"conversations": len(items), "utterances": sum(len(item.conversation) for item in items)}
        assert counted == card.counts[split]


def test_there_are_as_many_as_promised(everything: list[Talk]) -> None:
    languages = Counter(talk.language for talk in everything)
    english = [talk for talk in everything if talk.language == "en"]
    assert languages["en"] >= 400
    assert sum(len(talk.utterances) for talk in english) >= 4_000
    assert all(languages[other] >= 20 for other in ("es", "de", "fr", "zh"))
    assert all(2 <= len(talk.speakers) <= 5 for talk in everything)
    settings = Counter(talk.setting for talk in english)
    assert len(settings) == 11
    assert min(settings.values()) >= 25


@pytest.mark.parametrize("layer", ["emotion", "emotion by author"])
def test_no_emotion_is_rare_or_everywhere(items: list[AnnotatedConversation], layer: str) -> None:
    emotions = Counter(label for item in items for label in item.gold[layer].values())
    shares = [count / emotions.total() for count in emotions.values()]
    assert len(shares) == 7
    assert min(shares) >= 0.08
    assert max(shares) <= 0.30


def test_every_conversation_is_in_one_split_and_read_twice_by_others(everything: list[Talk]) -> None:
    assert len({talk.id for talk in everything}) == len(everything)
    for talk in everything:
        for turn in talk.utterances:
            assert len(turn.readers) == 2, talk.id


def test_no_phrase_of_five_words_is_in_more_than_three_conversations_but_by_idiom(
    items: list[AnnotatedConversation],
) -> None:
    assert {habit.phrase for habit in repeated(items)} <= IDIOMS


def test_nothing_said_in_one_split_is_nearly_said_in_another(corpus: Corpus) -> None:
    """Short lines ("No.") and stock phrases apart, none is the same, shares 80 % of its words or a run of eight."""
    of_split = {split: list(corpus.conversations(split)) for split in SPLITS}
    said = {
        (item.conversation.id, turn.id): " ".join(words(turn.text))
        for items in of_split.values()
        for item in items
        for turn in item.conversation.utterances
    }
    found = set()
    for seen, scored in combinations(SPLITS, 2):
        report = leaks.between(of_split[scored], of_split[seen], examples=len(said))
        assert len(report.twins) == report.verbatim_long + report.near
        assert report.shared_conversations == ()
        assert PhraseIndex(of_split[scored]).shared_with(of_split[seen]) == ()
        found |= {min(said[twin.place], said[twin.other], key=len) for twin in report.twins}
    assert found == STOCK


def test_a_third_of_the_emotions_is_implicit(everything: list[Talk]) -> None:
    emotional = [turn for talk in everything for turn in talk.utterances if turn.emotion != "neutral"]
    assert sum(bool(turn.implicit) for turn in emotional) / len(emotional) >= 1 / 3


def test_every_emotion_has_a_cause_or_nobody_says_it(everything: list[Talk]) -> None:
    for talk in everything:
        for turn in talk.utterances:
            assert (turn.emotion != "neutral") == bool(turn.causes or turn.latent), talk.id
            assert bool(turn.implicit) == bool(turn.explicit), talk.id


def test_whoever_supports_has_strategies(everything: list[Talk]) -> None:
    for talk in everything:
        assert any(turn.strategy for turn in talk.utterances) == (talk.setting == "emotional support"), talk.id


def test_interpretations_are_as_long_as_asked(everything: list[Talk]) -> None:
    for talk in everything:
        for turn in talk.utterances:
            for text in filter(None, (turn.explicit, turn.implicit)):
                if talk.language != "zh":
                    assert 20 <= len(text.split()) <= 50, text


def test_votes_are_kept_and_only_what_all_agree_on_is_gold(corpus: Corpus) -> None:
    for item in corpus.conversations("validation"):
        for name, votes in item.votes["emotion"].items():
            agreed = len(set(votes.values())) == 1
            assert (item.gold["emotion"].get(name) == votes["author"]) == agreed
            if agreed:
                assert item.gold["emotion by majority"][name] == votes["author"]


def test_the_conversation_that_is_shown_is_one_of_them(everything: list[Talk]) -> None:
    shown = re.findall(r'"(id|summary|text|span)": "(.*?)(?: \.\.\.)?"', record.__doc__ or "")
    (talk,) = (talk for talk in everything if talk.id == dict(shown)["id"])
    line = talk.model_dump_json()
    assert [what for what, _ in shown] == ["id", "summary", "text", "text", "span"]
    assert all(said in line for _, said in shown)


@pytest.mark.parametrize(
    ("weights", "held"),
    [
        ({"joy": 0.5, "fear": 0.5}, True),
        ({"fear": 0.5, "joy": 0.5}, True),
        ({"fear": 0.4, "joy": 0.6}, True),
        ({"joy": 0.4, "fear": 0.6}, False),
        ({"fear": 0.5, "anger": 0.5}, False),
    ],
)
def test_no_emotion_is_lighter_than_another_of_its_mixture(
    everything: list[Talk], weights: dict[str, float], held: bool
) -> None:
    told = everything[0].model_dump(mode="json")
    told["utterances"][0] |= {"emotion": "joy", "distribution": weights}
    if held:
        assert Talk.model_validate(told).utterances[0].emotion == "joy"
    else:
        with pytest.raises(ValueError, match="utterance 0: its emotion is lighter than another of its distribution"):
            Talk.model_validate(told)


def test_a_line_that_is_none_of_ours_is_told(corpus: Corpus, tmp_path: Path) -> None:
    line = (corpus.files.path / "validation.jsonl").read_text("utf8").splitlines()[0]
    folder = corpora.CorpusFolder(tmp_path, card)
    for wrong, told in (
        (line.replace('"emotion": "', '"emotion": "very ', 1), "utterances.0.emotion: Input should be 'anger'"),
        (line.replace('"summary"', '"sumary"', 1), "summary: Field required"),
        ("{", "Invalid JSON"),
    ):
        (tmp_path / "validation.jsonl").write_text(f"{line}\n{wrong}\n", "utf8")
        with pytest.raises(InputError, match=rf"validation.jsonl:2: .*{told}"):
            list(corpora.Corpus("everyday", card, folder, corpus.module).read("validation"))
