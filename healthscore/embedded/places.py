"""Where the embedded servers of one project folder keep their things, and under whom they run.

Everything follows from the project's path, so that every process knows the URLs before a server
runs. Needs the standard library only: it is imported by the settings.
"""

import contextlib
import hashlib
import os
import pwd
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

DEMO = "demo"
TEST = "test"
BENCH = "bench"
# A path to a unix socket may have 104 bytes on macOS, 108 on Linux.
LONGEST_SOCKET = 103


class PlaceError(Exception):
    """A folder cannot be used; the message says which and why."""


def server_user() -> pwd.struct_passwd | None:
    """The user that servers run as: nobody for root (PostgreSQL refuses root), else ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def private_folder(path: Path, *, owner: int, mode: int = 0o700) -> Path:
    """Make `path`, or check that nobody else made it: the name can be guessed by others."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(parents=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise PlaceError(f"{path} is not a folder.")
    if found.st_uid == os.geteuid() and found.st_uid != owner:
        os.chown(path, owner, -1)
    elif found.st_uid != owner:
        raise PlaceError(f"{path} belongs to another user; remove it and start again.")
    path.chmod(mode)
    return path


@dataclass(frozen=True)
class Place:
    """The folders and URLs of one project folder's servers; `profile` is DEMO, TEST or BENCH."""

    project: Path
    profile: str

    @property
    def key(self) -> str:
        path = hashlib.sha256(os.fsencode(self.project.resolve())).hexdigest()[:10]
        return f"healthscore-{os.geteuid()}-{path}"

    @property
    def data(self) -> Path:
        """What outlives the servers: the cluster, the broker's log, the secret key, the locks."""
        if os.geteuid() == 0:
            # `nobody` can seldom reach root's folders.
            return Path("/var/tmp") / self.key / self.profile  # noqa: S108  # owner is checked
        return self.project / ".data" / self.profile

    @property
    def sockets(self) -> Path:
        folder = Path(tempfile.gettempdir()) / self.key / self.profile
        if len(os.fsencode(folder)) + len("/.s.PGSQL.5432.lock") > LONGEST_SOCKET:
            raise PlaceError(f"{folder} is too long for a socket: set TMPDIR to a shorter folder.")
        return folder

    @property
    def cluster(self) -> Path:
        return self.data / "servers" / "postgresql"

    @property
    def broker_data(self) -> Path:
        return self.data / "servers" / "broker"

    @property
    def broker_socket(self) -> Path:
        return self.sockets / "broker"

    @property
    def log(self) -> Path:
        return self.data / "servers.log"

    @property
    def database_url(self) -> str:
        return f"postgresql://healthscore@/healthscore?host={self.sockets}"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.broker_socket}?virtual_host=0"

    def prepare(self) -> None:
        """Make the folders. Only what servers write belongs to their user, the rest to us."""
        mine = os.geteuid()
        user = server_user()
        servers = user.pw_uid if user else mine
        # Others may pass through root's folders, so that `nobody` reaches its own; not look.
        outer = 0o711 if user else 0o700
        for folder in (self.data.parent, self.data, self.sockets.parent):
            private_folder(folder, owner=mine, mode=outer)
        for folder in (self.cluster.parent, self.broker_data, self.sockets):
            private_folder(folder, owner=servers)

    def secret_key(self) -> str:
        """The secret of this local installation, made at first use and readable by us alone."""
        path = self.data / "secret-key"
        if not path.exists():
            self.prepare()
            made = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(50))
            try:
                # The first of two processes wins: both must read the same secret.
                os.link(made, path)
            except FileExistsError:
                pass
            finally:
                made.unlink()
        return path.read_text(encoding="utf-8")
