"""The door itself: who it is, how much it is, what it says, and into the tables."""

from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DataError, Error, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from psycopg_pool import PoolTimeout

from metrics import backlog, disks
from metrics.api import rates
from metrics.api.answers import Refused
from metrics.api.body import check_length, read_body
from metrics.api.turns import turns
from metrics.ingest.batches import Shut
from metrics.ingest.delivery import OLDEST
from metrics.ingest.once import InFlight, Once, OtherBody
from metrics.ingest.push import Counts, take_in
from metrics.ingest.retries import Passing
from metrics.models.keys import IN_ADDRESS, TOKEN, WriteKey
from metrics.sources.base import Rules
from metrics.sources.json_text import BadJson, load
from metrics.sources.segment import MAX_EVENT, Shaped, Shaper

log = logging.getLogger(__name__)
MAX_CALLS = 1_000
COME_AGAIN = 5.0  # seconds
SAME_AGAIN = 1.0
LONGEST_KEY = 255
NO_KEY = "No key in force: it is missing, mistyped, revoked or expired"
WRITTEN = re.compile(rb'"writeKey"\s*:\s*"([^"\\]*)"')
CALLS = ("track", "identify", "group", "page", "screen", "alias", "batch")
REFUSED = (PoolTimeout, Passing, Shut)
# the last: it takes only reads, or has cut off who was slow
AWAY = (OperationalError, InterfaceError, InternalError)


@csrf_exempt  # there is no cookie: the key is the permission
@login_not_required
def receive(request: HttpRequest, call: str) -> HttpResponse:
    """Takes in one call, or a batch of them. 200 means that all of it is committed; calls that are
    refused one by one are counted in the answer and listed with their reasons for admins.
    """
    return answered(request, lambda: _receive(request, call))


def answered(request: HttpRequest, work: Callable[[], Counts]) -> HttpResponse:
    """What a sender gets: the counts of `work`, or why nothing is stored."""
    try:
        _refuse_key_in_address(request)  # before all else: it stands in the logs already
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return _answer(work())
    except Refused as refused:
        return refused.answer()
    except DataError as error:  # its text may quote what was sent
        log.error("a request holds what no column takes: %s", type(error.__cause__).__name__)
        return Refused(400, "A value in it does not fit: nothing of it is stored").answer()
    except REFUSED as error:
        log.warning("a request was not stored: %s", error)
        return Refused(503, "Nothing of it is stored: come again", retry_after=COME_AGAIN).answer()
    except AWAY as error:
        log.warning("a request could not be stored: %s", error)
        # the answer to a COMMIT may be what was lost
        again = "It may not be stored: send it again as it was"
        return Refused(503, again, retry_after=COME_AGAIN).answer()


def _answer(counts: Counts) -> JsonResponse:
    answer = JsonResponse({"success": True, **counts.said()})
    if counts.is_again:
        answer["Idempotent-Replayed"] = "true"
    return answer


