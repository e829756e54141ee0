"""Corpora that hold the same conversations: what of them is known of a target is known of its test, too.

EmoryNLP and MELD are both cut from Friends: 638 of MELD's 2,610 test utterances stand in EmoryNLP's train split with
a label (counted for PRC-Emo, whose repository holds both).
"""

from sentio.card import CorpusCard
from sentio.registry import components


def kin(corpus: str) -> frozenset[str]:
    """The other corpora that share conversations with this one by what cards say (`shares`), through any number of
    corpora between; none of a corpus that has no card.

    >>> sorted(kin("meld") & {"emorynlp", "iemocap", "peld"})
    ['emorynlp', 'peld']
    """
    related: dict[str, set[str]] = {}
    for name, component in components("corpora").items():
        if isinstance(component.card, CorpusCard):
            for share in component.card.shares:
                other = share.removesuffix("/*")
                related.setdefault(name, set()).add(other)
                related.setdefault(other, set()).add(name)
    found, ahead = {corpus}, [corpus]
    while ahead:
        fresh = related.get(ahead.pop(), set()) - found
        found |= fresh
        ahead += fresh
    return frozenset(found - {corpus})
