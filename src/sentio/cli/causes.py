"""`sentio causes`: files in, why each speaker feels what they feel out."""

from typing import Annotated

from cyclopts import Parameter

from sentio.cli.flags import DEFAULT, Flags


def causes(
    *inputs: str,
    system: str = "position",
    recognizer: str = "mini",
    flags: Flags = DEFAULT,
    **options: Annotated[str, Parameter(help="Options of the system; see: sentio ls causes.")],
) -> int:
    """Say why: for each emotional utterance the utterances, and the words in them, that caused the emotion.

    Examples:

    sentio causes chat.txt
    sentio causes chat.txt --out why.html
    sentio causes calls/*.csv --system cause_llm --llm openai/MODEL@URL --out why.jsonl
    sentio causes chat.txt --system runs/causes --recognizer runs/erc --format csv

    Parameters
    ----------
    inputs
        Files with conversations, - for standard input: all that `sentio recognize` reads.
    system
        What finds the causes: a name of `sentio ls causes`, or the folder of a training run.
    recognizer
        What hears the emotions: a name of `sentio ls systems`, or the folder of a training run.
    """
    from sentio import causes as finders
    from sentio import recognition
    from sentio.cli.answering import run
    from sentio.cli.explaining import explaining
    from sentio.cli.inputs import Inputs
    from sentio.cli.outputs import progress_fits
    from sentio.cli.progress import Progress
    from sentio.cli.systems import load, tell

    with Progress(shown=progress_fits(flags)) as progress:
        read = Inputs(inputs, flags, progress)
        finder = load(causes, finders.load, system, options)
        hears = recognition.load(recognizer)
        code = run(explaining(hears, finder, read, progress), read, flags)
    tell(hears, finder)
    return code
