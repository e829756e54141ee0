"""The columns of what is written of causes and replies."""

from collections.abc import Mapping

Columns = Mapping[str, type]
"""The columns in their order, and of what type their values are where they are not None: str, int, float, list (of
strings) or dict."""

CAUSES: Columns = {
    "conversation": str,
    "utterance": str,
    "index": int,
    "speaker": str,
    "text": str,
    "emotion": str,
    "type": str,
    "cause": str,
    "cause_index": int,
    "distance": int,
    "cause_speaker": str,
    "span": str,
    "probability": float,
}
"""Those of `CausedConversation.rows`."""

REPLIES: Columns = {
    "conversation": str,
    "speaker": str,
    "text": str,
    "feels": str,
    "cause_words": list,
    "emotion": str,
    "act": str,
    "strategy": str,
    "stage": str,
    "persona": dict,
    "fallbacks": list,
    "notice": str,
    "calls": int,
    "error": str,
}
"""Those of `AnsweredConversation.row`."""
