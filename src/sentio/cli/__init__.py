"""The command line: one file a command; what a command needs is imported when it is called.

Exit codes: 0 everything was done; 1 some conversations were skipped, the others are in the output;
2 nothing could be done, the message says why; 130 interrupted, what was written is valid.
"""

import os
import sys
from importlib.metadata import version

DONE, SKIPPED, FAILED, INTERRUPTED = 0, 1, 2, 130

# The parser takes a lone "-" for an option without a name; it travels under this one.
STREAM = "<stream>"

_HELP = """Read a conversation and see what each speaker feels.

Examples:

sentio recognize chat.txt
sentio recognize chat.txt --out report.html
sentio ls
"""

_EPILOGUE = """Exit codes: 0 done; 1 some conversations were skipped; 2 failed, with one line that says why; \
130 interrupted, what was written is valid."""


def main() -> None:
    """Entry point of the `sentio` command; ends the process with an exit code."""
    from cyclopts import App, CycloptsError

    from sentio.cli.ls import ls
    from sentio.cli.recognize import recognize
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
    for command in (recognize, train, ls):
        app.command(command)
    try:
        tokens = [STREAM if token == "-" else token for token in sys.argv[1:]]
        code = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except (SentioError, CycloptsError) as error:
        code = _complain(error)
    except KeyboardInterrupt:
        print("sentio: interrupted; what was written is valid", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has seen enough. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code or DONE)


def _complain(error: Exception) -> int:
    message = " ".join(str(error).split())
    print(f"sentio: {message}", file=sys.stderr)
    return FAILED
