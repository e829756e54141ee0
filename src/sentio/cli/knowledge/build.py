"""`sentio knowledge build`: a language model's answers about every utterance and speaker, on disk as they come."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from sentio.cli.knowledge.source import Source
    from sentio.cli.progress import Progress
    from sentio.knowledge.build import Count
    from sentio.knowledge.items import Wanted

LEAST_CONTEXT = 2048
"""Below it an instruction and an answer leave no room for a conversation."""


def _none_below_0(annotation: object, value: int | str) -> None:
    """`Number` takes no words, and --history takes one."""
    if isinstance(value, int):
        Number(gte=0)(annotation, value)


def build(
    *,
    llm: str,
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    corpus: str | None = None,
    split: str | None = None,
    file: Path | None = None,
    kind: Literal["interpretation", "characteristics", "both"] = "both",
    history: Annotated[Literal["all"] | int, Parameter(validator=_none_below_0)] = 5,
    causal: Annotated[bool, Parameter(negative="")] = False,
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    context: Annotated[int, Parameter(validator=Number(gte=LEAST_CONTEXT))] = 4096,
    concurrency: Annotated[int, Parameter(validator=Number(gte=1))] = 16,
    cache: Path | None = None,
    data: Path | None = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> int:
    """Ask a language model what each utterance shows and hides, and what each speaker is like.

    Every answer is written as it comes. Killed and called again, it goes on where it was and asks nothing twice.

    Examples:

    sentio knowledge build --corpus meld --llm openai/Qwen3-14B@http://localhost:8000/v1 --out meld.jsonl --limit 5
    sentio knowledge build --corpus meld --split validation --llm hf/models/qwen3-14b --out meld.jsonl
    sentio knowledge build --file chat.txt --llm openai/qwen3:14b@http://localhost:11434/v1 --out chat.jsonl --causal

    Parameters
    ----------
    llm
        Where the language model is: openai/MODEL@http://HOST:PORT/v1, hf/PATH and more (`sentio ls llms`).
    out
        The file to write, or to go on with: a JSON line an answer. One file may hold several splits of a corpus.
    corpus
        A name of `sentio corpora ls`, or your own CSV or JSONL file with labels.
    split
        The part of the corpus; train by default, or the only one there is.
    file
        Your own conversations instead of a corpus, in any format that `sentio recognize` reads.
    kind
        interpretation asks once an utterance, characteristics once a speaker of a conversation.
    history
        How many utterances before the one that is interpreted the model reads, or all (as the paper has it).
    causal
        Describe a speaker anew at each utterance from what was said up to it, not from the whole conversation:
        for use on conversations that are still going on. As many questions as utterances.
    limit
        Stop after this many conversations.
    context
        Tokens the model reads and writes at most; of longer conversations the oldest turns are left out.
    concurrency
        Questions worked on at once.
    cache
        An SQLite file with the answers of earlier calls.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    quiet
        No progress.
    """
    from contextlib import closing

    from sentio import llms
    from sentio.cli import DONE, SKIPPED
    from sentio.cli.knowledge.source import opened
    from sentio.cli.progress import Progress
    from sentio.knowledge.build import Build
    from sentio.knowledge.items import KINDS, Wanted
    from sentio.knowledge.journal import Journal

    _keep_input(file, out)
    source = opened(corpus, split, file, data, limit)
    wanted = Wanted(
        kinds=KINDS if kind == "both" else (kind,),
        history=None if history == "all" else history,
        causal=causal,
        labels=source.labels,
        context=context,
    )
    with (
        Progress(shown=not quiet and sys.stderr.isatty()) as progress,
        closing(llms.open(llm, cache=cache, concurrency=concurrency)) as model,
        Journal(out, source.name, model.name, wanted) as journal,
    ):
        shown = _shown(progress, wanted, source) if sys.stderr.isatty() and not quiet else _nothing
        count = Build(model, journal, wanted).run(source.read(), shown)
    print(_summary(count, out))
    return SKIPPED if count.errors else DONE


def _keep_input(file: Path | None, out: Path) -> None:
    """Raise `OutputError` where the answers would go into the input, or where no later call can go on."""
    from sentio.cli import STREAM
    from sentio.errors import OutputError

    if out == Path(STREAM):
        raise OutputError("standard output cannot be gone on with; name a file with --out")
    if file is not None and file.exists() and out.exists() and out.samefile(file):
        raise OutputError(f"{out}: is the output and the input; name another file with --out")


def _nothing() -> None:
    pass


def _shown(progress: "Progress", wanted: "Wanted", source: "Source") -> Callable[[], None]:
    """How far it is, in items of all kinds."""
    total = sum(wanted.number(conversation) for conversation in source.read())
    so_far = 0

    def tell() -> None:
        nonlocal so_far
        so_far += 1
        progress.share(f"{so_far:,} of {total:,}", so_far / max(total, 1))

    return tell


def _summary(count: "Count", out: Path) -> str:
    from sentio.files.writers.terminal import literal

    told = f"{out}: {count.answered} answered, {count.present} were there, {count.gaps} gaps, {count.errors} errors"
    if count.invalid_rate is not None:
        told += f"; {count.invalid_rate:.1%} of first answers invalid"
    told += f"; {count.prompt_tokens} + {count.completion_tokens} tokens"
    if count.errors:
        told += f"; the last error: {count.last_error}; call again to ask what had errors"
    return literal(told)
