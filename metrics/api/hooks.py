"""The door of webhooks: an address of its own for each sender, who signs what it delivers."""

from __future__ import annotations

import hashlib
import logging
import uuid
from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from psycopg_pool import PoolTimeout

from accounts.models import Organisation
from metrics.api import rates
from metrics.api.answers import NotSigned, Refused
from metrics.api.body import check_length, read_body
from metrics.api.doors import (
    COME_AGAIN,
    answered,
    check_https,
    check_room,
    read_json,
)
from metrics.api.signatures import is_signed
from metrics.api.turns import turns
from metrics.ingest.deliveries import Sent
from metrics.ingest.delivery import OLDEST
from metrics.ingest.once import OtherBody
from metrics.ingest.push import Counts, take_in
from metrics.models import Hook
from metrics.models.hooks import Scheme
from metrics.sources.base import FileError, Rules
from metrics.sources.catalogue import BY_NAME
from metrics.sources.hooked import Found, TooManyRows, read_hook_mapping
from metrics.sources.segment import Shaped

log = logging.getLogger(__name__)
MAX_ID = 200


@csrf_exempt  # there is no cookie: the signature is the permission
@login_not_required
def receive_hook(request: HttpRequest, address: uuid.UUID, ending: str = "") -> HttpResponse:
    """Takes in one delivery. 200 means that its rows are committed, and that those that do not fit
    are listed with their reasons: sending it again would change nothing.
    """
    if request.method == "HEAD":  # so some ask, before they accept an address, whether there is one
        return HttpResponse(status=200 if _known(address, ending) else 404)
    return answered(request, lambda: _receive(request, address, ending))


def _known(address: uuid.UUID, ending: str) -> Hook | None:
    hook = Hook.objects.filter(address=address, revoked_at=None).first()
    return None if hook and hook.signs and ending else hook


def _receive(request: HttpRequest, address: uuid.UUID, ending: str) -> Counts:
    check_https(request)
    length = check_length(request)
    hook = _known(address, ending)
    if hook is None:
        raise Refused(404, "There is no such address")
    check_room()
    data = read_body(request, length)
    secrets = [text for secret in hook.live() if (text := secret.text())]
    now = timezone.now()
    if not is_signed(hook, request.headers, data, secrets=secrets, now=now, ending=ending):
        # of its own: whoever knows an address alone must not use up what its sender may send
        rates.take(f"unsigned-{hook.pk}", rates.requests())
        log.warning("webhook %s: a delivery is not signed as it should be", hook.pk)
        hook.refuse()
        raise NotSigned
    rates.take(f"hook-{hook.pk}", rates.requests())
    with turns.take():
        return _take_in(data, hook, sent=_sent(request, hook, data))


def _take_in(data: bytes, hook: Hook, *, sent: Sent | None) -> Counts:
    found = _shaped(data, hook)
    rates.take(f"hook-{hook.pk}", rates.calls(), max(1, found.size))
    shaped = Shaped(rows={hook.source: found.rows}, refused={hook.source: found.refused})
    try:
        counts = take_in(shaped, key=hook, once=sent)
    except OtherBody as error:
        raise Refused(409, "This delivery came before with another body") from error
    with suppress(Error, PoolTimeout):  # all of it is committed, whatever becomes of this note
        hook.used()
    return counts


def rules_now() -> Rules:
    """By which the rows of a delivery are judged that comes now: as those of a file."""
    now = timezone.now()
    return Rules(zone=Organisation.current().zone, now=now, oldest=now - OLDEST)


def _shaped(data: bytes, hook: Hook) -> Found:
    body = read_json(data)
    try:
        mapping = read_hook_mapping(hook.mapping, source=BY_NAME[hook.source])
        return mapping.shape(body, rules=rules_now())
    except TooManyRows as error:
        raise Refused(413, str(error)) from error
    except FileError as error:  # it was checked when it was saved, by an earlier release
        log.error("the mapping of webhook %s cannot be read: %s", hook.pk, error)
        text = "The mapping of this address cannot be read: nothing of it is stored"
        raise Refused(503, text, retry_after=COME_AGAIN) from error


def _sent(request: HttpRequest, hook: Hook, data: bytes) -> Sent | None:
    """How the sender names the delivery, if at all. Raises Refused."""
    header = "webhook-id" if hook.scheme == Scheme.STANDARD else hook.delivery_header
    name = request.headers.get(header, "") if header else ""
    if len(name) > MAX_ID:
        raise Refused(400, f"The id of the delivery is longer than {MAX_ID} characters")
    if not name:
        return None
    return Sent(hook=hook.pk, id=name, digest=hashlib.sha256(data).hexdigest())
