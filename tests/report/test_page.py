import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from sentio.conversation import Conversation
from sentio.errors import OutputError
from sentio.report import render, write
from sentio.results import Recognition, RecognizedConversation

Talk = Callable[..., RecognizedConversation]

VOID = {"meta", "link", "br", "img", "hr", "input"}
ATTACKS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</title></svg><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- -->&lt;b&gt;",
]  # fmt: skip


class Page(HTMLParser):
    """What a page is made of; fails on tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    def all(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def silent(name: str = "night") -> RecognizedConversation:
    return RecognizedConversation(conversation=Conversation(id=name, utterances=()), recognitions=())


@pytest.fixture
def several(kitchen: RecognizedConversation, talk: Talk) -> Page:
    strange = talk([(attack, attack, {"joy": 0.9}) for attack in ATTACKS], id=ATTACKS[0])
    return Page(render([kitchen, silent(), strange, kitchen]))


def test_tags_close_in_order_ids_are_unique_and_every_link_has_a_target(several: Page) -> None:
    ids = several.all("id")
    assert len(ids) == len(set(ids))
    links = several.all("href")
    assert len(links) > 10
    assert {link for link in links if not link.startswith("#")} == {"data:,"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert set(several.all("aria-labelledby")) <= set(ids)


def test_nothing_is_loaded_from_elsewhere(kitchen: RecognizedConversation) -> None:
    html = render([kitchen])
    page = Page(html)
    assert not [address for name in ("src", "xlink:href", "srcset", "action", "data") for address in page.all(name)]
    addresses = set(re.findall(r"https?://[^\"' )]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, "names of XML, never fetched"
    assert "@import" not in html
    assert "url(" not in html
    assert page.count("script") == 0


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_people_write_is_text_everywhere(talk: Talk, attack: str) -> None:
    page = Page(render([talk([(attack, attack, {"joy": 0.9}), (attack, attack, {"fear": 0.9})], id=attack)]))
    assert page.count("script") == page.count("img") == page.count("b") == 0
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert page.text.count(" ".join(attack.split())) >= 5, "title, name, quote and text show it as it was written"


def test_labels_of_a_strangers_model_are_text_too(talk: Talk, mood: Callable[..., Recognition]) -> None:
    odd = mood({"joy": 0.9}).model_copy(update={"emotion": ATTACKS[1], "probabilities": {ATTACKS[1]: 1.0}})
    done = talk([("A", "hm", {"joy": 0.9})]).model_copy(update={"recognitions": (odd,)})
    assert Page(render([done])).count("img") == 0


def test_control_characters_are_dropped_and_lines_kept(talk: Talk) -> None:
    html = render([talk([("A\0", "one\r\ntwo\0\x1b\ud800", {"joy": 0.9})], id="x\0y")])
    assert not re.search(r"[\0\x1b\r]", html)
    assert 'dir="auto">one\ntwo</p>' in html
    assert "<title>xy – sentio</title>" in html


def test_every_utterance_has_a_chip_with_a_word_and_its_distribution(kitchen: RecognizedConversation) -> None:
    html = render([kitchen])
    for done in kitchen.recognitions:
        assert re.search(rf'class="chip [npz]\d?">{done.emotion} [\d>]', html)
    page = Page(html)
    moods = [attrs for tag, attrs in page.tags if attrs.get("class") == "mood"]
    assert len(moods) == 17
    assert len([style for style in page.all("style") if style.startswith("--p:")]) == 17 * 5
    assert page.text.count("dominance") == 17


def test_turns_are_marked_and_listed_with_a_link_to_the_utterance(talk: Talk) -> None:
    page = Page(render([talk([("A", "hi", {"joy": 0.9}), ("B", "so", {"fear": 0.9}), ("A", "oh", {"anger": 0.9})])]))
    assert "the mood turned 1 time;" in page.text
    assert "turned from joy" in page.text
    assert "#c1u3" in page.all("href")
    assert "The mood never turned." in page.text, "B"


def test_a_long_list_of_turns_says_how_many_more(talk: Talk) -> None:
    page = Page(render([talk([("A", "", {e: 0.9}) for e in ["joy", "anger"] * 10])]))
    assert "The 6 largest changes of valence; 13 more turns marked in the conversation." in page.text


def test_the_crowd_is_in_the_conversation_and_the_overview_says_so(talk: Talk) -> None:
    page = Page(render([talk([(f"P{i}", "hello", {"joy": 0.9}) for i in range(11)])]))
    assert "The overview shows the 8 who speak most; 3 other speakers can be found" in page.text
    assert "P10" in page.text


def test_the_numbers_of_the_shares_are_in_a_table(talk: Talk) -> None:
    page = Page(render([talk([("A", "", {"joy": 0.9}), ("A", "", {"fear": 0.9}), ("B", "", {"joy": 0.9})])]))
    assert page.count("caption") == 1
    assert page.all("scope") == ["col", "col", "col", "row", "row"]
    assert "joy 50 % (1) 100 % (1)" in page.text
    assert "fear 50 % (1) –" in page.text


def test_headings_do_not_skip_a_level_and_there_is_one_first(several: Page, kitchen: RecognizedConversation) -> None:
    for page in (several, Page(render([kitchen])), Page(render([])), Page(render([silent()]))):
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert [page.count(landmark) for landmark in ("header", "main", "footer")] == [1, 1, 1]


def test_several_conversations_have_a_table_of_contents(several: Page) -> None:
    contents = several.text[: several.text.index("Where the mood turned")]
    assert contents.count("kitchen 17 utterances") == 2
    assert "night 0 utterances" in contents


def test_nothing_to_show_is_said() -> None:
    assert "There are no conversations in this report." in Page(render([])).text
    assert "Nobody says anything in this conversation." in Page(render([silent()])).text


def test_only_the_first_conversations_have_a_timeline(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentio.report.page.TIMELINES", 1)
    page = Page(render([talk([("A", "", {"joy": 0.9})])] * 2))
    assert page.count("svg") == 2, "one for screens, one for phones"
    assert "Drawn only for the first conversations" in page.text


def test_one_utterance_without_words_or_time(talk: Talk) -> None:
    page = Page(render([talk([("", "  ", {"joy": 0.9})])]))
    assert "(says nothing)" in page.text
    assert "(no name)" in page.text


def test_writing_makes_a_file(kitchen: RecognizedConversation, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    write([kitchen], out)
    assert out.read_text("utf8").startswith("<!doctype html>")


@pytest.mark.parametrize(("name", "cause"), [("no/report.html", "not a folder that exists"), (".", "is a folder")])
def test_what_cannot_be_written_is_said_in_a_line(tmp_path: Path, name: str, cause: str) -> None:
    with pytest.raises(OutputError, match=cause) as caught:
        write([], tmp_path / name)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
