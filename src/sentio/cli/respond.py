"""`sentio respond`: files in, what could be said next out."""

from typing import Annotated

from cyclopts import Parameter

from sentio.cli.flags import DEFAULT, Flags


def respond(
    *inputs: str,
    system: str = "support",
    speaker: str | None = None,
    recognizer: str = "mini",
    flags: Flags = DEFAULT,
    **options: Annotated[str, Parameter(help="Options of the system; see: sentio ls responses.")],
) -> int:
    """Say what could be said next in each conversation, and what the reply was built on.

    Examples:

    sentio respond chat.txt --llm openai/MODEL@URL
    sentio respond chat.txt --llm scripted/lexicon
    sentio respond chats.jsonl --system hef --llm hf/PATH --out replies.csv
    sentio respond chat.txt --speaker Ada --llm openai/MODEL@URL --out reply.html

    Parameters
    ----------
    inputs
        Files with conversations, - for standard input: all that `sentio recognize` reads.
    system
        What replies: a name of `sentio ls responses`, or the folder of a training run.
    speaker
        Who replies; by default the last of those who did not speak last.
    recognizer
        What hears the emotions that the html page shows: a name of `sentio ls systems`, or the folder of a training
        run.
    """
    from sentio import responses
    from sentio.cli.answering import run
    from sentio.cli.inputs import Inputs
    from sentio.cli.outputs import progress_fits
    from sentio.cli.progress import Progress
    from sentio.cli.replying import replying
    from sentio.cli.systems import load, tell

    with Progress(shown=progress_fits(flags)) as progress:
        read = Inputs(inputs, flags, progress)
        responder = load(respond, responses.load, system, options)
        code = run(replying(responder, speaker, recognizer, read, progress), read, flags)
    tell(responder)
    return code
