"""sentio's own conversations: what their data card promises, of the files that are shipped."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from sentio import corpora
from sentio.corpora import Corpus
from sentio.corpora.everyday import card
from sentio.corpora.everyday.record import Talk
from sentio.errors import InputError

SPLITS = ("train", "validation", "test")


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
    settings = Counter(talk.setting for talk in english)
    assert len(settings) == 11
    assert min(settings.values()) >= 25


def test_no_emotion_is_rare_or_everywhere(everything: list[Talk]) -> None:
    emotions = Counter(turn.emotion for talk in everything for turn in talk.utterances)
    shares = [count / emotions.total() for count in emotions.values()]
    assert len(shares) == 7
    assert min(shares) >= 0.08
    assert max(shares) <= 0.30


def test_every_conversation_is_in_one_split_and_read_twice_by_others(everything: list[Talk]) -> None:
    assert len({talk.id for talk in everything}) == len(everything)
    for talk in everything:
        for turn in talk.utterances:
            assert len(turn.readers) == 2, talk.id


def test_no_phrase_of_five_words_is_in_more_than_three_conversations_but_by_idiom(everything: list[Talk]) -> None:
    of_phrase: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for talk in everything:
        for turn in talk.utterances:
            words = re.findall(r"[\w']+", turn.text.casefold())
            for five in zip(*(words[start:] for start in range(5)), strict=False):
                of_phrase[five].add(talk.id)
    often = {" ".join(phrase): len(found) for phrase, found in of_phrase.items() if len(found) > 3}
    assert len(often) <= 5, often
    assert max(often.values(), default=0) <= 6, often


def test_no_line_stands_in_two_splits(talks: dict[str, list[Talk]]) -> None:
    lines = {
        split: {turn.text.casefold() for talk in talks[split] for turn in talk.utterances if len(turn.text.split()) > 4}
        for split in SPLITS
    }
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert lines[one].isdisjoint(lines[other])


def test_interpretations_are_as_long_as_asked(everything: list[Talk]) -> None:
    turns = [(talk, turn) for talk in everything for turn in talk.utterances]
    emotional = [turn for _, turn in turns if turn.emotion != "neutral"]
    assert sum(bool(turn.implicit) for turn in emotional) / len(emotional) > 0.25
    for talk, turn in turns:
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
