"""Addresses at which other systems deliver by themselves: each has a mapping and a secret.

A signature is checked with the secret itself, so it cannot be stored as a hash: it is encrypted
with a key made of the installation's own, and wiped when it is ended.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from metrics.models.actions import by_user

if TYPE_CHECKING:
    from accounts.models import User

WHSEC = "whsec_"  # before a secret of Standard Webhooks
LIVE = 2  # secrets at once, so that a sender can change from one to the other


class Scheme(models.TextChoices):
    """What is signed, with HMAC-SHA256 unless it says otherwise, and where the signature stands."""

    STANDARD = "standard", "Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature)"
    STRIPE = "stripe", "One header t=…,v1=… over timestamp.body (as Stripe)"
    DOTTED = "dotted", "timestamp.body, the timestamp in a header of its own"
    JOINED = "joined", "Timestamp and body with nothing between (as Zendesk)"
    BODY = "body", "The body alone (as Typeform, GitHub)"
    SHA1 = "sha1", "The body alone, with HMAC-SHA1 (as Intercom, Wootric)"
    # for who can sign nothing: as good as every log that the address stands in
    ADDRESS = "address", "Nothing is signed: the address ends with the secret (as Skilljar)"


def _safe() -> MultiFernet:
    """Encrypts with the installation's key, opens what was encrypted with an earlier one too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = [salted_hmac("metrics.hook", "secret", secret=k, algorithm="sha256") for k in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one.digest())) for one in made])


def new_secret(scheme: str) -> str:
    """256 random bits, as senders of the scheme expect them."""
    if scheme == Scheme.STANDARD:
        return WHSEC + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


class TooManySecrets(Exception):
    """Two are live already: end the older one first."""


class Hook(models.Model):
    """One address of one sending system."""

    address = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=20)
    mapping = models.TextField()
    scheme = models.CharField(max_length=10, choices=Scheme.choices)
    signature_header = models.CharField(max_length=100, blank=True)
    timestamp_header = models.CharField(max_length=100, blank=True)
    # names a delivery, so that one that comes again is known
    delivery_header = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = by_user()
    last_used_at = models.DateTimeField(null=True, blank=True)
    # deliveries whose signature was not right
    refused = models.BigIntegerField(default=0)
    refused_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = by_user()

    class Meta:
        constraints = [
            models.CheckConstraint(name="hook_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="hook_has_a_mapping", condition=~Q(mapping="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def signs(self) -> bool:
        """Whether its sender proves to know the secret without sending it."""
        return self.scheme != Scheme.ADDRESS

    def live(self) -> list[HookSecret]:
        """Its secrets in force, the older one first."""
        return list(self._live().order_by("pk"))

    def give_secret(self, text: str, *, by: User) -> HookSecret:
        """One more live secret. Raises TooManySecrets."""
        with transaction.atomic():
            now = Hook.objects.select_for_update().get(pk=self.pk)
            places = {secret.place for secret in self.live()}
            free = [place for place in range(1, LIVE + 1) if place not in places]
            if not free or now.revoked_at:
                raise TooManySecrets
            sealed = _safe().encrypt(text.encode()).decode()
            return self.secrets.create(place=free[0], sealed=sealed, created_by=by)

    def end_secret(self, number: int, *, by: User) -> bool:
        """Wipes one of two live secrets; False where it is the only one, or ended already."""
        with transaction.atomic():
            Hook.objects.select_for_update().get(pk=self.pk)
            if len(self.live()) < LIVE:
                return False
            return self._live().filter(pk=number).update(**_ended(by)) == 1

    def revoke(self, *, by: User) -> bool:
        """Ends the address and its secrets for good; False where that was done before."""
        now = timezone.now()
        with transaction.atomic():
            mine = Hook.objects.filter(pk=self.pk, revoked_at=None)
            ended = mine.update(revoked_at=now, revoked_by=by)
            if ended:
                self._live().update(**_ended(by))
        return ended == 1

    def change_mapping(self, text: str, *, by: User) -> None:
        """What comes from now on is read by it."""
        mine = Hook.objects.filter(pk=self.pk)
        mine.update(mapping=text, changed_at=Now(), changed_by=by)

    def used(self) -> None:
        """Notes that it is used, once a minute at most: each note is a write."""
        now = timezone.now()
        if self.last_used_at is None or (now - self.last_used_at).total_seconds() >= 60:
            Hook.objects.filter(pk=self.pk).update(last_used_at=now)

    def refuse(self) -> None:
        """Counts a delivery whose signature was not right."""
        mine = Hook.objects.filter(pk=self.pk)
        mine.update(refused=F("refused") + 1, refused_at=timezone.now())

    def _live(self) -> models.QuerySet[HookSecret]:
        return HookSecret.objects.filter(hook=self, ended_at=None)


def _ended(by: User) -> dict[str, object]:
    return {"sealed": "", "ended_at": timezone.now(), "ended_by": by}


class HookSecret(models.Model):
    """What a sender signs with, or ends its address with."""

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="secrets")
    place = models.PositiveSmallIntegerField()
    sealed = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = by_user()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hook", "place"], condition=Q(ended_at=None), name="hook_two_live_secrets"
            ),
            models.CheckConstraint(
                name="hook_secret_place", condition=Q(place__gte=1, place__lte=LIVE)
            ),
            models.CheckConstraint(
                name="hook_secret_is_wiped",
                condition=Q(ended_at=None) & ~Q(sealed="") | Q(ended_at__isnull=False, sealed=""),
            ),
        ]

    def __str__(self) -> str:
        return f"secret {self.pk}"

    def text(self) -> str:
        """The secret itself; empty where the installation's key has changed."""
        try:
            return _safe().decrypt(self.sealed.encode()).decode()
        except InvalidToken:
            return ""


class HookDelivery(models.Model):
    """A delivery that was taken in, and what was answered: again it is answered the same."""

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="+", db_index=False)
    delivery_id = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    # none where it held no row; undone: the same delivery is taken in again
    batch = models.ForeignKey(
        "metrics.Batch", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    received_at = models.DateTimeField()
    received = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    duplicate = models.IntegerField(default=0)
    quarantined = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hook", "delivery_id"], name="hook_delivery_once")
        ]
        # the daily purge
        indexes = [models.Index(fields=["received_at"], name="hook_delivery_old")]

    def __str__(self) -> str:
        return self.delivery_id
