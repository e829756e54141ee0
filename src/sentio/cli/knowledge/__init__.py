"""`sentio knowledge`: have a language model write what is known about utterances and speakers, look at it, check it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

_HELP = """Have a language model write about utterances and speakers; look at what it wrote, and check it.

For example:

sentio knowledge build --corpus meld --llm openai/Qwen3-14B@http://localhost:8000/v1 --out meld.jsonl
sentio knowledge show meld.jsonl
sentio knowledge check meld.jsonl --corpus meld
"""


def knowledge() -> "App":
    """The group of commands."""
    from cyclopts import App

    from sentio.cli.knowledge.build import build
    from sentio.cli.knowledge.check import check
    from sentio.cli.knowledge.show import show

    app = App(name="knowledge", help=_HELP, help_format="plaintext")
    for command in (build, show, check):
        app.command(command)
    return app
