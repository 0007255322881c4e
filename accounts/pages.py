"""The pages of the menu: one list for the header, the jump box and the shortcuts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse


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
        """Whether an address whose name begins so is this page, or belongs to it."""
        return name in (self.name, *self.under)


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


def page_name(name: str) -> str:
    """How the name of an address begins: that of its page, or of what is under one."""
    return name.split("_")[0]


def pages_for(*, is_admin: bool) -> list[Page]:
    """Those that a user may open, in the order of the menu."""
    return [page for page in PAGES if is_admin or not page.admin]
