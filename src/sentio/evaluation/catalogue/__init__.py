"""The catalogue: published results beside our own, each with its source, split and way of selection.

>>> from sentio.evaluation import catalogue
>>> rows = catalogue.select(catalogue.published(), corpus="meld", modality="text", selection="validation")
>>> sorted({row.system for row in rows})
['DAG-ERC', 'EmoBERTa']
"""

from sentio.evaluation.catalogue.reading import ours, published, read, select
from sentio.evaluation.catalogue.record import Result

__all__ = ["Result", "ours", "published", "read", "select"]
