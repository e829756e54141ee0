"""Knowledge is found by place, is that of this conversation, and what is lacking is counted."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.knowledge.models import CHATS, Ruled, chat, failing, good, worded

from sentio.errors import InputError
from sentio.knowledge.build import Build
from sentio.knowledge.coverage import Coverage, coverage
from sentio.knowledge.items import Key, Wanted
from sentio.knowledge.journal import Journal
from sentio.knowledge.reading import Knowledge
from sentio.llms.base import Answer, Question
from sentio.prompts.parts import Insight


def built(out: Path, model: Ruled, wanted: Wanted) -> Path:
    with Journal(out, "c", model.name, wanted) as journal:
        Build(model, journal, wanted).run(CHATS)
    return out


def telling(question: Question) -> Answer:
    """An answer of the length that was asked for, that tells what it is about."""
    answer = good(question)
    assert answer.value is not None
    return replace(answer, value={key: f"About {question.id} {key}: {text}" for key, text in answer.value.items()})


def test_each_utterance_finds_what_was_said_of_it_and_of_its_speaker(tmp_path: Path) -> None:
    with Knowledge(built(tmp_path / "k.jsonl", Ruled(telling), Wanted())) as knowledge:
        assert len(knowledge) == 14
        assert knowledge.kinds == {"interpretation", "characteristics"}
        assert knowledge.models == ("ruled",)
        assert not knowledge.causal
        for conversation in CHATS:
            for place, utterance in enumerate(conversation.utterances):
                insight = knowledge.insight(conversation, place)
                about = f'About ["interpretation", "{conversation.id}", "{utterance.id}", null]'
                assert insight.explicit.startswith(f"{about} ExplicitEmotion:")
                assert insight.implicit.startswith(f"{about} ImplicitEmotion:")
                whom = f'About ["characteristics", "{conversation.id}", null, "{utterance.speaker}"] Response:'
                assert insight.characteristics.startswith(whom)


def test_causal_characteristics_belong_to_an_utterance(tmp_path: Path) -> None:
    with Knowledge(built(tmp_path / "k.jsonl", Ruled(telling), Wanted(causal=True))) as knowledge:
        assert knowledge.causal
        assert len(knowledge) == 18
        insight = knowledge.insight(CHATS[0], 2)
        assert insight.characteristics.startswith('About ["characteristics", "kitchen", "2", null] Response:')


def test_gaps_and_what_was_never_asked_are_empty(tmp_path: Path) -> None:
    with Knowledge(built(tmp_path / "k.jsonl", Ruled(worded("No.")), Wanted(kinds=("interpretation",)))) as knowledge:
        assert knowledge.insight(CHATS[0], 0) == Insight()
        found = knowledge.record(Key("interpretation", "kitchen", "0"))
        assert found is not None
        assert found.gap
        assert knowledge.record(Key("characteristics", "kitchen", speaker="Ada")) is None
        assert knowledge.insight(chat("elsewhere", "Ada: Hm?"), 0) == Insight()


def test_the_last_of_two_records_holds(tmp_path: Path) -> None:
    wanted = Wanted(kinds=("interpretation",))
    built(tmp_path / "k.jsonl", Ruled(failing), wanted)
    with Knowledge(built(tmp_path / "k.jsonl", Ruled(telling), wanted)) as knowledge:
        assert len(knowledge) == 9
        assert knowledge.insight(CHATS[0], 1).explicit.startswith("About")


def test_knowledge_of_another_conversation_with_the_same_ids_is_refused(tmp_path: Path) -> None:
    with (
        Knowledge(built(tmp_path / "k.jsonl", Ruled(), Wanted())) as knowledge,
        pytest.raises(InputError, match="utterance '0' of 'kitchen' says something else there"),
    ):
        knowledge.insight(chat("kitchen", "Ada: The tulips are out!"), 0)


def test_characteristics_of_another_conversation_with_the_same_speakers_are_refused(tmp_path: Path) -> None:
    kept = built(tmp_path / "k.jsonl", Ruled(), Wanted(kinds=("characteristics",)))
    other = chat("kitchen", "Ada: Who ate my cake?", "Bo: Not me.", "Ada: The plate is warm.", "Bo: We won the cup!")
    with Knowledge(kept) as knowledge:
        assert knowledge.insight(CHATS[0], 0).characteristics
        with pytest.raises(InputError, match="is about another conversation: an utterance of 'kitchen' says something"):
            knowledge.insight(other, 0)
        # The hash of one conversation is not taken for that of the next.
        assert knowledge.insight(CHATS[1], 0).characteristics
        (found,) = coverage(knowledge, [other], ())
    assert (found.answered, len(found.foreign), found.whole) == (0, 2, False)


def test_a_last_line_without_its_end_is_read(tmp_path: Path) -> None:
    out = built(tmp_path / "k.jsonl", Ruled(), Wanted())
    out.write_bytes(out.read_bytes().rstrip(b"\n"))
    with Knowledge(out) as knowledge:
        assert len(knowledge) == 14
        assert all(one.whole for one in coverage(knowledge, CHATS, ()))


def test_a_file_without_knowledge(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").touch()
    with pytest.raises(InputError, match=r"k.jsonl: holds no knowledge yet; `sentio knowledge build` writes it"):
        Knowledge(tmp_path / "k.jsonl")
    with pytest.raises(InputError, match=r"absent.jsonl: cannot be read: No such file"):
        Knowledge(tmp_path / "absent.jsonl")
    with pytest.raises(InputError, match=r"/dev/zero: is no regular file"):
        Knowledge(Path("/dev/zero"))


def mixed(question: Question) -> Answer:
    """Of the kitchen: a gap, an error, a label word and two good ones for speakers."""
    if '"kitchen", "0"' in question.id:
        return Answer(question, text="No.")
    if '"kitchen", "1"' in question.id:
        return failing(question)
    answer = good(question)
    if '"kitchen", "2"' in question.id and answer.value is not None:
        return replace(answer, value={key: f"{text} Sadly." for key, text in answer.value.items()})
    return answer


def test_coverage_counts_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    out = built(tmp_path / "k.jsonl", Ruled(mixed), Wanted())
    chats = [CHATS[0], chat("garden", "Cem: Look, tulips!", "Dora: They came back."), chat("attic", "Eve: Boo!")]
    with Knowledge(out) as knowledge:
        interpretations, characteristics = coverage(knowledge, chats, ("sadness",))
    assert interpretations == Coverage(
        "interpretation",
        wanted=7,
        answered=3,
        gaps=1,
        errors=1,
        lacking=[Key("interpretation", "attic", "0")],
        foreign=[Key("interpretation", "garden", "0")],
        words=(28, 29),
        off_length=0,
        label_words=Counter(sadly=2),
    )
    assert (characteristics.wanted, characteristics.answered, characteristics.words) == (5, 2, (98, 98))
    assert characteristics.lacking == [Key("characteristics", "attic", speaker="Eve")]
    # What was written about a speaker belongs to the conversation as a whole.
    assert characteristics.foreign == [Key("characteristics", "garden", speaker=who) for who in ("Cem", "Dora")]
    assert not interpretations.whole
    with Knowledge(built(tmp_path / "whole.jsonl", Ruled(), Wanted())) as knowledge:
        assert all(one.whole for one in coverage(knowledge, CHATS, ()))


def test_millions_of_answers_stay_on_disk(tmp_path: Path) -> None:
    """Memory is that of the places, not of the texts: the file here is fifteen times as large."""
    import tracemalloc

    turns = [f"Ada: turn {k}" for k in range(3_000)]
    long = chat("long", *turns)
    wanted = Wanted(kinds=("interpretation",))
    with Journal(tmp_path / "k.jsonl", "c", "ruled", wanted) as journal:
        for item in wanted.items([long]):
            journal.keep(item, texts=("so " * 1_000, "yes"))
    tracemalloc.start()
    with Knowledge(tmp_path / "k.jsonl") as knowledge:
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert knowledge.insight(long, 2_999).implicit == "yes"
    size = (tmp_path / "k.jsonl").stat().st_size
    assert taken / 3_000 < 600 < size / 3_000
