"""A PostgreSQL cluster of a test's own."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from healthscore.embedded.children import stop
from healthscore.embedded.places import TEST, Place
from healthscore.embedded.postgres import make_cluster, start_postgres


@contextmanager
def new_cluster(folder: Path) -> Iterator[Place]:
    """A running cluster with one empty database; nothing of it is left afterwards."""
    place = Place(folder, TEST)
    place.prepare()
    with place.log.open("ab") as log:
        make_cluster(place, log=log)
        server = start_postgres(place, log=log)
    try:
        yield place
    finally:
        stop(server, by=signal.SIGINT)
        for left in (place.data.parent, place.sockets.parent):
            shutil.rmtree(left, ignore_errors=True)
