"""How every process logs: a JSON object a line in production, plain lines on one's own machine.

Whatever is bound to the context (the run and the chunk that are worked on) stands in each line.
What an address of a webhook ends with stands in none: it may be its secret.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.processors.format_exc_info,
]
# the address itself is shown nowhere either, but tells which webhook it is
ENDING = re.compile(r"(/hooks/[0-9A-Fa-f-]{36}/)[^\s\"'?<>\\]+")


class Masked(logging.Formatter):
    """Another formatter's lines, with *** for the endings of addresses."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Of the whole line, with whatever is told of an exception."""
        return ENDING.sub(r"\1***", self._inner.format(record))


def config(*, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": formatter},
            "line": {"()": plain},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "line",
            }
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "accounts": {"level": "INFO"},
            "healthscore": {"level": "INFO"},
            "metrics": {"level": "INFO"},
            "celery": {"level": "INFO"},
        },
    }


def formatter(*more: Processor) -> logging.Formatter:
    """Of a JSON object a line; `more`: what it does first."""
    return Masked(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*more, *SHARED],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _only_text,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )


def plain() -> logging.Formatter:
    """Of lines for people."""
    return Masked(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))


def _only_text(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The message under the name that people look for."""
    return {"message": event.pop("event", ""), **event}
