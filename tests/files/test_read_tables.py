"""CSV, TSV and Parquet."""

import csv
import gzip
import hashlib
import math
from datetime import timedelta
from pathlib import Path

import polars
import pytest

from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.files import Columns, read
from sentio.files.columns import find

MELD = """\
Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime
1,"Wait, you’ve sold the couch. My couch!",Monica,sadness,negative,0,0,3,9,"00:04:11,250","00:04:13,793"
2,Yours?,Joey,surprise,negative,0,1,3,9,"00:04:14,500","00:04:15,920"
3,"Hmm, then I painted the whole kitchen green.",Ross,neutral,neutral,1,0,3,8,"00:15:02,110","00:15:06,400"
"""
CPED = "\ufeffTV_ID,Dialogue_ID,Utterance_ID,Speaker,Gender,Age,Emotion,DA,Utterance\n99,99_000,99_000_000,李小雨,female,young,happy,question,你猜我买了什么\n"  # noqa: E501


def table(folder: Path, content: str, columns: Columns | None = None, name: str = "talk.csv") -> list[Conversation]:
    path = folder / name
    path.write_bytes(content.encode())
    return read(path, columns=columns)


def test_meld(tmp_path: Path) -> None:
    first, second = table(tmp_path, MELD)
    assert (first.id, second.id) == ("0", "1")
    assert first.speakers == ("Monica", "Joey")
    utterance = first.utterances[0]
    assert utterance.text == "Wait, you’ve sold the couch. My couch!"
    assert (utterance.id, utterance.start, utterance.end) == ("0", 251.25, 253.793)


def test_cped(tmp_path: Path) -> None:
    ((utterance,),) = (chat.utterances for chat in table(tmp_path, CPED))
    assert (utterance.id, utterance.speaker, utterance.text) == ("99_000_000", "李小雨", "你猜我买了什么")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["talk.csv", "talk.tsv", "talk"])
