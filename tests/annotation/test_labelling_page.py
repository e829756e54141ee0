"""The page in windows of any size: the utterance and the keys are there, nothing that comes later or tells a label."""

import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from sentio.annotation import Labelled, sources
from sentio.annotation.page import LABEL_KEYS, Page, packed
from sentio.conversation import Conversation, Utterance

LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")


def talk(*texts: str) -> Conversation:
    said = (Utterance(id=str(n), speaker="Bo" if n % 2 else "Ada", text=text) for n, text in enumerate(texts))
    return Conversation(id="a-joyful-id", utterances=tuple(said))


def page(conversation: Conversation, place: int, chosen: str | None = None) -> Page:
    one = Labelled("mine:all", "emotion", LABELS, conversation, place, "sadness", {"r1": "fear"}, "sadness")
    return Page(one, number=2, conversations=9, chosen=chosen, done=7, total=1234)


def drawn(what: Page, width: int, height: int) -> list[str]:
    console = Console(
        file=StringIO(), width=width, height=height, color_system=None, force_terminal=True, legacy_windows=False
    )
    lines = console.render_lines(what, console.options.update_dimensions(width, height))
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


def test_a_whole_page() -> None:
    found = drawn(page(talk("Who ate my cake?", "Not me.", "Then who?", "Ask the dog."), 2, "joy"), 60, 14)
    assert found == [
        "Conversation 2 of 9, utterance 3   7 of 1,234 labelled", "",
        "Ada: Who ate my cake?",
        "Bo: Not me.", "",
        "Ada: Then who?", "",
        "1 anger      2 disgust    3 fear       4 joy ✓",
        "5 sadness    6 surprise   7 neutral", "",
        "← back   space skip   ? meanings   esc quit", "", "", "",
    ]  # fmt: skip


def test_the_documentation_shows_a_page_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "verification.md").read_text("utf8")
    head, *body = next(part for part in page.split("```\n") if part.startswith("Conversation 1")).splitlines()
    numbers = re.fullmatch(r"Conversation 1 of (\d+), utterance 4   3 of ([\d,]+) labelled", head)
    assert numbers
    everything = (one for source in sources(["everyday"]) for one in source.utterances)
    one = next(one for one in everything if one.place == 3 and one.conversation.utterances[0].text in body[1])
    found = drawn(Page(one, 1, int(numbers[1]), None, 3, int(numbers[2].replace(",", ""))), 80, 24)
    assert "\n".join(found).strip() == "\n".join([head, *body])


def test_of_a_long_conversation_the_end_is_shown() -> None:
    found = drawn(page(talk(*(f"line {n}" for n in range(100))), 99), 80, 24)
    assert len(found) == 24
    assert found[2] == "Ada: line 84"
    assert found[-7:-4] == ["", "Bo: line 99", ""]


def test_of_a_long_conversation_only_what_fits_is_drawn() -> None:
    class Counting(Console):
        drawn = 0

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            self.drawn += 1
            return super().render(renderable, options)

    console = Counting(file=StringIO(), width=80, height=24)
    list(page(talk(*("Hm." for _ in range(1000))), 999).__rich_console__(console, console.options))
    assert console.drawn <= 24 + len(["head", "utterance", "keys", "foot"])


@given(
    st.lists(st.text(alphabet="ab 谁🍞\n\x1b[]é\u202e", max_size=120), min_size=1, max_size=8),
    st.integers(12, 100),
    st.integers(3, 30),
)
def test_every_window_is_filled_and_no_more(texts: list[str], width: int, height: int) -> None:
    found = drawn(page(talk(*texts), len(texts) - 1), width, height)
    assert len(found) == height
    assert all(cell_len(line) <= width for line in found)
    if height >= 10:
        shown = " ".join(found)
        assert all(f"{key} {label}" in shown for key, label in zip(LABEL_KEYS, LABELS, strict=False))
    assert "\x1b" not in "".join(found)
    assert "\u202e" not in "".join(found)


def test_the_utterance_is_cut_last_and_says_so() -> None:
    long = talk(" ".join(f"word{n}" for n in range(400)))
    found = drawn(page(long, 0), 40, 14)
    assert found[0].startswith("Ada: word0")
    assert "… (enlarge the window to read on)" in found
    assert found[-1] == "7 neutral"


def test_an_empty_utterance_and_a_speaker_without_a_name() -> None:
    nobody = Conversation(id="a", utterances=(Utterance(id="0", speaker="", text=""),))
    assert drawn(page(nobody, 0), 80, 10)[2] == "[no words]"


def test_the_end() -> None:
    found = drawn(Page(None, 0, 0, None, 12, 12), 80, 10)
    assert found[:3] == ["12 of 12 labelled", "", "Nothing is left to label."]
    assert found[4] == "← back   space skip   ? meanings   esc quit"
    found = drawn(Page(None, 0, 0, None, 2, 6), 80, 10)
    told = "That was all of this call; what has no label yet comes with the next one."
    assert found[:3] == ["2 of 6 labelled", "", told]


def test_nothing_tells_a_label_or_what_comes_later() -> None:
    for one in sources(["everyday:test"], Path("no such folder"))[0].utterances:
        found = drawn(Page(one, 1, 52, None, 0, 595), 200, 60)
        text = "\n".join(found)
        said = one.conversation.utterances
        # Labels are there once, as keys, all alike.
        keys = next(place for place, line in enumerate(found) if line.startswith("1 anger"))
        assert re.split(r" {2,}", found[keys]) == [f"{n} {label}" for n, label in enumerate(one.labels, start=1)]
        assert one.conversation.id not in text
        before = {utterance.text for utterance in said[: one.place + 1]}
        for utterance in said[one.place + 1 :]:
            if len(utterance.text) > 20 and utterance.text not in before:
                assert utterance.text[:60] not in text


def test_what_is_packed_is_all_there_in_order() -> None:
    assert list(packed(iter([]), 10)) == []
    assert list(packed(iter(["1 joy"]), 2)) == ["1 joy"]
    assert list(packed(iter(["1 喜悦", "2 恐惧", "3 愤怒"]), 19)) == ["1 喜悦   2 恐惧", "3 愤怒"]
