"""The pages of the menu: one list for the header, the jump box and the shortcuts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page by the name of its address; `key` after g opens it."""

    name: str
    label: str
    key: str
    under: tuple[str, ...] = ()  # how names of addresses begin that belong to it
    admin: bool = False
    in_menu: bool = True

    @cached_property
    def address(self) -> str:
        """Where it is."""
        return reverse(self.name)

    def holds(self, name: str) -> bool:
        """Whether the address of that name is this page, or belongs to it."""
        return name.split("_")[0] in (self.name, *self.under)


UNDER_RUNS = (
    "rejects", "unmatched", "unmatched_match",
    "imports", "imports_new", "imports_source", "imports_upload", "imports_file", "imports_batch",
)  # fmt: skip
PAGES = (
    Page(name="day", label="My day", key="d"),
    Page(name="portfolio", label="Portfolio", key="p", under=("account", "evidence", "owner")),
    Page(name="scorecard", label="Scorecard", key="s", admin=True),
    Page(name="runs", label="Runs and data", key="r", under=("rejects", "unmatched", "imports")),
    Page(name="imports", label="Imports", key="i", admin=True, in_menu=False),
    Page(name="users", label="Users", key="u", under=("user",), admin=True, in_menu=False),
    Page(name="organisation", label="Settings", key="o", admin=True, in_menu=False),
    Page(name="profile", label="Profile", key="m", in_menu=False),
    Page(name="help", label="Help", key="h", in_menu=False),
)


def pages_of(user: User) -> list[Page]:
    """Those that she may open, in the order of the menu."""
    return [page for page in PAGES if user.is_admin or not page.admin]
