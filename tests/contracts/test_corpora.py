"""What every registered corpus promises, on the miniature of its release in tests/corpora/examples/ID."""

import csv
import gzip
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sentio import labels, registry
from sentio.card import CorpusCard
from sentio.corpora import Corpus, CorpusFolder
from sentio.errors import InputError, UnknownName
from sentio.gold import AnnotatedConversation, Item, Question, Value

CORPORA = registry.components("corpora")
EXAMPLES = Path(__file__).parents[1] / "corpora" / "examples"
TEXTS = (".csv", ".tsv", ".txt", ".json", ".jsonl")

pytestmark = pytest.mark.parametrize("name", CORPORA)


def card_of(name: str) -> CorpusCard:
    card = CORPORA[name].card
    assert isinstance(card, CorpusCard), "a corpus needs a CorpusCard"
    return card


def opened(name: str, path: Path) -> Corpus:
    card = card_of(name)
    return Corpus(name=name, card=card, files=CorpusFolder(path, card), module=CORPORA[name].load())


@pytest.fixture
def corpus(name: str) -> Corpus:
    assert (EXAMPLES / name).is_dir(), f"write a miniature of the release in {EXAMPLES / name}"
    return opened(name, EXAMPLES / name)


@pytest.fixture
def copy(corpus: Corpus, tmp_path: Path) -> Corpus:
    """The miniature where a test may damage it."""
    shutil.copytree(corpus.files.path, tmp_path / "copy")
    return opened(corpus.name, tmp_path / "copy")


def items(corpus: Corpus) -> Iterator[tuple[str, Item]]:
    for split in corpus.splits:
        for item in corpus.read(split):
            yield split, item


def conversations(corpus: Corpus) -> Iterator[AnnotatedConversation]:
    return (item for _, item in items(corpus) if isinstance(item, AnnotatedConversation))


def test_the_card_is_complete(name: str) -> None:
    card = card_of(name)
    assert all((card.title, card.summary, card.licence, card.obtain, card.tasks, card.files, card.languages))
    assert all(card.files.values())
    files = {file for of_split in card.files.values() for file in of_split}
    assert set(card.checksums) <= files
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in card.checksums.values())
    assert set(card.counts) <= set(card.files)
    assert set(card.spaces) <= set(card.layers)
    for layer, space in card.spaces.items():
        assert set(card.layers[layer]) == set(labels.space(space).labels)
    assert all(len(set(order)) == len(order) for order in card.layers.values())


def test_the_file_opens_with_its_source(name: str) -> None:
    assert (CORPORA[name].load().__doc__ or "").strip()


def test_every_split_of_the_miniature_is_read(corpus: Corpus) -> None:
    assert {split for split in corpus.card.files if split != "test"} <= set(corpus.splits)
    assert {split for split, _ in items(corpus)} == set(corpus.splits)


def test_annotations_are_of_utterances_and_in_the_cards_labels(corpus: Corpus) -> None:
    layers = corpus.card.layers
    for item in conversations(corpus):
        text = {u.id: u.text for u in item.conversation.utterances}
        assert set(item.gold) | set(item.votes) <= set(layers)
        for layer, of_utterance in [*item.gold.items(), *item.machine.items()]:
            assert set(of_utterance) <= set(text)
            for value in of_utterance.values():
                check_value(value, layers.get(layer, ()))
        for layer, voters in item.votes.items():
            assert set(voters) <= set(text)
            for votes in voters.values():
                for vote in votes.values():
                    check_value(vote, layers[layer])
        for cause in item.causes:
            assert cause.target in text
            assert cause.span in (text[cause.evidence] if cause.evidence is not None else "")


def check_value(value: Value, order: tuple[str, ...]) -> None:
    """A label, or some, of the order; a layer without order holds scores and texts."""
    if order:
        assert not isinstance(value, float)
        assert ({value} if isinstance(value, str) else set(value)) <= set(order)


def test_the_first_layer_is_annotated(corpus: Corpus) -> None:
    read = [item for _, item in items(corpus)]
    if all(isinstance(item, Question) for item in read):
        pytest.skip("questions carry their answers")
    layer = next(iter(corpus.card.layers))
    assert any(item.gold.get(layer) for item in conversations(corpus))


def test_items_survive_json(corpus: Corpus) -> None:
    for _, item in items(corpus):
        assert type(item).model_validate_json(item.model_dump_json()) == item


def test_packed_files_are_read_alike(corpus: Corpus, copy: Corpus) -> None:
    for path in text_files(copy).values():
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert list(items(copy)) == list(items(corpus))


def test_an_unknown_split_is_named(corpus: Corpus) -> None:
    with pytest.raises(UnknownName, match="trian"):
        corpus.read("trian")


def test_a_missing_file_says_where_to_ask(copy: Corpus) -> None:
    for split in copy.splits:
        file = copy.card.files[split][-1]
        kept = (copy.files.path / file).read_bytes()
        (copy.files.path / file).unlink()
        with pytest.raises(InputError, match="missing") as error:
            list(copy.read(split))
        assert Path(error.value.path or "").name == Path(file).name
        assert " ".join(copy.card.obtain.split()) in str(error.value)
        (copy.files.path / file).write_bytes(kept)


