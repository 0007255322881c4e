"""What a webhook can be begun with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The first state of the form; `about` says what must be set up at the sender."""

    key: str
    title: str
    about: str
    source: str
    scheme: str
    mapping: str
    sample: str
    signature_header: str = ""
    timestamp_header: str = ""
    delivery_header: str = ""
