"""The HTTP door for other systems: calls in the shape of Segment's libraries, and webhooks."""

from metrics.api.doors import CALLS, receive
from metrics.api.hooks import receive_hook

__all__ = ["CALLS", "receive", "receive_hook"]