def check_https(request: HttpRequest) -> None:
    """Raises Refused: 403 for plain http where https is configured."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise Refused(403, "Only https: a key that was sent in the clear is no secret")


def check_room() -> None:
    """Raises Refused: 503 where the next rows might not fit, or would wait for long."""
    if disks.is_nearly_full():
        full = "The disk of the database is nearly full: nothing of it is stored, come again"
        raise Refused(503, full, retry_after=disks.COME_AGAIN)
    if backlog.gauge.is_full():
        behind = "The workers are far behind: nothing of it is stored, come again"
        raise Refused(503, behind, retry_after=backlog.COME_AGAIN)


def read_json(data: bytes) -> Any:
    """The value of a body. Raises Refused: 400."""
    try:
        return load(data)
    except BadJson as error:
        raise Refused(400, f"The body cannot be read as JSON: {error}") from error


def _receive(request: HttpRequest, call: str) -> Counts:
    check_https(request)
    said = _idempotency_key(request)
    length = check_length(request)
    key = _key_of_header(request)
    if key:
        rates.take(key.pk, rates.requests())
    check_room()
    data = read_body(request, length)
    if call != "batch" and len(data) > MAX_EVENT:
        raise Refused(413, f"A call is longer than {MAX_EVENT:,} bytes")
    _check_sender(data, key)
    with turns.take():  # after the reading: a slow sender keeps nobody waiting
        return _take_in(data, call, key, said)


def _take_in(data: bytes, call: str, key: WriteKey | None, said: str) -> Counts:
    body = read_json(data)
    if not isinstance(body, dict):
        raise Refused(400, "The body is not a JSON object")
    if key is None:
        key = _key_of_body(body)
        rates.take(key.pk, rates.requests())
    calls = _calls(body) if call == "batch" else [body]
    rates.take(key.pk, rates.calls(), len(calls))
    shaped = _shaped(body, calls, "" if call == "batch" else call, size=len(data))
    once = Once.of(writer=key.pk, key=said, call=call, body=data) if said else None
    try:
        counts = take_in(shaped, key=key, once=once)
    except InFlight as error:
        busy = "Another request with this Idempotency-Key is just being stored"
        raise Refused(409, busy, retry_after=SAME_AGAIN) from error
    except OtherBody as error:
        other = "idempotency_mismatch: this Idempotency-Key came with another body before"
        raise Refused(422, other) from error
    with suppress(Error, PoolTimeout):  # all of it is committed, whatever becomes of this note
        key.used()
    return counts


def _idempotency_key(request: HttpRequest) -> str:
    """Empty where there is none. Raises Refused."""
    said = request.headers.get("Idempotency-Key")
    if said is None:
        return ""
    if not 0 < len(said) <= LONGEST_KEY or not (said.isascii() and said.isprintable()):
        text = f"Idempotency-Key is 1 to {LONGEST_KEY} printable characters of ASCII"
        raise Refused(400, text)
    return said


def _calls(body: dict[str, Any]) -> list[Any]:
    """The calls of a batch. Raises Refused."""
    calls = body.get("batch")
    if not isinstance(calls, list):
        raise Refused(400, "A batch is an object with a list under the name batch")
    if len(calls) > MAX_CALLS:
        raise Refused(413, f"{len(calls):,} calls, at most {MAX_CALLS:,} come in one batch")
    return calls


def _shaped(body: dict[str, Any], calls: list[Any], kind: str, *, size: int) -> Shaped:
    now = timezone.now()
    rules = Rules(zone=timezone.get_default_timezone(), now=now, oldest=now - OLDEST)
    shaper = Shaper(rules, sent_at=body.get("sentAt"), must_measure=size > MAX_EVENT)
    for line, one in enumerate(calls, start=1):
        shaper.add(line, one, kind=kind)
    return shaper.found


def _refuse_key_in_address(request: HttpRequest) -> None:
    """Addresses end up in logs of every proxy on the way: such a key is no secret any more."""
    found = TOKEN.search(unquote_plus(request.META.get("QUERY_STRING", "")))
    key = WriteKey.objects.find(found[0]) if found else None
    if key and key.revoke(why=IN_ADDRESS):
        log.warning("write key %s was sent in an address and is revoked", key.prefix)
        raise Refused(
            401, "A key in the address is refused, and revoked: send a new one as user name"
        )
    if found or "writeKey" in request.GET:
        raise Refused(401, "A key in the address is refused: send it as user name")


def _key_of_header(request: HttpRequest) -> WriteKey | None:
    """The key in force of the Authorization header; None where there is no such header."""
    said = request.headers.get("Authorization", "")
    if not said:
        return None
    kind, _, value = said.partition(" ")
    try:
        if kind.lower() != "basic":
            raise Refused(401, "Send the key as user name of Basic authorization")
        token = base64.b64decode(value.strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise Refused(401, "The Authorization header cannot be read") from error
    return _find(token.partition(":")[0])


def _check_sender(data: bytes, key: WriteKey | None) -> None:
    """Before a body is read, and others wait for that: its key is still in force, or one stands in
    the body. Raises Refused.
    """
    if key is None:
        found = WRITTEN.search(data)
        _find(found[1].decode("ascii", "replace") if found else None)
    elif not WriteKey.objects.in_force().filter(pk=key.pk).exists():
        raise Refused(401, NO_KEY)


def _key_of_body(body: dict[str, Any]) -> WriteKey:
    return _find(body.get("writeKey"))


def _find(token: object) -> WriteKey:
    key = WriteKey.objects.find(token) if isinstance(token, str) else None
    if key is None:
        raise Refused(401, NO_KEY)
    return key
