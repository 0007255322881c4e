"""Mails about new flags, to those who look after the accounts: one a day and person at most.

Whoever publishes the night of today writes down, in the same transaction, who is owed a mail; every
tick has what is owed sent. First it is sent, then marked: a worker that dies in between sends it
once more with the same Message-ID, and never not at all. What a mail says is read when it is sent,
of accounts that are still the reader's. Nights that are caught up, or made again, tell of nothing
old.
"""

from __future__ import annotations

import datetime as dt
import logging
import unicodedata
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.invitations import has_mail_server
from accounts.models import Account, Organisation
from metrics.failpoints import failpoint
from metrics.models import AccountCurrent, AlertMail, FlagChange, Run
from metrics.scoring.flag_rules import BY_CODE, FlagRule

log = logging.getLogger(__name__)
MOST_ACCOUNTS = 20  # in one mail; the others are counted
NAMED = 2  # accounts in a subject
LONGEST_NAME = 60
BREAKS = {"Cc", "Zl", "Zp"}
UNSEEN = {"Cf", "Cs", "Co"}
JOINERS = "\u200c\u200d"  # within emoji, and in Persian
SHORTEST_PAUSE = dt.timedelta(minutes=2)  # longer than any mail takes
LONGEST_PAUSE = dt.timedelta(hours=1)
OWE = """
INSERT INTO metrics_alertmail (user_id, day, run_id)
SELECT DISTINCT u.id, %(day)s::date, %(run)s::bigint
FROM metrics_flagchange f
JOIN accounts_account a ON a.id = f.account_id
JOIN accounts_user u ON u.id = a.owner_id
WHERE f.run_id = %(run)s AND f.change = 'opened' AND u.is_active AND u.alerts
ON CONFLICT (user_id, day) DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class News:
    """An account and the flags that opened, the most severe first."""

    row: AccountCurrent
    name: str
    flags: list[FlagRule]
    severity: int
    link: str


def owe(run: Run) -> None:
    """Writes down who is to hear of the run's new flags; in the transaction that publishes it."""
    organisation = Organisation.current()
    if organisation.is_demo or not has_mail_server():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")  # a worker's clock may be days ahead
        if run.business_day == organisation.day_of(cursor.fetchone()[0]):
            cursor.execute(OWE, {"day": run.business_day, "run": run.pk})


def are_due() -> bool:
    """Whether there is a mail to send."""
    return AlertMail.objects.due().exists()


def send_due() -> None:
    """Sends what is owed, mail by mail. A mail server that is away costs one try of each."""
    for mail in AlertMail.objects.due().select_related("user").order_by("pk"):
        pause = min(SHORTEST_PAUSE * 2**mail.tries, LONGEST_PAUSE)
        if not mail.claim(pause=pause):
            continue
        try:
            _send(mail)
        except Exception as error:  # one that cannot be sent keeps no other back
            log.warning("a mail about flags was not sent, it is tried again: %s", error)
            continue
        failpoint("after_send")
        mail.sent()


def _send(mail: AlertMail) -> None:
    news = _news(mail) if mail.user.is_active and mail.user.alerts else []
    if news:  # else all of it went to somebody else meanwhile
        message_of(mail, news).send()


def message_of(mail: AlertMail, news: list[News]) -> EmailMessage:
    """The mail itself. Its Message-ID comes from what it is about, and is always the same."""
    secret = salted_hmac("metrics.alerts", f"{mail.user_id} {mail.day}").hexdigest()
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
    profile = _link("profile")
    context = {
        "mail": mail,
        "news": news[:MOST_ACCOUNTS],
        "total": len(news),
        "more": max(len(news) - MOST_ACCOUNTS, 0),
        "day_link": _link("day"),
        "profile_link": profile,
    }
    return EmailMessage(
        subject=_subject(news),
        body=render_to_string("metrics/mails/flags.txt", context).strip() + "\n",
        to=[mail.user.email],
        headers={
            "Message-ID": f"<flags-{secret[:32]}@{domain}>",
            "List-Unsubscribe": f"<{profile}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _news(mail: AlertMail) -> list[News]:
    """Of the reader's own book, the most severe first, then the largest."""
    opened: dict[int, list[FlagChange]] = {}
    book = Account.objects.filter(owner=mail.user).values("pk")
    changes = FlagChange.objects.filter(run_id=mail.run_id, change=FlagChange.Change.OPENED)
    for change in changes.filter(account_id__in=book).order_by("-severity", "rule"):
        opened.setdefault(change.account_id, []).append(change)
    rows = AccountCurrent.objects.filter(run_id=mail.run_id, account_id__in=opened)
    found = [_of_account(row, opened[row.account_id]) for row in rows]
    return sorted(found, key=lambda one: (-one.severity, -(one.row.arr or 0), one.row.account_id))


def _of_account(row: AccountCurrent, changes: list[FlagChange]) -> News:
    return News(
        row=row,
        name=one_line(row.name),
        flags=[BY_CODE[change.rule] for change in changes if change.rule in BY_CODE],
        severity=max(change.severity for change in changes),
        link=_link("account", row.account_id),
    )


def _subject(news: list[News]) -> str:
    """ "New flags: Acme, Bolt and 3 more"."""
    names = ", ".join(one.name for one in news[:NAMED])
    others = len(news) - NAMED
    flags = sum(len(one.flags) for one in news)
    more = f" and {others} more" if others > 0 else ""
    return f"New flag{'' if flags == 1 else 's'}: {names}{more}"


def one_line(name: str) -> str:
    """A customer's name as a mail may hold it: no line breaks, nothing that cannot be seen, not
    too long, and no direction of writing that goes on behind it.
    """
    kinds = [(char, unicodedata.category(char)) for char in name]
    seen = [
        " " if kind in BREAKS else char
        for char, kind in kinds
        if kind not in UNSEEN or char in JOINERS
    ]
    short = " ".join("".join(seen).split())
    if len(short) > LONGEST_NAME:
        short = f"{short[: LONGEST_NAME - 1].rstrip()}…"
    is_foreign = any(unicodedata.bidirectional(char) in ("R", "AL") for char in short)
    return f"\N{FIRST STRONG ISOLATE}{short}\N{POP DIRECTIONAL ISOLATE}" if is_foreign else short


def _link(name: str, *arguments: int) -> str:
    """An address of a page: a worker has no request that says where it is."""
    return urljoin(settings.ADDRESS, reverse(name, args=arguments))
