"""`sentio recognize`: files in, each speaker's emotions out."""

from typing import Annotated

from cyclopts import Parameter

from sentio.cli.flags import DEFAULT, Flags


def recognize(
    *inputs: str,
    system: str = "mini",
    labels: str | None = None,
    flags: Flags = DEFAULT,
    **options: Annotated[str, Parameter(help="Options of the system; see: sentio ls systems.")],
) -> int:
    """Say what each speaker of a conversation feels, utterance by utterance.

    Examples:

    sentio recognize chat.txt
    sentio recognize chat.txt --out report.html
    sentio recognize calls/*.csv --labels ekman --format jsonl | jq .emotion
    sentio recognize big.jsonl --out moods.parquet
    cat chat.txt | sentio recognize -
    sentio recognize comments.csv --context false    # rows that answer nobody, each by itself

    Parameters
    ----------
    inputs
        Files with conversations, - for standard input: plain text (Name: words), WhatsApp exports, CSV, TSV, JSONL,
        JSON, SRT, VTT, Parquet.
    system
        The recogniser: a name of `sentio ls systems`, or the folder of a training run.
    labels
        The label space to answer in (`sentio ls labels`); the system's own by default.
    """
    from sentio import recognition
    from sentio.cli.inputs import Inputs
    from sentio.cli.job import Job
    from sentio.cli.outputs import format_of, progress_fits
    from sentio.cli.progress import Progress
    from sentio.cli.systems import load, tell
    from sentio.labels import space

    with Progress(shown=progress_fits(flags)) as progress:
        read = Inputs(inputs, flags, progress)
        target = space(labels) if labels else None
        recognizer = load(recognize, recognition.load, system, options)
        job = Job(read, format_of(flags), flags.target, progress)
        code = job.run(recognizer, target or recognizer.space, flags.resume)
    tell(recognizer)
    return code