def test_a_download_that_stopped_names_file_and_line(copy: Corpus) -> None:
    for file, path in text_files(copy).items():
        kept, packed = path.read_bytes(), path.with_name(path.name + ".gz")
        packed.write_bytes(gzip.compress(kept)[:-12])
        path.unlink()
        with pytest.raises(InputError) as raised:
            read_with(copy, file)
        error = raised.value
        assert Path(error.path or "").name.startswith(path.name)
        # A packed JSON document is unpacked whole before there are lines.
        assert error.line is not None or path.suffix == ".json"
        packed.unlink()
        path.write_bytes(kept)


def test_a_cut_file_is_a_clear_error_or_ends_early(copy: Corpus) -> None:
    for file, path in text_files(copy).items():
        kept = path.read_bytes()
        for cut in {len(kept) * part // 8 for part in range(1, 8)}:
            path.write_bytes(kept[:cut])
            try:
                read_with(copy, file)
            except InputError as error:
                assert error.path is not None  # noqa: PT017
                assert error.line is not None or error.cause == "holds nothing"  # noqa: PT017
            else:
                assert path.suffix != ".json", f"{file} cut at {cut} of {len(kept)} was taken for whole"
        path.write_bytes(kept)


def test_flipped_bytes_of_a_packed_file_are_noticed(copy: Corpus) -> None:
    for file, path in text_files(copy).items():
        kept, packed = path.read_bytes(), path.with_name(path.name + ".gz")
        path.unlink()
        whole = gzip.compress(kept)
        for place in range(10, len(whole) - 2, max(1, len(whole) // 5)):
            damaged = bytearray(whole)
            damaged[place : place + 2] = (byte ^ 0xFF for byte in whole[place : place + 2])
            packed.write_bytes(damaged)
            with pytest.raises(InputError) as error:
                read_with(copy, file)
            assert error.value.path is not None
        packed.unlink()
        path.write_bytes(kept)


def test_an_empty_file_is_no_split_without_items(copy: Corpus) -> None:
    for path in text_files(copy).values():
        kept = path.read_bytes()
        path.write_bytes(b"")
        with pytest.raises(InputError):
            list(items(copy))
        path.write_bytes(kept)


def test_a_column_of_another_name_is_missed_or_costs_no_item(
    copy: Corpus, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "table":
        pytest.skip("a table of one's own needs no column but the text")
    headers: dict[str, tuple[str, bool]] = {}
    rows = CorpusFolder.rows

    def noted(
        files: CorpusFolder,
        file: str,
        *,
        delimiter: str = ",",
        columns: tuple[str, ...] | None = None,
        quoted: bool = True,
    ) -> Iterator[tuple[int, dict[str, str]]]:
        if columns is None:
            headers[file] = (delimiter, quoted)
        return rows(files, file, delimiter=delimiter, columns=columns, quoted=quoted)

    monkeypatch.setattr(CorpusFolder, "rows", noted)
    ids = [item.id for _, item in items(copy)]
    for file, (delimiter, quoted) in list(headers.items()):
        path = copy.files.path / file
        kept = path.read_text("utf-8-sig")
        header, _, below = kept.partition("\n")
        names = next(csv.reader([header], delimiter=delimiter)) if quoted else header.split(delimiter)
        for place in range(len(names)):
            renamed = delimiter.join([*names[:place], "renamed", *names[place + 1 :]])
            path.write_text(f"{renamed}\n{below}", "utf-8")
            with suppress(InputError):
                assert [item.id for _, item in items(copy)] == ids
        path.write_text(kept, "utf-8")


def text_files(corpus: Corpus) -> dict[str, Path]:
    """The text files of the splits that are there, by their names in the release."""
    names = dict.fromkeys(file for split in corpus.splits for file in corpus.card.files[split])
    return {name: corpus.files.path / name for name in names if name.endswith(TEXTS)}


def read_with(corpus: Corpus, file: str) -> None:
    """Read every split that the file belongs to."""
    for split in corpus.splits:
        if file in corpus.card.files[split]:
            list(corpus.read(split))


def test_the_users_copy_is_the_one_that_was_measured(name: str, data: Path) -> None:
    card = card_of(name)
    folder = data / (card.folder or name)
    if not folder.is_dir():
        pytest.skip(f"no copy of {name} at hand")
    corpus = opened(name, folder)
    assert [state.name for state in corpus.check() if state.state == "differs"] == []
    for split, expected in card.counts.items():
        counted: Counter[str] = Counter()
        for item in corpus.read(split):
            if isinstance(item, AnnotatedConversation):
                counted.update(conversations=1, utterances=len(item.conversation))
            else:
                counted["questions"] += 1
        assert counted == {what: n for what, n in expected.items() if what in counted}
