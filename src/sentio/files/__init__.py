"""Files people have, in and out. Nothing heavy is imported before a file is opened."""

from sentio.files.base import Columns
from sentio.files.reading import read, stream, whole
from sentio.files.writing import Progress, Writer, Written, format_for, open_writer

__all__ = ["Columns", "Progress", "Writer", "Written", "format_for", "open_writer", "read", "stream", "whole"]
