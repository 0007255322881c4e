"""Ask the demo's own web server, as a browser would."""

import http.client
import socket
import time
from collections.abc import Callable

from healthscore.embedded.postgres import ServerError

PAGES = ("/healthz", "/log-in/")
FIRST_PAGE_WITHIN = 60.0


def refuse_taken_port(port: int) -> None:
    """Raises ServerError when somebody listens on this port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServerError(
                f"Port {port} cannot be used ({error.strerror}); choose another with --port."
            ) from error


def first_page(port: int, *, alive: Callable[[], None]) -> None:
    """Wait until every page of PAGES answers 200.

    `alive` raises when there is nothing to wait for. Raises ServerError after a minute.
    """
    until = time.monotonic() + FIRST_PAGE_WITHIN
    for page in PAGES:
        while (status := _status(port, page)) != http.HTTPStatus.OK:
            alive()
            if time.monotonic() > until:
                raise ServerError(f"The page {page} does not answer 200 but {status}.")
            time.sleep(0.1)


def _status(port: int, page: str) -> int | None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", page)
        return line.getresponse().status
    except OSError:
        return None
    finally:
        line.close()
