"""The replies of two finished runs, side by side with the conversations they answer."""

from pathlib import Path

import numpy as np

from sentio import corpora
from sentio.errors import ScoreError
from sentio.evaluation import folders
from sentio.evaluation.aligned import Aligned
from sentio.evaluation.judging import Pair


def reply_pairs(first: Path, second: Path, sample: int, data: Path | None) -> list[Pair]:
    """Up to `sample` turns that both runs replied to, drawn at random and always the same ones, in corpus order.

    Both must be runs of one corpus, split and the target `reply`; the first seed of each counts. Turns on which the two
    say the same are left out. Raises `ScoreError` for other runs, `InputError` for what cannot be read.
    """
    left, right = folders.contender(first), folders.contender(second)
    asked = left.outcome
    if any(side.outcome.task != "reply" for side in (left, right)):
        raise ScoreError("only replies can be judged; score systems with: sentio evaluate --target reply")
    table = Aligned.of(left.answers(), right.answers()).table
    table = table.filter(table["seed"] == table["seed"].min(), table["first"] != table["second"])
    if table.height > sample:
        chosen = np.random.default_rng(0).choice(table.height, size=sample, replace=False)
        table = table[np.sort(chosen).tolist()]
    items = corpora.load(asked.corpus, data).conversations(asked.split)
    talks = {item.id: item.conversation for item in items}
    pairs = []
    for row in table.iter_rows(named=True):
        talk = talks[row["conversation"]]
        place = next(number for number, turn in enumerate(talk.utterances) if turn.id == row["utterance"])
        before = talk.model_copy(update={"utterances": talk.utterances[:place]})
        pairs.append(Pair(before, row["speaker"], row["first"], row["second"]))
    return pairs
