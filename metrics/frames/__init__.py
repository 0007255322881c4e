"""PostgreSQL -> Frames for one chunk of accounts and one day: the only reader for scoring.

Zero or unknown is decided here, once: facts after t-1 or learnt after the cut-off do not exist.
"""

from metrics.frames.reader import read_account_ids, read_frames
from metrics.frames.window import Window

__all__ = ["Window", "read_account_ids", "read_frames"]
