"""Every item is asked once, kept as it comes, and never lost: also after a kill, a torn line, and bad answers."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.knowledge.models import CHATS, Rule, Ruled, failing, first_then, good, said, worded

from sentio.conversation import Conversation, Utterance
from sentio.errors import InputError, LanguageModelError, OutputError
from sentio.knowledge.build import Build, Count
from sentio.knowledge.items import Wanted
from sentio.knowledge.journal import Journal
from sentio.knowledge.records import Record, read
from sentio.llms.base import Answer, LanguageModel, Question

WANTED = Wanted(labels=("joy", "sadness"))
ROOT = Path(__file__).parents[2]


def build(
    out: Path, model: LanguageModel, wanted: Wanted = WANTED, chats: Sequence[Conversation] = CHATS, corpus: str = "c"
) -> Count:
    with Journal(out, corpus, model.name, wanted) as journal:
        return Build(model, journal, wanted).run(chats)


def records(out: Path) -> list[Record]:
    return [record for _, _, record in read(out)]


def keys(out: Path) -> list[str]:
    return sorted(str(record.key) for record in records(out))


EVERYTHING = sorted(
    [f"interpretation/{name}/{k}" for name, n in (("kitchen", 4), ("garden", 4), ("void", 1)) for k in range(n)]
    + [f"characteristics/{who}" for who in ("kitchen/Ada", "kitchen/Bo", "garden/Cem", "garden/Dora", "void/")]
)


@pytest.mark.parametrize("ahead", [1, 3, 100])
def test_every_item_is_asked_once_and_kept(tmp_path: Path, ahead: int) -> None:
    model = Ruled(ahead=ahead)
    count = build(tmp_path / "k.jsonl", model)
    assert (count.answered, count.present, count.gaps, count.errors, count.invalid_rate) == (14, 0, 0, 0, 0.0)
    assert (count.prompt_tokens, count.completion_tokens) == (1400, 140)
    assert keys(tmp_path / "k.jsonl") == EVERYTHING
    assert max(model.times.values()) == 1


def test_the_kinds_and_causal_characteristics(tmp_path: Path) -> None:
    only = Wanted(kinds=("interpretation",))
    build(tmp_path / "i.jsonl", Ruled(), only)
    assert {record.kind for record in records(tmp_path / "i.jsonl")} == {"interpretation"}
    causal = Wanted(kinds=("characteristics",), causal=True)
    model = Ruled()
    build(tmp_path / "c.jsonl", model, causal)
    assert [record.utterance for record in records(tmp_path / "c.jsonl")].count(None) == 0
    assert len(model.asked) == 9
    second = next(question for question in model.asked if '"kitchen", "1"' in question.id)
    assert "Not me." in second.messages[1].content
    assert "The plate" not in second.messages[1].content


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: str(chat.id))
@pytest.mark.parametrize("causal", [False, True])
def test_the_number_of_questions_is_known_beforehand(chat: Conversation, causal: bool) -> None:
    wanted = Wanted(causal=causal)
    assert wanted.number(chat) == len(list(wanted.items([chat])))


def test_first_answers_are_drawn_as_released_and_second_ones_greedily(tmp_path: Path) -> None:
    model = Ruled(first_then(worded("I would rather not.")))
    count = build(tmp_path / "k.jsonl", model)
    assert (count.answered, count.invalid, count.invalid_rate) == (14, 14, 1.0)
    assert set(model.times.values()) == {2}
    for question in model.asked:
        sampling = question.sampling
        if sampling.temperature:
            top_p = 0.9 if "ExplicitEmotion" in str(question.schema) else 0.85
            drawn = (sampling.temperature, sampling.top_p, sampling.repetition_penalty, sampling.max_tokens)
            assert drawn == (0.3, top_p, 1.2, 800)
        else:
            assert question.messages[-1].content.endswith("keys ExplicitEmotion, ImplicitEmotion.)") or (
                question.messages[-1].content.endswith("no JSON object with the keys Response.)")
            )
    assert {record.attempts for record in records(tmp_path / "k.jsonl")} == {2}


@pytest.mark.parametrize(
    ("rule", "gap"),
    [
        (worded("No."), "no JSON object with the keys ExplicitEmotion, ImplicitEmotion"),
        (
            worded('{"ExplicitEmotion": "Much too short.", "ImplicitEmotion": "x"}'),
            "3 words where 20 to 50 were asked for",
        ),
        (
            lambda question: Answer(
                question, text=json.dumps({k: f"{v} Sadly." for k, v in said(question, 28).items()})
            ),
            "holds the label word 'sadly'",
        ),
    ],
)
def test_a_second_bad_answer_is_a_gap(tmp_path: Path, rule: Rule, gap: str) -> None:
    out, wanted, model = tmp_path / "k.jsonl", Wanted(kinds=("interpretation",), labels=("sadness",)), Ruled(rule)
    count = build(out, model, wanted)
    assert (count.answered, count.gaps, count.invalid_rate) == (0, 9, 1.0)
    assert {(record.gap, record.texts, bool(record.raw)) for record in records(out)} == {(gap, (), True)}
    # A gap is an outcome: it is not asked again.
    assert set(model.times.values()) == {2}
    assert build(out, model, wanted).present == 9
    assert set(model.times.values()) == {2}


def test_a_model_that_asked_twice_itself_is_not_asked_a_third_time(tmp_path: Path) -> None:
    wanted = Wanted(kinds=("interpretation",))
    model = Ruled(lambda question: Answer(question, text="", valid=False, error="no JSON of the schema"))
    assert build(tmp_path / "k.jsonl", model, wanted).gaps == 9
    assert set(model.times.values()) == {1}
    assert {record.attempts for record in records(tmp_path / "k.jsonl")} == {2}
    late = Ruled(lambda question: replace(good(question), valid=False))
    count = build(tmp_path / "late.jsonl", late, wanted)
    assert (count.answered, count.invalid_rate) == (9, 1.0)


def test_an_error_is_told_and_asked_again_by_the_next_call(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    broken = Ruled(lambda question: failing(question) if "kitchen" in question.id else good(question))
    count = build(out, broken)
    assert (count.answered, count.errors, count.last_error) == (8, 6, "no answer after 6 attempts; the last: 503")
    assert count.invalid_rate == 0.0
    model = Ruled()
    count = build(out, model)
    assert (count.answered, count.present) == (6, 8)
    assert len(model.asked) == 6
    last = {record.key: record for record in records(out)}
    assert not any(record.error for record in last.values())
    assert sorted(map(str, last)) == EVERYTHING


def test_a_second_answer_that_fails_leaves_the_first_one_counted(tmp_path: Path) -> None:
    """Of fourteen first answers none is of use; twelve of the second ones are errors."""
    fixing = Ruled(first_then(worded("No."), lambda asked: (good if "void" in asked.id else failing)(asked)))
    count = build(tmp_path / "k.jsonl", fixing)
    assert (count.first, count.invalid, count.answered, count.errors) == (14, 14, 2, 12)
    assert count.invalid_rate == 1.0


def test_each_item_that_is_done_is_told_once(tmp_path: Path) -> None:
    told: list[None] = []
    for model in (Ruled(first_then(worded("No."))), Ruled()):
        told.clear()
        with Journal(tmp_path / "k.jsonl", "c", model.name, WANTED) as journal:
            Build(model, journal, WANTED).run(CHATS, lambda: told.append(None))
        assert len(told) == 14


def test_a_server_that_goes_leaves_a_valid_file(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    seen: list[Question] = []

    def leaving(question: Question) -> Answer:
        seen.append(question)
        if len(seen) == 6:
            raise LanguageModelError("no server answers")
        return good(question)

    with pytest.raises(LanguageModelError, match="no server answers"):
        build(out, Ruled(leaving))
    assert len(records(out)) == 5
    model = Ruled()
    assert build(out, model).present == 5
    assert len(model.asked) == 9
    assert keys(out) == EVERYTHING


@settings(max_examples=30)
@given(cut=st.integers(0, 10_000))
def test_a_file_cut_anywhere_is_gone_on_with(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    out = tmp_path_factory.mktemp("torn") / "k.jsonl"
    build(out, Ruled())
    whole = out.read_bytes()
    cut %= len(whole)
    out.write_bytes(whole[:cut])
    # A record that has all but its line end is whole.
    kept = whole[:cut].count(b"\n") + whole[:cut].endswith(b"}")
    model = Ruled()
    count = build(out, model)
    assert (count.present, count.answered) == (kept, 14 - kept)
    assert len(model.asked) == 14 - kept
    assert keys(out) == EVERYTHING
    assert sorted(out.read_bytes().splitlines()) == sorted(whole.splitlines())


def test_a_last_line_without_its_end_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    build(out, Ruled(), chats=CHATS[:1])
    before = out.read_bytes()
    out.write_bytes(before.rstrip(b"\n"))
    assert build(out, Ruled()).present == 6
    assert out.read_bytes().startswith(before)
    assert keys(out) == EVERYTHING


def test_two_splits_may_share_a_file(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    build(out, Ruled(), chats=CHATS[:1])
    assert build(out, Ruled(), chats=CHATS[1:]).present == 0
    assert build(out, Ruled()).present == 14
    assert keys(out) == EVERYTHING


def test_a_conversation_that_is_there_twice_is_asked_about_once(tmp_path: Path) -> None:
    model = Ruled()
    build(tmp_path / "k.jsonl", model, chats=[*CHATS, *CHATS])
    assert len(model.asked) == 14
    assert keys(tmp_path / "k.jsonl") == EVERYTHING


@pytest.mark.parametrize("ahead", [1, 100])
def test_two_conversations_of_one_id_are_told_whether_or_not_the_first_is_answered(tmp_path: Path, ahead: int) -> None:
    other = CHATS[1].model_copy(update={"id": "kitchen"})
    with pytest.raises(InputError, match="conversation id 'kitchen' is there twice; give each an id of its own"):
        build(tmp_path / "k.jsonl", Ruled(ahead=ahead), chats=[CHATS[0], other])


def test_utterances_that_share_an_id_are_told(tmp_path: Path) -> None:
    twice = CHATS[0].model_copy(update={"utterances": (*CHATS[0].utterances, CHATS[1].utterances[2])})
    with pytest.raises(InputError, match="conversation 'kitchen' has utterance '2' twice"):
        build(tmp_path / "k.jsonl", Ruled(), chats=[twice])
    empty = Conversation(id="empty", utterances=())
    assert build(tmp_path / "k.jsonl", Ruled(), chats=[empty]) == Count()


@pytest.mark.parametrize(
    ("again", "told"),
    [
        (lambda out: build(out, Ruled(name="other")), "was written by the model 'ruled', not 'other'"),
        (lambda out: build(out, Ruled(), corpus="d"), "holds knowledge about 'c', not 'd'"),
        (lambda out: build(out, Ruled(), replace(WANTED, history=2)), "another wording, --history, --causal or labels"),
        (lambda out: build(out, Ruled(), replace(WANTED, causal=True)), "another wording, --history, --causal or"),
        (lambda out: build(out, Ruled(), replace(WANTED, labels=("joy",))), "another wording, --history, --causal or"),
        (
            lambda out: build(out, Ruled(), chats=[CHATS[1].model_copy(update={"id": "kitchen"})]),
            "the question about interpretation/kitchen/0 was another one: other conversations or --context",
        ),
    ],
)
def test_a_file_of_something_else_is_refused_and_left_alone(
    tmp_path: Path, again: Callable[[Path], Count], told: str
) -> None:
    out = tmp_path / "k.jsonl"
    build(out, Ruled())
    before = out.read_bytes()
    with pytest.raises(OutputError, match="name another file with --out") as error:
        again(out)
    assert told in str(error.value)
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    "there", [b"hello", b"hello\n", b"text,emotion\nhi,joy\n", b'{"corpus": "c"}\n', b"\xff\n", b"{}"]
)
def test_a_file_that_is_no_knowledge_is_refused_and_left_alone(tmp_path: Path, there: bytes) -> None:
    out = tmp_path / "mine.txt"
    out.write_bytes(there)
    with pytest.raises(InputError, match=r"mine.txt:1: no record of knowledge \(.*\); remove the line or the file"):
        build(out, Ruled())
    assert out.read_bytes() == there


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    build(out, Ruled())
    lines = out.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3][:40] + b"\n"
    out.write_bytes(b"".join(lines))
    with pytest.raises(InputError, match=r"k.jsonl:4: no record of knowledge"):
        build(out, Ruled())


def test_the_server_may_move(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    build(out, Ruled(name="openai/q@http://one:80/v1"))
    assert build(out, Ruled(name="openai/q@http://two:80/v1")).present == 14
    assert {record.model for record in records(out)} == {"openai/q"}


def test_a_second_process_in_the_same_file_is_told(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    with Journal(out, "c", "ruled", WANTED), pytest.raises(OutputError, match="another process is writing it"):
        build(out, Ruled())
    assert build(out, Ruled()).answered == 14


@pytest.mark.parametrize("where", ["absent/k.jsonl", "."])
def test_an_output_that_cannot_be_opened(tmp_path: Path, where: str) -> None:
    with pytest.raises(OutputError, match=r"create it first|name a file"):
        build(tmp_path / where, Ruled())


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/full"])
def test_an_output_that_cannot_be_gone_on_with(device: str) -> None:
    with pytest.raises(OutputError, match=f"{device}: is no regular file and cannot be gone on with"):
        build(Path(device), Ruled())


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        with pytest.raises(OutputError, match=r"k.jsonl: "):
            build(out, Ruled())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    kept = len(records(out))
    assert 0 < kept < 14
    assert out.read_bytes().endswith(b"\n")
    assert build(out, Ruled()).present == kept
    assert keys(out) == EVERYTHING


SLOW = """
import sys, time
from pathlib import Path
from sentio.conversation import Conversation, Utterance
from sentio.knowledge.build import Build
from sentio.knowledge.items import Wanted
from sentio.knowledge.journal import Journal
from tests.knowledge.models import Ruled, good

