"""Disks that are as full as a test wants them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from metrics import disks


def fill(monkeypatch: pytest.MonkeyPatch, used: dict[str, float], *, of_root: int = 0) -> None:
    """`used`: folder -> percent. What its file system says of itself, in blocks of which 1,000 are
    for everybody and `of_root` are kept for root.
    """

    def statvfs(folder: str) -> SimpleNamespace:
        free = 1_000 - round(10 * used[folder])
        return SimpleNamespace(f_blocks=1_000 + of_root, f_bfree=free + of_root, f_bavail=free)

    monkeypatch.setattr(disks, "os", SimpleNamespace(statvfs=statvfs))
