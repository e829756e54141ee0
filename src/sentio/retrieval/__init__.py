"""Demonstrations: labelled utterances that resemble the one in question."""

from sentio.retrieval.building import build
from sentio.retrieval.default import DEFAULT, SOURCE, load, suits
from sentio.retrieval.entry import Entry, Hit, Query, queries
from sentio.retrieval.options import OFFICIAL, Retrieval
from sentio.retrieval.repository import Repository
from sentio.retrieval.retriever import Retriever, Target

__all__ = [
    "DEFAULT",
    "OFFICIAL",
    "SOURCE",
    "Entry",
    "Hit",
    "Query",
    "Repository",
    "Retrieval",
    "Retriever",
    "Target",
    "build",
    "load",
    "queries",
    "suits",
]
