"""Find a server's program in its wheel, where the servers' user can run it."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from healthscore.embedded.children import start
from healthscore.embedded.places import Place, PlaceError, server_user


def program(package: str, name: str, *, place: Place) -> Path:
    """The file `name` somewhere in an installed `package`; PlaceError if there is none.

    `nobody` cannot reach, say, a virtual environment below root's home: then a copy is used.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise PlaceError(f"{package} is not installed; set DATABASE_URL and REDIS_URL instead.")
    inside = Path(spec.origin).parent
    found = next((path for path in sorted(inside.rglob(name)) if path.is_file()), None)
    if found is None:
        raise PlaceError(f"{package} has no {name} for this machine; set DATABASE_URL, REDIS_URL.")
    if server_user() is None or _runs(found):
        return found
    return _copy(inside, found, place) / found.relative_to(inside.parent)


def _runs(path: Path) -> bool:
    try:
        child = start([path, "--version"], log=subprocess.DEVNULL, demoted=True, cwd=Path("/"))
    except PermissionError:
        return False
    return child.wait() == 0


def _copy(inside: Path, found: Path, place: Place) -> Path:
    """The package and the libraries that its wheel puts beside it, readable by everybody."""
    made = place.data.parent / f"{inside.name}-{found.stat().st_mtime_ns}"
    if not made.exists():
        new = made.with_name(f"{made.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        for folder in (inside, inside.with_name(f"{inside.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, new / folder.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                _open(path)
        new.rename(made)
    return made


def _open(path: Path) -> None:
    """Whoever owns it may read or run it: so may all."""
    mode = path.stat().st_mode
    path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
