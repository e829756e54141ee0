"""Golden checks 6 and 7 of PRC-Emo on the real corpora: what the repository holds, and that nobody finds themselves.

Vectors are those of `mini`: who finds whom by which rule holds whatever the encoder.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sentio import corpora
from sentio.corpora.leaks import normalised
from sentio.labels import SPACES
from sentio.retrieval import Query, Repository, Retrieval, Retriever, Target, build
from sentio.retrieval.unification import released

PARTS = {"prc_demonstrations": 14009, "iemocap": 5163, "meld": 9989}
"""As the released script builds: 29,161 entries; with EmoryNLP's 7,551 the paper's 36,712."""


def labels(corpus: str, data: Path) -> list[str]:
    layer = "emotion"
    items = corpora.load(corpus, data).conversations("train")
    return [str(value) for item in items for value in item.gold.get(layer, {}).values()]


def test_counts_of_the_parts_and_their_labels(data: Path) -> None:
    found = {corpus: labels(corpus, data) for corpus in PARTS}
    assert {corpus: len(values) for corpus, values in found.items()} == PARTS
    assert sum(PARTS.values()) == 29161
    unified = Counter(released(label, corpus) for corpus, values in found.items() for label in values)
    assert unified == {
        "neutral": 9240, "happy": 4915, "sad": 4270, "anger": 3669, "fear": 2871,
        "frustrated": 1296, "surprise": 1205, "angry": 831, "excited": 593, "disgust": 271,
    }  # fmt: skip


def test_emorynlp_as_prc_emo_reads_it(data: Path) -> None:
    if not (data / "peld" / "source_data" / "emorynlp").is_dir():
        pytest.skip("the reduced EmoryNLP is not at hand")
    found = Counter(labels("emorynlp_7551", data))
    assert found.total() == 7551
    assert sum(PARTS.values()) + found.total() == 36712
    assert found == {
        "neutral": 2485, "joyful": 1677, "scared": 941, "mad": 785, "peaceful": 638, "powerful": 551, "sad": 474,
    }  # fmt: skip


@pytest.fixture(scope="session")
def iemocap(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return build(["iemocap:session1"], tmp_path_factory.mktemp("demos") / "iemocap", encoder="mini", data=data)


def test_a_train_query_never_finds_its_own_text(iemocap: Repository) -> None:
    asked = [Query(e.text, e.corpus, e.conversation, e.position) for e in map(iemocap.entry, range(len(iemocap)))]
    target = Target("iemocap", SPACES["iemocap6"].labels)
    found = Retriever(iemocap, target).neighbours(asked).rows
    texts = [normalised(query.text) for query in asked]
    for row, rows in enumerate(found):
        assert (rows >= 0).all()
        assert texts[row] not in {texts[other] for other in rows}
        assert asked[row].conversation not in {asked[other].conversation for other in rows}
    itself = Retriever(iemocap, target, Retrieval(exclude="self")).neighbours(asked).rows
    assert not (itself == np.arange(len(asked))[:, None]).any()
    copied = [texts[row] in {texts[other] for other in rows} for row, rows in enumerate(itself)]
    # The paper's rule leaves the twins: every row that has one finds it.
    often = Counter(texts)
    assert sum(copied) == sum(often[text] > 1 for text in texts) > 0
