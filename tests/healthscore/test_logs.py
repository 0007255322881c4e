"""Log lines: JSON with what they are about in production, plain ones on one's own machine."""

import io
import json
import logging
from logging.config import dictConfig
from typing import Any

from structlog.contextvars import bound_contextvars

from healthscore.logs import config

ADDRESS = "00000000-0000-4000-8000-000000000000"


def lines(*, as_json: bool) -> list[str]:
    """What is written of a warning within a chunk, of an error, of a line that is no news, and of
    an address that ends with a secret.
    """
    out = io.StringIO()
    made = config(as_json=as_json)
    made["handlers"]["console"]["stream"] = out
    made["loggers"] = {"tests.logs": {"handlers": ["console"], "level": "INFO", "propagate": False}}
    made.pop("root")
    dictConfig(made | {"incremental": False})
    log = logging.getLogger("tests.logs")
    with bound_contextvars(run=7, chunk=12):
        log.warning("account %s was\nodd", 5)
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("it failed")
    log.debug("no news")
    log.warning("Not Found: %s", f"/hooks/{ADDRESS}/a-secret")
    return out.getvalue().splitlines()


def test_production_writes_one_object_a_line() -> None:
    found: list[dict[str, Any]] = [json.loads(line) for line in lines(as_json=True)]

    assert [line.pop("at")[-1] for line in found] == ["Z"] * 3
    assert "ValueError: why" in found[1].pop("exception")
    assert found == [
        {
            "message": "account 5 was\nodd",
            "logger": "tests.logs",
            "level": "warning",
            "run": 7,
            "chunk": 12,
        },
        {"message": "it failed", "logger": "tests.logs", "level": "error"},
        {
            "message": f"Not Found: /hooks/{ADDRESS}/***",
            "logger": "tests.logs",
            "level": "warning",
        },
    ]


def test_a_machine_of_ones_own_writes_plain_lines() -> None:
    found = lines(as_json=False)
    assert found[0].endswith("WARNING tests.logs: account 5 was")
    assert found[-1].endswith(f"WARNING tests.logs: Not Found: /hooks/{ADDRESS}/***")
