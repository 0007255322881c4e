"""The only writer of facts: files in, facts, rejects and changed days out."""

from metrics.ingest.door import BatchReport, Origin, import_file
from metrics.ingest.matching import take_in_matched
from metrics.ingest.silence import notice_silence
from metrics.ingest.undo import NightIsOpen, Undone, UndoRefused, undo_batch
from metrics.ingest.uploads import is_work_waiting, recover_uploads, work_uploads
from metrics.sources.base import FileError

__all__ = [
    "BatchReport",
    "FileError",
    "NightIsOpen",
    "Origin",
    "UndoRefused",
    "Undone",
    "import_file",
    "is_work_waiting",
    "notice_silence",
    "recover_uploads",
    "take_in_matched",
    "undo_batch",
    "work_uploads",
]
