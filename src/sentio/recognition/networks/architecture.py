"""What makes a network: a class of `DialogueNetwork` whose settings come from a recipe."""

from collections.abc import Callable, Mapping
from typing import Any

from sentio.nn.dialogue_network import DialogueNetwork

Architecture = Callable[[Mapping[str, int], int, Any], DialogueNetwork]
"""Takes the widths of the vectors by modality, the number of labels, and the settings of the system."""
