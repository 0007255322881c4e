"""The only writer of facts: files in, facts, rejects and dirty days out."""

from metrics.ingest.door import BatchReport, import_file
from metrics.sources.base import FileError

__all__ = ["BatchReport", "FileError", "import_file"]
