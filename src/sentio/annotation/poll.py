"""All votes on the utterances of some sources: the corpora's own and those of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentio.annotation.utterances import Labelled, Source
from sentio.annotation.votes import AUTHOR, Kind, Vote, read
from sentio.errors import InputError


@dataclass(frozen=True)
class Poll:
    """`votes` of each utterance of `utterances` by annotator, the author's among them; `kinds` and, of language models
    whose votes name it, `models` by annotator. `anonymous` are those that a corpus only numbers: another one for each
    utterance, and nobody of a votes file."""

    sources: tuple[Source, ...]
    utterances: tuple[Labelled, ...]
    votes: tuple[Mapping[str, str], ...]
    kinds: Mapping[str, Kind]
    models: Mapping[str, str]
    anonymous: frozenset[str]

    def independent(self, place: int) -> list[str]:
        """The votes on an utterance without its author's."""
        return [label for who, label in self.votes[place].items() if who != AUTHOR]


def poll(sources: Sequence[Source], files: Sequence[Path] = ()) -> Poll:
    """The votes that the corpora hold and those of the files, which are read one after the other.

    Raises `InputError`, with file and line, for a vote on an utterance that is not there or says something else, for
    a label that its corpus has not, and where an annotator votes twice and differently or changes its kind; with files,
    though there be no vote in them yet, where two conversations have one id.
    """
    count = _Count(sources, voted=bool(files))
    for path in dict.fromkeys(files):
        for line, vote in read(path):
            if wrong := count.fault(vote):
                raise InputError(wrong, path=path, line=line)
            count.add(vote)
    return Poll(tuple(sources), count.utterances, tuple(count.votes), count.kinds, count.models, count.anonymous)


def by_id(utterances: Sequence[Labelled]) -> dict[tuple[str, str], int]:
    """The places of the utterances by the ids with which a vote names them.

    Raises `InputError` where two conversations have one id, so that nobody would know which one is voted on.
    """
    places = {one.key: place for place, one in enumerate(utterances)}
    if len(places) < len(utterances):
        raise InputError(_twice(utterances))
    return places


class _Count:
    """The votes so far."""

    def __init__(self, sources: Sequence[Source], voted: bool) -> None:
        """`voted` says whether there are votes of files to come, which have to find their utterances."""
        self.utterances = tuple(one for source in sources for one in source.utterances)
        self.votes = [_given(one) for one in self.utterances]
        self.kinds: dict[str, Kind] = {}
        self.models: dict[str, str] = {}
        for source in sources:
            for who in sorted({who for one in source.utterances for who in _given(one)}):
                self.kinds[who] = "author" if who == AUTHOR else source.kind
        own = (who for one in self.utterances for who in one.votes)
        self.anonymous = frozenset(who for who in own if who.isdecimal())
        self._named = ", ".join(source.name for source in sources)
        self._places = by_id(self.utterances) if voted else {}

    def fault(self, vote: Vote) -> str | None:
        """What is wrong with a vote. No label is told: who reads this may be about to vote."""
        place = self._places.get((vote.conversation, vote.utterance))
        where = f"utterance {vote.utterance!r} of conversation {vote.conversation!r}"
        if place is None:
            nothing = f"is not in {self._named}, or has neither one label nor votes there"
            return f"{where} {nothing}; name all that the file is about"
        one, before = self.utterances[place], self.votes[place].get(vote.annotator)
        if vote.of and vote.of != one.of:
            return f"{where} has another text in {one.source}; the votes are about another version or corpus"
        if vote.label not in one.labels:
            return f"{vote.label!r} is no label of {one.source}, which has {', '.join(one.labels)}"
        if vote.annotator in self.anonymous:
            nameless = f"the number of an annotator without a name in {self._named}"
            return f"{vote.annotator!r} is {nameless}; give yours another name"
        if self.kinds.get(vote.annotator, vote.kind) != vote.kind:
            return f"{vote.annotator!r} is a {self.kinds[vote.annotator]} elsewhere; give each annotator its own name"
        if vote.instead_of is not None and vote.instead_of != before:
            return f"{vote.annotator!r} takes back a vote on {where} that does not stand before it"
        if vote.instead_of is None and before not in (None, vote.label):
            return f"{vote.annotator!r} has voted otherwise on {where} before; remove one of the two votes"
        model = self.models.get(vote.annotator, vote.model)
        return None if model == vote.model else f"{vote.annotator!r} is another model elsewhere: {model}"

    def add(self, vote: Vote) -> None:
        """Count a vote that has no fault."""
        self.votes[self._places[vote.conversation, vote.utterance]][vote.annotator] = vote.label
        self.kinds[vote.annotator] = vote.kind
        if vote.model:
            self.models[vote.annotator] = vote.model


def _given(one: Labelled) -> dict[str, str]:
    return {**({AUTHOR: one.author} if one.author else {}), **one.votes}


def _twice(utterances: Sequence[Labelled]) -> str:
    """Which conversation is there twice."""
    seen: dict[str, str] = {}
    for one in utterances:
        if seen.setdefault(one.conversation.id, one.source) != one.source:
            both = f"{seen[one.conversation.id]} and {one.source}"
            apart = "verify them one after the other, each with a votes file of its own"
            return f"conversation {one.conversation.id!r} is in {both}; {apart}"
    raise AssertionError("ids are unique within a split")
