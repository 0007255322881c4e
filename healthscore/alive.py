"""`python -m healthscore.alive web|worker|beat`: is the process of this container doing its work?

Exit code 0 or 1, for the health checks of docker-compose.yml.
"""

import http.client
import os
import socket
import sys
from collections.abc import Callable

from healthscore.celery import app

PATIENCE = 5


def web() -> bool:
    """/healthz answers, asked under a name that ALLOWED_HOSTS admits."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".*") or "localhost"
    line = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=PATIENCE
    )
    line.request("GET", "/healthz", headers={"Host": host})
    return line.getresponse().status == http.HTTPStatus.OK


def worker() -> bool:
    """The worker of this host hears what is sent through the broker, and answers."""
    name = f"celery@{socket.gethostname()}"
    return bool(app.control.inspect(destination=[name], timeout=PATIENCE).ping())


def beat() -> bool:
    """The broker takes beat's messages."""
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=PATIENCE)
    return True


CHECKS: dict[str, Callable[[], bool]] = {"web": web, "worker": worker, "beat": beat}

if __name__ == "__main__":
    sys.exit(0 if CHECKS[sys.argv[1]]() else 1)
