"""Found causes apart: by how far back a candidate lies, and by the annotated type of the emotion's causes.

A score over all pairs says little: four of five causes of RECCON are the emotional utterance or the one before it.
"""

from collections.abc import Iterator, Mapping, Sequence

from sentio.corpora.reccon_folds import fold1
from sentio.gold import AnnotatedConversation
from sentio.metrics.extractive import EntailmentScores, causal_entailment_scores
from sentio.results.causes import Cause, CauseType, Effect, cause_types

FAR = 5
"""From so many utterances on distances are counted together."""
Found = Mapping[tuple[str, str, str], bool]
"""Whether a candidate was taken for a cause, by conversation, emotional utterance and candidate."""


def by_distance(items: Sequence[AnnotatedConversation], found: Found) -> dict[int, EntailmentScores]:
    """Scores of the rows whose candidate lies so many utterances before the target, `FAR` for all beyond, too."""
    parts: dict[int, list[tuple[bool, bool]]] = {back: [] for back in range(FAR + 1)}
    for item in items:
        place = {utterance.id: number for number, utterance in enumerate(item.conversation.utterances)}
        for target, candidate, gold in _rows(item):
            back = min(FAR, place[target] - place[candidate])
            parts[back].append((gold, found[item.id, target, candidate]))
    return {back: _scores(part) for back, part in parts.items() if part}


def by_type(items: Sequence[AnnotatedConversation], found: Found) -> dict[str, EntailmentScores]:
    """Scores of the rows of the targets with a type among those that the annotators gave; a target has several."""
    parts: dict[str, list[tuple[bool, bool]]] = {}
    for item in items:
        kinds = {cause.target: cause.kinds for cause in item.causes}
        for target, candidate, gold in _rows(item):
            for kind in kinds[target]:
                parts.setdefault(kind, []).append((gold, found[item.id, target, candidate]))
    return {kind: _scores(part) for kind, part in sorted(parts.items())}


def types_agree(items: Sequence[AnnotatedConversation]) -> Iterator[tuple[tuple[CauseType, ...], tuple[str, ...]]]:
    """Of each target the types that `cause_types` reads off its annotated causes, and the annotated ones, in the
    alphabet's order.

    Causes that are said later count for neither; one that nobody says is none of its utterances.
    """
    for item in items:
        order = [utterance.id for utterance in item.conversation.utterances]
        for target in dict.fromkeys(cause.target for cause in item.causes):
            before = order[: order.index(target) + 1]
            mine = [cause for cause in item.causes if cause.target == target]
            said = dict.fromkeys(cause.evidence for cause in mine if cause.evidence in before)
            effect = Effect(
                utterance=target,
                emotion=str(item.gold["emotion"][target]),
                causes=tuple(Cause(utterance=str(evidence), probability=1) for evidence in said),
            )
            annotated = {kind for cause in mine for kind in cause.kinds}
            yield tuple(sorted(cause_types(item.conversation, effect))), tuple(sorted(annotated))


def _rows(item: AnnotatedConversation) -> Iterator[tuple[str, str, bool]]:
    return ((row.target, row.candidate, row.is_cause) for row in fold1([item]))


def _scores(rows: Sequence[tuple[bool, bool]]) -> EntailmentScores:
    gold, found = zip(*rows, strict=True)
    return causal_entailment_scores(gold, found)
