"""Which account a draft is tried on: found by its name among those that she may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models.customers import AccountQuerySet
from metrics.views.scorecard.lines import whole

MOST = 8  # of the accounts that are offered


@dataclass(frozen=True, kw_only=True)
class Finding:
    """text: what was typed; account_id: the one that is shown; offered: (id, name) to choose from;
    is_more: whether further ones hold the text.
    """

    text: str = ""
    account_id: int | None = None
    offered: list[tuple[int, str]] = field(default_factory=list)
    is_more: bool = False

    @property
    def found_nothing(self) -> bool:
        """Whether no account holds what was typed."""
        return bool(self.text) and self.account_id is None and not self.offered


def found_account(asked: Mapping[str, str], accounts: AccountQuerySet) -> Finding:
    """`account` is one that was chosen; `tried` the one shown so far, which stays as long as the
    text in `find` is that of `found`; else the text is looked up, and one hit is the one.
    """
    text = asked.get("find", "").strip().replace("\0", "")
    chosen = _known(asked.get("account", ""), accounts)
    if chosen is None and text == asked.get("found", ""):
        chosen = _known(asked.get("tried", ""), accounts)
    if chosen is not None or not text:
        return Finding(text=text, account_id=chosen)
    hits = [(account.pk, account.name) for account in accounts.named_like(text)[: MOST + 1]]
    if len(hits) == 1:
        return Finding(text=text, account_id=hits[0][0])
    return Finding(text=text, offered=hits[:MOST], is_more=len(hits) > MOST)


def _known(number: str, accounts: AccountQuerySet) -> int | None:
    """The account of that number, if she may see it."""
    pk = whole(number)
    return None if pk is None else accounts.filter(pk=pk).values_list("pk", flat=True).first()
