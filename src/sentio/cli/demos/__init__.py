"""`sentio demos`: repositories of labelled utterances that are shown to a language model as examples.

The commands lie in `commands`, which is imported when one of them is called: their flags are read from
`sentio.retrieval`, which nobody else should wait for.
"""

HELP = """Build, search, check and score demonstrations, labelled utterances like the one in question; verify labels.

For example:

sentio demos search "We won!"
sentio demos build --corpus meld:train --corpus iemocap:train --out demos --data DATA
sentio demos search demos "I can't believe you did that!" --for meld
sentio demos check demos --against meld:validation
sentio demos score demos --on meld:validation
sentio demos verify everyday
"""
