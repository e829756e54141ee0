"""`sentio demos`: repositories of labelled utterances that are shown to a language model as examples."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

_HELP = """Build, search, check and score repositories of demonstrations: labelled utterances like the one in question.

For example:

sentio demos build --corpus meld:train --corpus iemocap:train --out demos --data DATA
sentio demos search demos "I can't believe you did that!" --for meld
sentio demos check demos --against meld:validation
sentio demos score demos --on meld:validation
"""


COMMANDS = {
    "build": "Write a repository of all labelled utterances of corpora and tables.",
    "search": "Show the demonstrations of texts, or of each utterance of a conversation.",
    "check": "Look through a repository, and for the utterances of an evaluation split in it.",
    "score": "Score repositories on a split: do demonstrations carry the label of their utterance?",
}


def demos() -> "App":
    """The group of commands."""
    from cyclopts import App

    app = App(name="demos", help=_HELP, help_format="plaintext")
    for name, told in COMMANDS.items():
        # By name, so that only who searches or scores imports what their flags are read from.
        app.command(f"sentio.cli.demos.{name}:{name}", name=name, help=told)
    return app
