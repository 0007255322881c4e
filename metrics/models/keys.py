"""Keys with which other systems send data. A key is shown once; the database knows its hash.

`hs_live_<8>_<32><6>`: a public beginning by which it is found, 32 random characters, and a
checksum, so that a key that was cut or mistyped is told from a foreign one without a query, and
scanners of published code find no false ones.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import string
import zlib
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from metrics.models.actions import by_user

if TYPE_CHECKING:
    from accounts.models import User

LETTERS = string.ascii_letters + string.digits
TOKEN = re.compile(r"hs_live_([A-Za-z0-9]{8})_([A-Za-z0-9]{32})([A-Za-z0-9]{6})")
IN_ADDRESS = "It was sent in an address, where logs and proxies keep it."


def checksum(text: str) -> str:
    """Six characters out of a CRC of `text`."""
    number, found = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, at = divmod(number, len(LETTERS))
        found = LETTERS[at] + found
    return found


def digest(token: str) -> str:
    """What is stored of a key. A fast hash will do for 190 random bits; without the installation's
    secret a stolen table is of no use for checking guesses.
    """
    return salted_hmac("metrics.write_key", token, algorithm="sha256").hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


class WriteKeyQuerySet(models.QuerySet["WriteKey"]):
    """Adjectives for keys."""

    def in_force(self) -> WriteKeyQuerySet:
        """Neither revoked nor expired."""
        fresh = Q(expires_on=None) | Q(expires_on__gte=timezone.now().date())
        return self.filter(fresh, revoked_at=None)

    def make(
        self, name: str, *, by: User, expires_on: dt.date | None = None
    ) -> tuple[WriteKey, str]:
        """A new key and its text, which nobody can read again."""
        body = f"hs_live_{_random(8)}_{_random(32)}"
        token = body + checksum(body)
        key = self.create(
            name=name,
            prefix=token[8:16],
            digest=digest(token),
            created_by=by,
            expires_on=expires_on,
        )
        return key, token

    def find(self, token: str) -> WriteKey | None:
        """The key in force that has this text."""
        parts = TOKEN.fullmatch(token)
        if not parts or not constant_time_compare(checksum(token[:-6]), parts[3]):
            return None
        key = self.in_force().filter(prefix=parts[1]).first()
        return key if key and constant_time_compare(key.digest, digest(token)) else None


class WriteKey(models.Model):
    """A key of one sending system."""

    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    expires_on = models.DateField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # nobody: the door itself
    revoked_by = by_user()
    revoked_why = models.CharField(max_length=200, blank=True)

    objects = WriteKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="write_key_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="write_key_is_hashed", condition=Q(digest__regex="^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        """Whether its last day is over."""
        return self.expires_on is not None and self.expires_on < timezone.now().date()

    def revoke(self, *, by: User | None = None, why: str = "") -> bool:
        """Ends it for good; False where that was done before."""
        mine = WriteKey.objects.filter(pk=self.pk, revoked_at=None)
        ended = mine.update(revoked_at=timezone.now(), revoked_by=by, revoked_why=why[:200])
        return ended == 1

    def used(self) -> None:
        """Notes that it is used, once a minute at most: each note is a write."""
        now = timezone.now()
        if self.last_used_at is None or (now - self.last_used_at).total_seconds() >= 60:
            WriteKey.objects.filter(pk=self.pk).update(last_used_at=now)
