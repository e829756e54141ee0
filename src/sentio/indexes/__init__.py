"""Nearest-neighbour search behind one protocol (`base.Index`), one file an index."""