def test_the_delimiter_is_found_from_the_header(tmp_path: Path, delimiter: str, name: str) -> None:
    rows = [
        ["Session", "From", "Message"],
        ["7", "Ada", "a, b; c | d"],
        ["7", "Bo", 'he said "no"\nand left'],
        ["8", "Cy", ""],
    ]
    path = tmp_path / name
    with path.open("w", encoding="utf8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    chats = read(path)
    assert [(c.id, u.speaker, u.text) for c in chats for u in c.utterances] == [tuple(row) for row in rows[1:]]


@pytest.mark.parametrize(
    "header",
    [
        "text,speaker",
        "Utterance,Speaker Name",
        "CONTENT,Author",
        "body,sender",
        "message,from",
        "words,user",
        "content,role",
    ],
)
def test_columns_go_by_many_names(tmp_path: Path, header: str) -> None:
    (chat,) = table(tmp_path, f"{header}\nHi,Ada\n")
    assert [(u.id, u.speaker, u.text) for u in chat.utterances] == [("0", "Ada", "Hi")]
    assert chat.id == "talk"


def test_the_row_output_of_sentio_can_be_read_back(tmp_path: Path) -> None:
    header = "conversation,utterance,index,speaker,text,labels,emotion,shift"
    (chat,) = table(tmp_path, f"{header}\nc,u7,0,Ada,Hi,meld,joy,false\n")
    assert (chat.id, chat.utterances[0].id, chat.utterances[0].text) == ("c", "u7", "Hi")


def test_columns_given_by_the_user(tmp_path: Path) -> None:
    columns = Columns(conversation="k", utterance="n", speaker="Text", text="speaker", start="a", end="b")
    (chat,) = table(tmp_path, "k,n,Text,speaker,a,b\nc,u,Ada,Hi,1:00,90\n", columns)
    utterance = chat.utterances[0]
    assert (chat.id, utterance.id, utterance.speaker, utterance.text) == ("c", "u", "Ada", "Hi")
    assert (utterance.start, utterance.end) == (60.0, 90.0)


@pytest.mark.parametrize(
    ("header", "columns", "message"),
    [
        ("id,said,speaker", None, "no column for the text among: id, said, speaker; name it with --text-column NAME"),
        ("id,text", None, "no column for the speaker among: id, text; name it with --speaker-column NAME"),
        ("text,speaker", Columns(text="said"), "no column 'said' (--text-column); the columns are: text, speaker"),
        (
            "text,speaker",
            Columns(conversation="talk"),
            "no column 'talk' (--conversation-column); the columns are: text, speaker",
        ),
    ],
)
def test_missing_columns(tmp_path: Path, header: str, columns: Columns | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        table(tmp_path, f"{header}\na,b,c\n", columns)
    assert str(caught.value) == f"{tmp_path / 'talk.csv'}:1: {message}"


def test_bad_rows_are_reported_with_their_line_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    path.write_text(
        'speaker,text,start\nAda,"one\ntwo",1\nBo,short\nBo,long,2,more\n ,nobody,3\n\nCy,fine,4,,\nCy,x,soon\n'
    )
    errors: list[InputError] = []
    (chat,) = read(path, on_error=errors.append)
    assert [(u.id, u.text, u.start) for u in chat.utterances] == [
        ("0", "one\ntwo", 1),
        ("1", "fine", 4),
        ("2", "x", None),
    ]
    assert [(e.line, e.cause) for e in errors] == [
        (4, "this row has 2 fields, the header 3"),
        (5, "this row has 4 fields, the header 3"),
        (6, "no speaker in this row"),
    ]
    with pytest.raises(InputError, match=r"talk\.csv:4: this row has 2 fields"):
        read(path)


def test_an_unreadable_time_is_an_error_only_in_a_column_the_user_named(tmp_path: Path) -> None:
    content = "speaker,text,timestamp\nAda,Hi,2024-01-05 10:00\n"
    assert table(tmp_path, content)[0].utterances[0].start is None
    with pytest.raises(InputError, match=r":2: '2024-01-05 10:00' is no time; expected seconds or HH:MM:SS"):
        table(tmp_path, content, Columns(start="timestamp"))


def test_a_quote_that_is_never_closed_is_reported_where_it_opens(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    path.write_text('speaker,text\nAda,"fine\nhere"\nBo,"never closed\nCy,lost no more\n')
    errors: list[InputError] = []
    (chat,) = read(path, on_error=errors.append)
    assert [u.text for u in chat.utterances] == ["fine\nhere", "lost no more"]
    assert [str(e) for e in errors] == [f"{path}:4: a quote that opens in this row is never closed"]


@pytest.mark.parametrize("after", ["Bo,fine", 'Bo,"fine, too"', 'Bo,"fine\n""too"""'])
@pytest.mark.parametrize("rows", [1, 50, 1_500])
def test_a_stray_quote_costs_one_row(tmp_path: Path, after: str, rows: int) -> None:
    path = tmp_path / "talk.csv"
    path.write_text('speaker,text\nAda,one\nAda,"two\n' + f"{after}\n" * rows)
    errors: list[InputError] = []
    (chat,) = read(path, on_error=errors.append)
    assert len(chat) == 1 + rows
    assert chat.utterances[-1].text.startswith("fine")
    assert [e.line for e in errors] == [3]


def test_a_stray_quote_before_long_lines_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    path.write_text('speaker,text\nAda,"two\n' + f"Bo,{'word ' * 60_000}\n" * 12 + 'Bo,last"\n')
    errors: list[InputError] = []
    (chat,) = read(path, on_error=errors.append)
    assert (len(chat), chat.utterances[-1].text) == (13, 'last"')
    assert [e.line for e in errors] == [2]


def test_a_closed_quote_may_hold_hundreds_of_lines_and_lines_any_length(tmp_path: Path) -> None:
    poem = "\n".join(f'line {n}, "so"' for n in range(900))
    path = tmp_path / "talk.csv"
    with path.open("w", encoding="utf8", newline="") as file:
        csv.writer(file).writerows([("speaker", "text"), ("Ada", poem), ("Bo", "x" * (3 << 20)), ("Cy", poem)])
    (chat,) = read(path)
    assert [u.text for u in chat.utterances] == [poem, "x" * (3 << 20), poem]


@pytest.mark.parametrize(
    ("header", "text", "conversation"),
    [
        ("line,character,dialogue", "dialogue", None),
        ("character,Dialog,scene_id", "Dialog", "scene_id"),
        ("dialogue,utterance,speaker", "utterance", "dialogue"),
        ("dialogue,messages", None, "dialogue"),
        ("line,character", None, None),
    ],
)
def test_a_script_holds_its_words_under_dialogue(header: str, text: str | None, conversation: str | None) -> None:
    found = find(header.split(","), Columns())
    assert (found.text, found.conversation) == (text, conversation)


def test_the_user_can_keep_dialogue_for_the_conversations() -> None:
    columns = Columns(conversation="dialogue")
    assert find(["speaker", "dialogue"], columns).text is None
    assert find(["speaker", "dialogue"], Columns(text="said")).text is None


def test_lines_before_the_header(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"talk\.csv:4: this row has 1 fields"):
        table(tmp_path, "sep=;\n\nspeaker;text\nAda\n")


def test_fields_beyond_the_limit_of_the_csv_module(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    (chat,) = table(tmp_path, f"speaker,text\nAda,{'x' * (before + 1)}\n")
    assert len(chat.utterances[0].text) == before + 1
    assert csv.field_size_limit() == before


def test_a_forgotten_quote_does_not_swallow_a_tsv_without_quoting(tmp_path: Path) -> None:
    (chat,) = table(tmp_path, 'speaker\ttext\nAda\t"Hi there\nBo\tHo\n', name="talk.tsv")
    assert [u.text for u in chat.utterances] == ['"Hi there', "Ho"]
    (chat,) = table(tmp_path, "speaker\ttext\n" + 'Ada\t"Hi there\nBo\tHo\n' * 9_000, name="talk.tsv")
    assert len(chat) == 18_000


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "talk.parquet"
    frame = {
        "Dialogue_ID": [1, 1, 2, 2],
        "speaker": ["Ada", "Bo", "Cy", None],
        "text": ["Hi", "", "שלום", "lost"],
        "start": [timedelta(seconds=1), None, timedelta(seconds=2.5), None],
        "unused": [math.nan] * 4,
    }
    polars.DataFrame(frame).write_parquet(path)
    errors: list[InputError] = []
    chats = read(path, on_error=errors.append)
    got = [(c.id, u.id, u.speaker, u.text, u.start) for c in chats for u in c.utterances]
    assert got == [("1", "0", "Ada", "Hi", 1), ("1", "1", "Bo", "", None), ("2", "0", "Cy", "שלום", 2.5)]
    assert [str(e) for e in errors] == [f"{path}:4: no speaker or no text in this row"]


def test_parquet_without_suffix_and_in_many_batches(tmp_path: Path) -> None:
    path = tmp_path / "talk"
    rows = 25_000
    polars.DataFrame({"speaker": ["Ada"] * rows, "text": [str(n) for n in range(rows)]}).write_parquet(path)
    (chat,) = read(path)
    assert [u.text for u in chat.utterances] == [str(n) for n in range(rows)]


def test_parquet_that_is_damaged_or_lacks_a_column(tmp_path: Path) -> None:
    path = tmp_path / "talk.parquet"
    polars.DataFrame({"said": ["Hi"]}).write_parquet(path)
    with pytest.raises(InputError, match=r"talk\.parquet: no column for the text among: said"):
        read(path)
    path.write_bytes(b"PAR1" + bytes(80))
    with pytest.raises(InputError, match="not a readable Parquet file"):
        read(path)


def test_a_cut_compressed_parquet_file_is_an_input_error(tmp_path: Path) -> None:
    plain = tmp_path / "talk.parquet"
    texts = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(5_000)]
    polars.DataFrame({"speaker": texts, "text": texts}).write_parquet(plain)
    zipped = gzip.compress(plain.read_bytes())
    assert len(zipped) > 150_000, "the cut has to lie beyond the window at the beginning"
    damaged = zipped[:100_000] + bytes(100) + zipped[100_100:]
    for data in (zipped[:-9], zipped[:100_000], zipped[:20_000], damaged):
        path = tmp_path / "talk.parquet.gz"
        path.write_bytes(data)
        with pytest.raises(InputError, match="not a readable Parquet file"):
            read(path)
