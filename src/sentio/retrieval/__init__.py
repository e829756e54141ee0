"""Demonstrations: labelled utterances that resemble the one in question."""
