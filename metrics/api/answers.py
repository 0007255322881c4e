"""Why a request is refused, as an exception on its way to the answer."""

from __future__ import annotations

import math
import random

from django.http import JsonResponse

JITTER = 0.2  # many senders that were refused together shall not come back together


class Refused(Exception):
    """The answer that a request gets instead of being taken in."""

    challenge = 'Basic realm="write key"'

    def __init__(self, status: int, error: str, *, retry_after: float | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.retry_after = retry_after

    def answer(self) -> JsonResponse:
        """JSON that says the reason; with Retry-After where trying again makes sense."""
        answer = JsonResponse({"success": False, "error": self.error}, status=self.status)
        if self.retry_after is not None:
            spread = self.retry_after * (1 + JITTER * random.random())  # noqa: S311
            answer["Retry-After"] = str(max(1, math.ceil(spread)))
        if self.status == 401:
            answer["WWW-Authenticate"] = self.challenge
        return answer


class NotSigned(Refused):
    """A delivery that its sender has not signed; nobody learns what of it is wrong."""

    challenge = 'Signature realm="webhook"'

    def __init__(self) -> None:
        super().__init__(401, "The signature is missing, wrong or too old")
