"""No sentence of everyday stands in a corpus of the data folder: its runs of eight words are looked for in every text
file there, also of corpora that sentio does not read."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from sentio import corpora
from sentio.corpora.phrases import SHARED, words

IDIOMS = (
    "this is the best day of my life",  # EmoContext, MIntRec2.0
    "look me in the eye and tell me",  # EmoryNLP
    "i love you i love you i love you",  # EmoContext, LongEmotion
    "is there anything else i can help you with today",  # DailyDialog, ESConv
)
"""Shared with these corpora: what anybody says."""

READ = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".md")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def lines_of(file: Path) -> list[str]:
    """The lines of a file, with what JSON escapes: line ends, apostrophes, Chinese."""
    packed = file.read_bytes()
    text = (gzip.decompress(packed) if file.suffix == ".gz" else packed).decode("utf-8", "replace")
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\[nrt]", " ", plain).splitlines()


def grams(text: str) -> Iterator[tuple[str, ...]]:
    said = words(text)
    return zip(*(said[start:] for start in range(SHARED)), strict=False)


def test_what_json_escapes_is_read(tmp_path: Path) -> None:
    told = ["You\u2019d say:\n我们走吧, wouldn't you?", "It\u2019s a gift."]
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(told, indent=0).encode()))
    said = [words(line) for line in lines_of(tmp_path / "a.json.gz")]
    assert ["you'd", "say", *"我们走吧", "wouldn't", "you"] in said
    assert ["it's", "a", "gift"] in said


def test_no_run_of_eight_words_is_in_another_corpus_but_by_idiom(data: Path) -> None:
    corpus = corpora.load("everyday")
    items = [item for split in corpus.splits for item in corpus.conversations(split)]
    ours = {gram for item in items for turn in item.conversation.utterances for gram in grams(turn.text)}
    files = [file for file in data.rglob("*") if file.name.removesuffix(".gz").endswith(READ) and file.is_file()]
    found: dict[str, Path] = {}
    for file in files:
        for line in {line for line in lines_of(file) if len(line) >= SHARED}:
            found |= {" ".join(gram): file for gram in ours.intersection(grams(line))}
    assert files
    assert {phrase: file.name for phrase, file in found.items() if not any(phrase in idiom for idiom in IDIOMS)} == {}
