"""What every reader is written with: files that are cut, broken or ambiguous stop with their name and line."""

import csv
import gc
import gzip
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora import Corpus, CorpusFolder
from sentio.corpora.base import checked
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, GoldCause, Item, Question

CARD = CorpusCard(
    title="A corpus",
    summary="made up",
    tasks=("emotion",),
    obtain="ask nobody",
    files={"train": ("train.csv",), "both": ("train.csv", "extra.csv")},
    layers={"emotion": ()},
)
HERE = Path("here")
READERS: dict[str, Callable[[CorpusFolder, str], object]] = {
    "lines": lambda files, name: list(files.lines(name)),
    "rows": lambda files, name: list(files.rows(name)),
    "json_lines": lambda files, name: list(files.json_lines(name)),
    "document": lambda files, name: files.document(name),
}


@pytest.fixture
def files(tmp_path: Path) -> CorpusFolder:
    return CorpusFolder(tmp_path, CARD)


def write(files: CorpusFolder, content: str | bytes, name: str = "f") -> str:
    (files.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def rows(files: CorpusFolder, content: str | bytes, **form: Any) -> list[tuple[int, dict[str, str]]]:  # noqa: ANN401
    return list(files.rows(write(files, content), **form))


def test_lines_lose_their_ends_and_the_mark_of_the_first(files: CorpusFolder) -> None:
    write(files, b"\xef\xbb\xbfa\r\n\n\xef\xbb\xbfb\x85\xe2\x80\xa8c".replace(b"\x85", b"\xc2\x85"))
    assert list(files.lines("f")) == [(1, "a"), (2, ""), (3, "\ufeffb\x85\u2028c")]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), min_size=1))
