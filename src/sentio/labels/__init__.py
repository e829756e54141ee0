"""Label spaces as data, the ways between them, and where emotions lie on the wheel and in VAD space.

>>> from sentio import labels
>>> labels.space("meld").labels
('neutral', 'surprise', 'fear', 'sadness', 'joy', 'disgust', 'anger')
>>> labels.mapping("goemotions", "meld").row("gratitude")
{'joy': 1.0}
"""

from sentio.labels.mappings import Mapping, mapping
from sentio.labels.spaces import SPACES, LabelSpace, space
from sentio.labels.vad import coordinates
from sentio.labels.wheel import angle, position

__all__ = ["SPACES", "LabelSpace", "Mapping", "angle", "coordinates", "mapping", "position", "space"]
