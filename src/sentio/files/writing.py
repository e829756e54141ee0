"""Writing results: the format by name or by suffix, to a file or to standard output, afresh or going on.

    with open_writer("jsonl", Path("moods.jsonl"), labels.space("ekman")) as writer:
        for done in recognize_stream(recognizer, conversations):
            writer.write(done)

A job that stopped goes on with `resume=True`: skip the first `writer.progress.rows` utterances of the
input, restore each speaker's last emotion from `writer.progress.turns`, and write the rest. The file
is then the same, byte for byte, as that of a job that never stopped.
"""

from pathlib import Path

from sentio.errors import OutputError
from sentio.files.writers.base import Progress, Writer, Written
from sentio.labels import LabelSpace
from sentio.registry import components, find

__all__ = ["Progress", "Writer", "Written", "format_for", "open_writer"]


def open_writer(format: str, out: Path | None, space: LabelSpace, *, resume: bool = False) -> Writer:
    """A writer for results in the label space `space`; `out` None is standard output.

    With `resume`, an incomplete last row of the file is cut off and the writer appends; a file that
    does not exist yet is started. Raises `UnknownName` for an unknown format, `MissingExtra` where a
    plug-in's format needs a package, and `OutputError` where the output cannot be written, cannot be
    resumed, or holds something else.

    >>> import tempfile; from sentio.labels import SPACES
    >>> out = Path(tempfile.mkdtemp(), "moods.csv")
    >>> with open_writer("csv", out, SPACES["sentiment3"]) as writer:
    ...     writer.progress.rows
    0
    >>> out.read_text().strip()
    'conversation,utterance,index,speaker,text,labels,emotion,valence,arousal,dominance,shift,p_positive,p_neutral,p_negative'
    """
    module = find("files.writers", format).load()
    if not resume:
        writer: Writer = module.create(out, space)
        return writer
    if not hasattr(module, "resume"):
        raise OutputError(f"{format} output cannot be resumed, only jsonl and csv can be; start it afresh")
    if out is None:
        raise OutputError("standard output cannot be resumed; name the output file")
    resumed: Writer = module.resume(out, space)
    return resumed


def format_for(path: Path) -> str | None:
    """The format whose suffix a file name bears, None where no writer claims it.

    >>> format_for(Path("moods.JSONL"))
    'jsonl'
    """
    for name, component in components("files.writers").items():
        if path.suffix.lower() in component.card.suffixes:
            return name
    return None
