"""What all systems share that are a network over features of utterances: recipe, training, run folder, answers.

A system is then one file: a card, a network with its settings, and four lines that tie them to this package, as in
`recognition/context_gru.py`.
"""
