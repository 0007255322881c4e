"""The bytes of a request, never more of them than are allowed: counted before and while reading."""

from __future__ import annotations

import zlib

from django.http import HttpRequest, UnreadablePostError

from metrics.api.answers import Refused
from metrics.api.slow import deadline

MAX_BODY = 1 << 20  # bytes, as sent and after unpacking
BLOCK = 1 << 16
GZIP = 16 + zlib.MAX_WBITS


def check_length(request: HttpRequest) -> int:
    """How long the body says it is. Raises Refused: 411, 400, 413."""
    said = request.META.get("CONTENT_LENGTH", "")
    if request.headers.get("Transfer-Encoding") or not said:
        raise Refused(411, "Say how long the body is: Content-Length is missing")
    if not (said.isascii() and said.isdigit()):
        raise Refused(400, "Content-Length is not a number")
    if len(said) > 12 or int(said) > MAX_BODY:
        raise Refused(413, f"The body is longer than {MAX_BODY:,} bytes: send smaller batches")
    return int(said)


def read_body(request: HttpRequest, length: int) -> bytes:
    """The body, unpacked. Raises Refused: 400, 408, 413, 415."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise Refused(415, f"Content-Encoding {encoding[:40]!r} is not understood, gzip is")
    try:
        with deadline(request):
            data = request.read(length)
    except (OSError, UnreadablePostError) as error:
        raise Refused(408, "The body did not come in time") from error
    if len(data) < length:
        raise Refused(408, "The body ended before its length")
    return _unpack(data) if encoding == "gzip" else data


def _unpack(data: bytes) -> bytes:
    """Gzip, block by block: a small body that unpacks to gigabytes takes no memory."""
    unpack, found = zlib.decompressobj(GZIP), bytearray()
    try:
        while data and not unpack.eof:
            found += unpack.decompress(data, BLOCK)
            if len(found) > MAX_BODY:
                raise Refused(413, f"The body unpacks to more than {MAX_BODY:,} bytes")
            data = unpack.unconsumed_tail
    except zlib.error as error:
        raise Refused(400, "The body is not gzip") from error
    if not unpack.eof or unpack.unused_data:
        raise Refused(400, "The body is not one whole gzip stream")
    return bytes(found)
