"""From DATABASE_URL and the role of this process to Django's DATABASES entry."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# A page that needs longer is a bug; a chunk of a night may take a while; a command may stream a
# file for as long as it likes. A migration must not queue behind readers, nor they behind it.
LIMITS: dict[str, dict[str, str]] = {
    "web": {
        "statement_timeout": "10s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
    },
    "worker": {
        "statement_timeout": "120s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
        "max_parallel_workers_per_gather": "0",
    },
    "migrate": {"lock_timeout": "2s"},
    "command": {},
}
# A machine that is gone says nothing: who waits for it learns so within a minute, and who calls it
# within seconds, where the kernel would wait for two hours, or two minutes. In seconds, the last
# in milliseconds. What the address itself says comes first.
REACH = {
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
# The pool doubles the pause between attempts to connect; it begins anew after three seconds, so
# that pages come back as soon as the database does, however long it was away. A connection for each
# thread: whoever waits at the HTTP door keeps its own.
POOL = {"min_size": 2, "max_size": 16, "timeout": 5, "reconnect_timeout": 3}


def database(url: str, *, role: str) -> dict[str, Any]:
    """The `default` entry for `postgresql://user:password@host:port/name?host=/socket/folder`.

    Raises ValueError for another scheme, a URL without a database name, or an unknown role.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ValueError("DATABASE_URL must look like postgresql://user:password@host:port/name")
    if role not in LIMITS:
        raise ValueError(f"HEALTHSCORE_ROLE must be one of {', '.join(sorted(LIMITS))}")
    query = dict(parse_qsl(parts.query))
    options = REACH | {key: value for key, value in query.items() if key != "host"}
    limits = " ".join(f"-c {key}={value}" for key, value in LIMITS[role].items())
    options["options"] = f"{options.get('options', '')} {limits}".strip()
    options["application_name"] = f"healthscore-{role}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_HEALTH_CHECKS": True,
        **_connections(role, options),
    }


def _connections(role: str, options: dict[str, Any]) -> dict[str, Any]:
    """Pooled for the web only: a Celery task would close the pool under its siblings."""
    if role == "web":
        return {"CONN_MAX_AGE": 0, "OPTIONS": options | {"pool": POOL}}
    return {"CONN_MAX_AGE": 60, "OPTIONS": options}
