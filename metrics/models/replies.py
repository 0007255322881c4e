"""Answers of the HTTP door that are given again to whoever asks again."""

from __future__ import annotations

import datetime as dt

from django.db import models

KEPT_REPLIES = dt.timedelta(hours=48)


class KeptReply(models.Model):
    """What was answered to a request with an Idempotency-Key; written with its facts."""

    write_key = models.ForeignKey(
        "metrics.WriteKey", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was sent")
    reply = models.JSONField()
    kept_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            # leads with the sender, so that its keys need no other index
            models.UniqueConstraint(fields=["write_key", "key"], name="reply_of_a_key_once"),
        ]

    def __str__(self) -> str:
        return self.key
