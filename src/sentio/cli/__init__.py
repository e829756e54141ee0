"""The command line: one file a command; what a command needs is imported when it is called.

Exit codes: 0 everything was done; 1 some conversations were skipped, the others are in the output,
or a corpus is not the one that was measured; 2 failed, the message says why; 130 interrupted. What was
written before is valid.
"""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

DONE, SKIPPED, FAILED, INTERRUPTED = 0, 1, 2, 130

# The parser takes a lone "-" for an option without a name; it travels under this one.
STREAM = "<stream>"

_HELP = """Read a conversation and see what each speaker feels, why, and what could be said next.

For example:

sentio recognize chat.txt
sentio recognize chat.txt --out report.html
sentio causes chat.txt
sentio respond chat.txt --llm openai/MODEL@URL
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
    except Exception as error:
        if os.environ.get("SENTIO_DEBUG"):
            raise
        what = f"unexpected {type(error).__name__}" + (f" ({error})" if str(error) else "")
        code = _complain(f"{what}: please report; SENTIO_DEBUG=1 shows the traceback")
    sys.exit(code)


def application() -> "App":
    """The commands and their groups, ready to be called with arguments."""
    from importlib.metadata import version

    from cyclopts import App

    from sentio.cli.catalogue import catalogue
    from sentio.cli.causes import causes
    from sentio.cli.compare import compare
    from sentio.cli.corpora import corpora
    from sentio.cli.demos import HELP as DEMOS
    from sentio.cli.evaluate import evaluate
    from sentio.cli.export import export
    from sentio.cli.features import HELP as FEATURES
    from sentio.cli.knowledge import knowledge
    from sentio.cli.ls import ls
    from sentio.cli.recognize import recognize
    from sentio.cli.respond import respond
    from sentio.cli.runs import runs
    from sentio.cli.train import train

    app = App(
        suppress_keyboard_interrupt=False,
        name="sentio",
        help=_HELP,
        help_format="plaintext",
        help_epilogue=_EPILOGUE,
        version=lambda: version("sentio"),
    )
    for command in (recognize, causes, respond, train, export, evaluate, compare, catalogue, ls):
        app.command(command)
    app.command(runs())
    app.command(corpora())
    app.command("sentio.cli.demos.commands:app", name="demos", help=DEMOS)
    app.command("sentio.cli.features.commands:app", name="features", help=FEATURES)
    app.command(knowledge())
    return app


def _run(arguments: list[str]) -> int:
    from cyclopts import CycloptsError

    from sentio.errors import SentioError

    app = application()
    try:
        tokens = [STREAM if token == "-" else token for token in arguments]
        code = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        # Not left to the end of the process, where a full disk would cost a traceback.
        sys.stdout.flush()
    except (SentioError, CycloptsError) as error:
        return _complain(str(error))
    return int(code or DONE)


def _complain(message: str) -> int:
    # Imported here: what a message quotes from a file may hold what a terminal obeys.
    from sentio.files.writers.terminal import literal

    print(f"sentio: {literal(message)}", file=sys.stderr)
    return FAILED


def _drop_output() -> None:
    """Python flushes once more when it ends, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
