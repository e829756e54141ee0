"""The group of commands."""

from cyclopts import App

from sentio.cli.demos import HELP
from sentio.cli.demos.build import build
from sentio.cli.demos.check import check
from sentio.cli.demos.score import score
from sentio.cli.demos.search import search
from sentio.cli.demos.verify import verify

app = App(name="demos", help=HELP, help_format="plaintext")
for command in (build, search, check, score, verify):
    app.command(command)
