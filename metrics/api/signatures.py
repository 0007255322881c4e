"""Whether a webhook's body was signed with one of its secrets, and lately.

Every candidate is compared with every secret in constant time; the answer says yes or no alone.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import re
from collections.abc import Iterable, Mapping

from metrics.models.hooks import WHSEC, Hook, Scheme

TOLERANCE = dt.timedelta(seconds=300)
MOST = 10  # signatures in one header
NAMED = re.compile(r"^(?:sha256|sha1|v1|v0)=")
Headers = Mapping[str, str]


def is_signed(
    hook: Hook,
    headers: Headers,
    body: bytes,
    *,
    secrets: Iterable[str],
    now: dt.datetime,
    ending: str = "",
) -> bool:
    """Whether the body is the sender's: signed with a live secret, and not too long ago where the
    scheme has a timestamp. `ending`: of the address, which is all that some can give.
    """
    if not hook.signs:
        said = ending.encode("utf-8", "replace")
        found = [hmac.compare_digest(secret.encode(), said) for secret in secrets]
        return any(found)
    content, given = _read(hook, headers, body, now)
    if content is None:
        return False
    found = [
        hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))
        for secret in secrets
        for wanted in _spelled(_key(secret, hook.scheme), content, hook.scheme)
        for signature in given[:MOST]
    ]
    return any(found)


def _read(
    hook: Hook, headers: Headers, body: bytes, now: dt.datetime
) -> tuple[bytes | None, list[str]]:
    """What was signed, and the signatures that came with it; nothing where it came too late."""
    stamp, given, before = "", [], ""
    is_standard = hook.scheme == Scheme.STANDARD
    said = headers.get("webhook-signature" if is_standard else hook.signature_header, "")
    match Scheme(hook.scheme):
        case Scheme.STANDARD:
            stamp = headers.get("webhook-timestamp", "")
            before = f"{headers.get('webhook-id', '')}.{stamp}."
            given = [one[3:] for one in said.split() if one.startswith("v1,")]
        case Scheme.STRIPE:
            parts = [part.strip().partition("=") for part in said.split(",")]
            stamp = next((value for name, _, value in parts if name == "t"), "")
            before, given = f"{stamp}.", [value for name, _, value in parts if name == "v1"]
        case Scheme.DOTTED | Scheme.JOINED:
            stamp = headers.get(hook.timestamp_header, "")
            before = f"{stamp}." if hook.scheme == Scheme.DOTTED else stamp
            given = [_bare(said)]
        case Scheme.BODY | Scheme.SHA1:
            return body, [_bare(said)]
    if not _is_fresh(stamp, now):
        return None, []
    return before.encode("utf-8", "replace") + body, given


def _bare(said: str) -> str:
    """Without the name of the algorithm that some put before it."""
    return NAMED.sub("", said.strip(), count=1)


def _is_fresh(stamp: str, now: dt.datetime) -> bool:
    """Seconds or milliseconds since 1970, or ISO 8601 with a zone."""
    try:
        if stamp.isascii() and stamp.isdigit() and len(stamp) <= 13:
            number = int(stamp) / (1000 if len(stamp) == 13 else 1)
            at = dt.datetime.fromtimestamp(number, dt.UTC)
        else:
            at = dt.datetime.fromisoformat(stamp)
    except (ValueError, OverflowError, OSError):
        return False
    return at.tzinfo is not None and abs(now - at) <= TOLERANCE


def _key(secret: str, scheme: str) -> bytes:
    """The bytes of a secret: those of Standard Webhooks are written in base64."""
    if scheme != Scheme.STANDARD:
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(WHSEC), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _spelled(key: bytes, content: bytes, scheme: str) -> tuple[bytes, bytes]:
    """The right signature as senders write it: base64 and hexadecimal."""
    digest = hmac.digest(key, content, "sha1" if scheme == Scheme.SHA1 else "sha256")
    return base64.b64encode(digest), digest.hex().encode()
