"""The HTTP door for other systems: calls in the shape of Segment's libraries."""

from metrics.api.doors import CALLS, receive

__all__ = ["CALLS", "receive"]
