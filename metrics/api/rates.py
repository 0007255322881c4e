"""How fast one key may send: two buckets of tokens, of requests and of calls.

They live in the broker, where all web processes see them. Without a broker each process counts for
itself: data must come in, and no process may be flooded.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from metrics.api.answers import Refused

log = logging.getLogger(__name__)
PATIENCE = 0.2  # seconds for the broker to answer
PAUSE = 5.0  # seconds in which an absent one is not asked again

# KEYS[1]: the bucket; ARGV: how many it holds, how many come per second, how many are wanted.
# Answers the seconds to wait; 0: taken. A wish larger than the bucket empties it into debt.
TAKE = """
local at = redis.call('TIME')
local now = at[1] + at[2] / 1000000
local size, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(held[1]) or size
tokens = math.min(size, tokens + math.max(0, now - (tonumber(held[2]) or now)) * rate)
local wait = '0'
if tokens >= math.min(wanted, size) then
    tokens = tokens - wanted
else
    wait = tostring((math.min(wanted, size) - tokens) / rate)
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil((size - tokens) / rate) + 1)
return wait
"""


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """`size` tokens at most, `rate` more in every second."""

    name: str
    size: float
    rate: float


def requests() -> Bucket:
    """A minute's worth may come at once."""
    per_minute = settings.HTTP_REQUESTS_PER_MINUTE
    return Bucket(name="requests", size=per_minute, rate=per_minute / 60)


def calls() -> Bucket:
    """Ten seconds' worth may come at once."""
    per_second = settings.HTTP_CALLS_PER_SECOND
    return Bucket(name="calls", size=10 * per_second, rate=per_second)


class _Local:
    """The same buckets in this process alone."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, bucket: Bucket, wanted: int) -> float:
        with self._lock:
            now = time.monotonic()
            tokens, at = self._held.get(key, (bucket.size, now))
            tokens = min(bucket.size, tokens + (now - at) * bucket.rate)
            enough = min(wanted, bucket.size)
            wait = 0.0 if tokens >= enough else (enough - tokens) / bucket.rate
            self._held[key] = (tokens if wait else tokens - wanted, now)
            return wait


class _Broker:
    """Asks the broker; while it is away, the process itself."""

    def __init__(self) -> None:
        self._client: Redis | None = None
        self._url = ""
        self._away_until = 0.0
        self._local = _Local()

    def take(self, key: str, bucket: Bucket, wanted: int) -> float:
        if time.monotonic() >= self._away_until:
            try:
                arguments = [bucket.size, bucket.rate, wanted]
                return float(self._connected().eval(TAKE, 1, key, *arguments))
            except RedisError as error:
                log.warning("the broker is away, this process counts by itself: %s", error)
                self._away_until = time.monotonic() + PAUSE
        return self._local.take(key, bucket, wanted)

    def _connected(self) -> Redis:
        url = settings.CELERY_BROKER_URL
        if self._client is None or self._url != url:
            plain = url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
            patience = {"socket_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
            self._client, self._url = Redis.from_url(plain, **patience), url
        return self._client


_broker = _Broker()


def take(key_id: int | str, bucket: Bucket, wanted: int = 1) -> None:
    """Takes tokens of a key. Raises Refused with 429 and when to come again."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    wait = _broker.take(f"{prefix}rate:{bucket.name}:{key_id}", bucket, wanted)
    if wait > 0:
        raise Refused(429, f"Too many {bucket.name} with this key", retry_after=wait)
