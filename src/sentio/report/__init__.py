"""The report: one HTML page about conversations, to read, print and send; it needs no network.

>>> from sentio.conversation import Conversation
>>> from sentio.results import RecognizedConversation
>>> silent = RecognizedConversation(conversation=Conversation(id="night", utterances=()), recognitions=())
>>> "Nobody says anything" in render([silent])
True
"""

from sentio.report.page import render, write

__all__ = ["render", "write"]
