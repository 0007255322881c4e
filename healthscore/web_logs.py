"""How gunicorn logs: in production its lines, of each request too, are objects like all others.

An access line has the path without what stands behind the question mark, where names may be looked
for, and the id that a proxy gave the request.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import structlog
from environs import Env
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from healthscore.logs import Masked, formatter

KEPT = 200  # characters of what a client sends
FIELDS = ("client", "method", "path", "status", "bytes", "ms", "request_id")
env = Env()


def wants_json() -> bool:
    """As in the settings, which are not loaded yet when gunicorn says its first words."""
    return env.bool("HEALTHSCORE_JSON_LOGS", not env.bool("HEALTHSCORE_LOCAL", False))


class WebLogger(Logger):  # type: ignore[misc]
    """Gunicorn's own where lines are plain."""

    def setup(self, cfg: Any) -> None:
        """Its lines go where they went, written with the formatter of every process."""
        super().setup(cfg)
        self._as_json = wants_json()
        made = formatter(structlog.stdlib.ExtraAdder(allow=FIELDS))
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(made if self._as_json else Masked(handler.formatter))

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        """One line for one answer."""
        if not self._as_json:
            super().access(resp, req, environ, request_time)
        elif self.access_log_enabled:
            found = _about(resp, environ, request_time)
            self.access_log.info("%(method)s %(path)s", found, extra=found)


def _about(resp: Any, environ: dict[str, Any], taken: dt.timedelta) -> dict[str, Any]:
    """By the names in FIELDS, without an id where there is none."""
    found: dict[str, Any] = {
        "client": environ.get("REMOTE_ADDR", ""),
        "method": environ.get("REQUEST_METHOD", "")[:KEPT],
        "path": environ.get("RAW_URI", "").partition("?")[0][:KEPT],  # all that a broken one has
        "status": int(str(resp.status).split(None, 1)[0]),
        "bytes": getattr(resp, "sent", 0) or 0,
        "ms": round(taken / dt.timedelta(milliseconds=1)),
    }
    if request_id := environ.get("HTTP_X_REQUEST_ID", ""):
        found["request_id"] = request_id[:KEPT]
    return found
