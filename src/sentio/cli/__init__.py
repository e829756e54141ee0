"""The command line: one file a command; what a command needs is imported when it is called.

Exit codes: 0 everything was done; 1 some conversations were skipped, the others are in the output,
or a corpus is not the one that was measured; 2 failed, the message says why; 130 interrupted. What was
written before is valid.
"""

import os
import sys

DONE, SKIPPED, FAILED, INTERRUPTED = 0, 1, 2, 130

# The parser takes a lone "-" for an option without a name; it travels under this one.
STREAM = "<stream>"

_HELP = """Read a conversation and see what each speaker feels.

Examples:

sentio recognize chat.txt
sentio recognize chat.txt --out report.html
sentio ls
"""

_EPILOGUE = """Exit codes: 0 done; 1 some conversations were skipped, or a corpus differs; 2 failed, with one \
line that says why; 130 interrupted. What was written before is valid."""


def main() -> None:
    """Entry point of the `sentio` command; ends the process with an exit code."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        print("sentio: interrupted; what was written is valid", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has seen enough.
        _drop_output()
        code = DONE
    except OSError as error:
        _drop_output()
        code = _complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from importlib.metadata import version

    from cyclopts import App, CycloptsError

    from sentio.cli.catalogue import catalogue
    from sentio.cli.compare import compare
    from sentio.cli.corpora import corpora
    from sentio.cli.evaluate import evaluate
    from sentio.cli.ls import ls
    from sentio.cli.recognize import recognize
    from sentio.cli.runs import runs
    from sentio.cli.train import train
    from sentio.errors import SentioError

    app = App(
        suppress_keyboard_interrupt=False,
        name="sentio",
        help=_HELP,
        help_format="plaintext",
        help_epilogue=_EPILOGUE,
        version=lambda: version("sentio"),
    )
    for command in (recognize, train, evaluate, compare, catalogue, ls):
        app.command(command)
    app.command(runs())
    app.command(corpora())
    try:
        tokens = [STREAM if token == "-" else token for token in arguments]
        code = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        # Not left to the end of the process, where a full disk would cost a traceback.
        sys.stdout.flush()
    except (SentioError, CycloptsError) as error:
        return _complain(str(error))
    return int(code or DONE)


def _complain(message: str) -> int:
    print(f"sentio: {' '.join(message.split())}", file=sys.stderr)
    return FAILED


def _drop_output() -> None:
    """Python flushes once more when it ends, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