def test_lines_are_those_that_were_written(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    files = CorpusFolder(tmp_path_factory.getbasetemp(), CARD)
    # A mark before the first line is none of it.
    write(files, "\ufeff" + "".join(text + "\n" for text in texts))
    assert list(files.lines("f")) == list(enumerate(texts, start=1))


@pytest.mark.parametrize(
    ("reader", "line"), [("lines", '"line"'), ("json_lines", '{"text": "line"}'), ("rows", "line")]
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_bad_byte_is_on_its_line(files: CorpusFolder, reader: str, line: str, suffix: str) -> None:
    content = b"".join(line.encode() + (b"\xff\n" if n == 1500 else b"\n") for n in range(1, 3001))
    write(files, gzip.compress(content) if suffix else content, "f" + suffix)
    with pytest.raises(InputError, match=r"f(.gz)?:1500: not UTF-8: invalid start byte"):
        READERS[reader](files, "f")


def test_a_bad_byte_of_a_document_is_on_its_line(files: CorpusFolder) -> None:
    with pytest.raises(InputError, match=":3: not UTF-8"):
        files.document(write(files, b'\xef\xbb\xbf["a",\n"b",\n"\xff"]'))


def test_two_dialogues_of_one_key_are_not_one(files: CorpusFolder) -> None:
    with pytest.raises(InputError, match="f: the key 'd1' is there twice in one object"):
        files.document(write(files, '{"d1": [1], "d2": [2], "d1": [3]}'))
    with pytest.raises(InputError, match="f: the key 'text' is there twice in one object"):
        files.document(write(files, '[{"a": {"text": 1, "text": 1}}]'))
    with pytest.raises(InputError, match="f:2: the key 'text' is there twice in one object"):
        list(files.json_lines(write(files, '{"text": 1}\n{"text": 1, "text": 2}\n')))
    assert files.document(write(files, '{"a": {"b": 1}, "b": {"b": 2}}')) == {"a": {"b": 1}, "b": {"b": 2}}


@pytest.mark.parametrize("nested", ["[" * 100_000, '{"a":' * 100_000])
def test_json_that_is_nested_too_deeply(files: CorpusFolder, nested: str) -> None:
    with pytest.raises(InputError, match="f: nested too deeply"):
        files.document(write(files, nested))
    with pytest.raises(InputError, match="f:2: nested too deeply"):
        list(files.json_lines(write(files, "{}\n" + nested)))


@pytest.mark.parametrize(
    ("content", "message"),
    [('[1,\n2,\n"x', "f:3: not JSON: Unterminated string"), ("", "f:1: not JSON"), ("1" * 5000, "f: .*4300 digits")],
)
def test_what_is_no_json(files: CorpusFolder, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        files.document(write(files, content))


@pytest.mark.parametrize(
    ("content", "message"),
    [('{"a": 1}\n\n{"a": 1', "f:3: not JSON"), ("{}\n[]\n", "f:2: a JSON object"), ("\n \n", "f:1: holds nothing")],
)
def test_what_is_no_json_lines(files: CorpusFolder, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        list(files.json_lines(write(files, content)))


@pytest.mark.parametrize("reader", READERS)
def test_flipped_and_missing_bytes_of_a_packed_file(files: CorpusFolder, reader: str) -> None:
    lines = [f'{{"a": "{number * number}"}}' for number in range(2000)]
    packed = gzip.compress(("[" + ",\n".join(lines) + "]" if reader == "document" else "\n".join(lines)).encode())
    READERS[reader](files, write(files, packed, "f.gz"))
    for place in range(10, len(packed) - 1, len(packed) // 40):
        damaged = bytearray(packed)
        damaged[place : place + 2] = (byte ^ 0xFF for byte in damaged[place : place + 2])
        write(files, bytes(damaged), "f.gz")
        with pytest.raises(InputError, match=r"f\.gz"):
            READERS[reader](files, "f")
        with pytest.raises(InputError, match=r"f\.gz: cannot be read"):
            files.checksum("f")
        write(files, packed[:place], "f.gz")
        with pytest.raises(InputError, match=r"f\.gz"):
            READERS[reader](files, "f")


def test_rows_have_the_line_they_begin_on(files: CorpusFolder) -> None:
    content = 'a,b\r\n1,"over\r\ntwo ""lines"""\r\n\r\n2,x\r\n'
    assert rows(files, content) == [(2, {"a": "1", "b": 'over\ntwo "lines"'}), (5, {"a": "2", "b": "x"})]


def test_rows_of_a_file_without_header_and_without_quoting(files: CorpusFolder) -> None:
    assert rows(files, '1\t"x\n', delimiter="\t", columns=("a", "b"), quoted=False) == [(1, {"a": "1", "b": '"x'})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('a,b\n1,x\n2,"cut', "f:3: not a table: unexpected end of data; is a quote left open here"),
        ('a,b\n1,"open\n2,x\n3,"y"\n', "f:2: not a table: .* expected after .*; is a quote left open here"),
        ('a,b\n1,"x" y\n', "f:2: not a table"),
        ("a,b\n1,x\n2\n", "f:3: 1 cells where 2 are expected"),
        ("a,b\n1,x\n2,x,y\n", "f:3: 3 cells where 2 are expected"),
        ("a,b,a\n1,x,2\n", "f:1: column 'a' is there twice"),
        ("a,,\n1,,\n", "f:1: column '' is there twice"),
        ("", "f:1: holds nothing"),
        ("\n\n", "f:1: holds nothing"),
        ("a,b\n", "f:1: holds nothing below its header"),
        ("\na,b\n\n", "f:2: holds nothing below its header"),
        (f"a,b\n1,{'x' * 200_000}\n", "f:2: not a table: field larger than field limit"),
    ],
)
def test_what_is_no_table(files: CorpusFolder, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rows(files, content)


def test_no_rows_without_a_header_either(files: CorpusFolder) -> None:
    with pytest.raises(InputError, match=r"f:1: holds nothing$"):
        rows(files, "", columns=("a",))


def test_a_table_cut_anywhere_within_a_cell_in_quotes_is_noticed(files: CorpusFolder) -> None:
    whole = 'a,b\n1,"Well, I never"\n'
    opened = whole.index('"')
    for cut in range(opened + 1, len(whole) - 2):
        with pytest.raises(InputError, match="f:2: not a table"):
            rows(files, whole[:cut])


def test_the_limit_of_other_tables_is_left_alone(files: CorpusFolder) -> None:
    limit = csv.field_size_limit(5_000)
    try:
        assert rows(files, f"a\n{'x' * 4_000}\n")
        assert csv.field_size_limit() == 5_000
    finally:
        csv.field_size_limit(limit)
    assert limit == 131_072, "somebody changed the limit of the whole process"


def test_a_file_that_is_read_in_part_is_closed(files: CorpusFolder) -> None:
    write(files, gzip.compress(b"a,b\n1,2\n3,4\n"), "f.gz")
    write(files, b"a,b\n1,2\n3,4\n", "g")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        for name in ("f", "g"):
            assert list(islice(files.rows(name), 1)) == [(2, {"a": "1", "b": "2"})]
            assert next(files.lines(name)) == (1, "a,b")
        gc.collect()
    assert [str(warning.message) for warning in caught] == []


def conversation(id: str, *utterances: str) -> Conversation:
    return Conversation(id=id, utterances=tuple(Utterance(id=own, speaker="Ada", text="Oh.") for own in utterances))


def question(id: str) -> Question:
    return Question(id=id, question="Who baked it?", answers=("Bo",))


WHOLE = AnnotatedConversation(
    conversation=conversation("c", "0", "1"),
    gold={"emotion": {"0": "joy"}, "cause": {}},
    votes={"emotion": {"1": {"r1": "joy"}}},
    machine={"emotion": {"1": "anger"}},
    causes=(GoldCause(target="1", evidence="0"), GoldCause(target="0", evidence=None)),
)


def test_what_holds_together_is_passed_on() -> None:
    items: list[Item] = [WHOLE, question("d"), AnnotatedConversation(conversation=conversation("e", "0"))]
    assert list(checked(iter(items), HERE)) == items


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (WHOLE, "here: 'c' is there twice"),
        (question("c"), "here: 'c' is there twice"),
        (question(""), "here: the id of item 2 is empty"),
        (AnnotatedConversation(conversation=conversation("", "0")), "here: the id of item 2 is empty"),
        (AnnotatedConversation(conversation=conversation("d", "0", "1", "0")), "'d' has utterance '0' twice"),
        (AnnotatedConversation(conversation=conversation("d", "0", "")), "'d' has an utterance whose id is empty"),
        (
            AnnotatedConversation(conversation=conversation("d", "0"), gold={"emotion": {"7": "joy"}}),
            "'d' has no utterance '7', of which there is 'emotion' in its gold",
        ),
        (
            AnnotatedConversation(conversation=conversation("d", "0"), machine={"emotion": {"7": "joy"}}),
            "'d' has no utterance '7', of which there is 'emotion' in its machine",
        ),
        (
            AnnotatedConversation(conversation=conversation("d", "0"), votes={"emotion": {"7": {"r1": "joy"}}}),
            "'d' has no utterance '7', of which there is 'emotion' in its votes",
        ),
        (
            AnnotatedConversation(conversation=conversation("d", "0"), causes=(GoldCause(target="7", evidence="0"),)),
            "'d' has no utterance '7', of which there is a cause",
        ),
        (
            AnnotatedConversation(conversation=conversation("d", "0"), causes=(GoldCause(target="0", evidence="7"),)),
            "'d' has no utterance '7', of which there is a cause",
        ),
    ],
)
def test_what_does_not_hold_together_is_named(item: Item, message: str) -> None:
    passed = checked(iter([WHOLE, item]), HERE)
    assert next(passed) == WHOLE
    with pytest.raises(InputError, match=message):
        next(passed)


class _Nothing:
    """A reader that finds nothing."""

    def read(self, files: CorpusFolder, split: str) -> Iterator[Item]:
        return iter(())


@pytest.mark.parametrize(("split", "named"), [("train", "train.csv"), ("both", "")])
def test_a_split_that_holds_nothing(files: CorpusFolder, split: str, named: str) -> None:
    for name in CARD.files["both"]:
        write(files, "", name)
    with pytest.raises(InputError, match="holds nothing") as error:
        list(Corpus(name="mine", card=CARD, files=files, module=_Nothing()).read(split))
    assert error.value.path == files.path / named
