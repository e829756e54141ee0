"""The group of commands."""

from cyclopts import App

from sentio.cli.features import HELP
from sentio.cli.features.build import build
from sentio.cli.features.check import check

app = App(name="features", help=HELP, help_format="plaintext")
for command in (build, check):
    app.command(command)