def slow(question):
    with open(sys.argv[2], "a") as log:
        log.write(question.id + "\\n")
    time.sleep(0.002)
    return good(question)

utterances = tuple(Utterance(id=str(k), speaker="AB"[k % 2] * 3, text=f"turn {k}") for k in range(300))
wanted = Wanted()
with Journal(Path(sys.argv[1]), "c", "ruled", wanted) as journal:
    Build(Ruled(slow), journal, wanted).run([Conversation(id="long", utterances=utterances)])
"""


def test_a_process_that_is_killed_repeats_and_loses_nothing(tmp_path: Path) -> None:
    out, log = tmp_path / "k.jsonl", tmp_path / "log"
    call = [sys.executable, "-c", SLOW, str(out), str(log)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    kills = 0
    for lines in (20, 120, 220):
        with subprocess.Popen(call, env=environment) as process:
            while process.poll() is None and (not out.exists() or out.read_bytes().count(b"\n") < lines):
                time.sleep(0.005)
            kills += process.poll() is None
            process.kill()
        assert len(keys(out)) == len(set(keys(out))) >= lines
    assert kills == 3
    answered = set(keys(out))
    log.unlink()
    subprocess.run(call, env=environment, check=True)
    asked = log.read_text().splitlines()
    assert len(asked) == len(set(asked)) == 302 - len(answered)
    assert len(keys(out)) == len(set(keys(out))) == 302


def test_a_dialogue_longer_than_the_context_is_cut_and_the_task_is_not(tmp_path: Path) -> None:
    turns = tuple(
        Utterance(id=str(k), speaker="Ada" if k else "Bo", text=f"turn {k} " + "so " * 400) for k in range(40)
    )
    long = Conversation(id="long", utterances=(*turns, Utterance(id="40", speaker="Ada", text="and so on " * 5_000)))
    model = Ruled()
    build(tmp_path / "k.jsonl", model, Wanted(history=None, context=2048), [long])
    assert len(model.asked) == 43
    for question in model.asked:
        system, user = question.messages
        assert "JSON object" in system.content
        assert ("The utterance to describe:" in user.content) != ("What are the characteristics of" in user.content)
        assert len(system.content + user.content) / 3 <= 2048 - 800
    assert (
        "Bo: turn 0"
        in next(q for q in model.asked if q.id.startswith('["characteristics", "long", null, "Bo"')).messages[1].content
    )
