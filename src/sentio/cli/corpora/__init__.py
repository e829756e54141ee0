"""`sentio corpora`: what there is, whether the user's copy is the one that was measured, and what is in it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

_HELP = """See, check, count, convert and compare corpora, read from your own copy.

For example:

sentio corpora ls --data DATA
sentio corpora check meld
sentio corpora leaks meld/validation meld/train
"""


def corpora() -> "App":
    """The group of commands."""
    from cyclopts import App

    from sentio.cli.corpora.check import check
    from sentio.cli.corpora.convert import convert
    from sentio.cli.corpora.diversity import diversity
    from sentio.cli.corpora.leaks import leaks
    from sentio.cli.corpora.ls import ls
    from sentio.cli.corpora.show import show
    from sentio.cli.corpora.stats import stats

    app = App(name="corpora", help=_HELP, help_format="plaintext")
    for command in (ls, show, check, stats, convert, leaks, diversity):
        app.command(command)
    return app
