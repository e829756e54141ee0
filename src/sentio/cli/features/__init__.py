"""`sentio features`: vectors of utterances in files, for systems that read more than words, or other people's vectors.

The commands lie in `commands`, which is imported when one of them is called.
"""

HELP = """Write vectors of utterances to a file, and check files of them.

For example:

sentio features build --corpus meld:train --encoder minilm --out meld-train.npz --data DATA
sentio features check meld-train.npz --corpus meld:train --data DATA
"""
